"""Planning an audit: its scope, the impartiality of its auditors, who may, cancelling (ISO 42001 9.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from audits.conducting.actions import cancel
from audits.conducting.impartiality import accept_conflicts, open_conflicts
from audits.conducting.scope import covered
from audits.models import Audit, AuditState, ImpartialityNote
from clauses.models import AIMSProcess, Position
from tests.audits.making import audit_form, issued, make_audit, make_finding, requirement
from tests.cast import make_ai_system, make_supplier, somebody
from tests.pages import SeenPage, filled_in
from tests.risk_cast import make_impact_assessment, make_risk

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def new(organisation: Any) -> str:
    return f"/{organisation.slug}/audits/new/"


def test_none_chosen_means_all_of_the_standard(organisation: Any) -> None:
    assert len(covered(make_audit(organisation))) == 70


def test_the_scope_is_chosen_by_clause_area_and_number(
    organisation: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    client = sign_in(internal_auditor)
    data = audit_form(organisation) | {
        "owner": internal_auditor.pk,
        "requirements-sections": ["9"],
        "requirements-typed": "6.1.2, a.6.2.4, A.10",
    }
    assert client.post(new(organisation), data).status_code == 302
    audit = Audit.objects.get(title=data["title"])
    numbers = [one.number for one in covered(audit)]
    assert numbers[:2] == ["6.1.2", "9.1"]
    assert {"9.2.1", "9.3.3", "A.6.2.4", "A.10.2", "A.10.4"} <= set(numbers)
    assert len(numbers) == 11
    form = SeenPage(client.get(audit.edit_url)).form_with("version")
    assert form.fields["requirements-sections"] == ["9", "A.10"]
    assert form.fields["requirements-typed"] == ["6.1.2, A.6.2.4"]
    assert client.post(audit.edit_url, form.data(plan="Two days")).status_code == 302
    assert [one.number for one in covered(audit)] == numbers


def test_an_unknown_number_is_told_at_the_field_and_stays(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    data = audit_form(organisation) | {"owner": officer.pk, "requirements-typed": "6.1.2, 77.7"}
    answer = sign_in(officer).post(new(organisation), data)
    assert answer.context["form"].errors["requirements"] == ["“77.7” is no clause or control."]
    assert "77.7" in answer.content.decode()
    assert not Audit.objects.filter(title=data["title"]).exists()


def owned_by(person: Any, organisation: Any) -> dict[str, Any]:
    """One record of each kind that makes an auditor partial, of one AI system and clause 9.1."""
    system = make_ai_system(organisation, technical_owner=person)
    Position.objects.filter(organisation=organisation, reference="9.1").update(owner=person)
    return {
        "system": system,
        "risk": make_risk(organisation, system=system, owner=person),
        "impact": make_impact_assessment(organisation, system=system, owner=person),
        "process": AIMSProcess.objects.create(
            organisation=organisation, title="Monitoring", purpose="See it", clauses="9.1", owner=person
        ),
        "position": Position.objects.get(organisation=organisation, reference="9.1"),
    }


def test_an_auditor_who_owns_what_is_audited_is_warned_about_and_the_reason_is_kept(
    organisation: Any, internal_auditor: Any, officer: Any, sign_in: SignIn
) -> None:
    owned = owned_by(internal_auditor, organisation)
    data = audit_form(organisation) | {
        "owner": officer.pk,
        "lead": internal_auditor.pk,
        "systems": [owned["system"].pk],
    }
    client = sign_in(officer)
    answer = client.post(new(organisation), data)
    message = str(answer.context["form"].errors["accepted_because"])
    for one in owned.values():
        assert one.reference in message
    assert not Audit.objects.filter(title=data["title"]).exists()
    answer = client.post(new(organisation), data | {"accepted_because": "Nobody else knows it"})
    audit = Audit.objects.get(title=data["title"])
    notes = ImpartialityNote.objects.filter(audit=audit)
    assert {note.owned_id for note in notes} == {one.pk for one in owned.values()}
    assert {(note.person, note.reason, note.accepted_by) for note in notes} == {
        (internal_auditor, "Nobody else knows it", officer)
    }
    page = client.get(audit.get_absolute_url()).content.decode()
    assert "Nobody else knows it" in page
    assert "Nobody audits their own work" not in page
    again = filled_in(client, audit.edit_url, plan="Two days")
    assert client.post(audit.edit_url, again).status_code == 302, "what was explained is not asked again"


def test_what_an_auditor_comes_to_own_later_is_warned_about_on_the_page(
    organisation: Any, internal_auditor: Any, officer: Any, sign_in: SignIn
) -> None:
    audit = make_audit(organisation, lead=internal_auditor)
    audit.requirements.add(requirement("9.1"))
    assert open_conflicts(audit) == []
    owned_by(internal_auditor, organisation)
    page = sign_in(officer).get(audit.get_absolute_url()).content.decode()
    assert "Nobody audits their own work" in page
    address = f"{audit.get_absolute_url()}auditors/accept/"
    sign_in(officer).post(address, {"text": " "})
    assert open_conflicts(audit), "a reason is needed"
    sign_in(internal_auditor).post(address, {"text": "Another auditor looks at it"})
    assert open_conflicts(audit) == []
    assert set(audit.impartiality_notes.values_list("owned__reference", flat=True)) == {"9.1", "PR-01"}


def test_other_people_and_other_systems_are_no_matter(organisation: Any, internal_auditor: Any) -> None:
    owned = owned_by(somebody(organisation), organisation)
    audit = make_audit(organisation, lead=internal_auditor)
    audit.systems.add(owned["system"])
    elsewhere = make_audit(organisation, lead=internal_auditor)
    elsewhere.requirements.add(requirement("4.1"))
    make_risk(organisation, owner=internal_auditor)
    assert open_conflicts(audit) == open_conflicts(elsewhere) == []


def test_a_member_of_the_team_is_looked_at_as_the_lead_is(organisation: Any, manager: Any) -> None:
    audit = make_audit(organisation)
    audit.team.add(manager)
    owned_by(manager, organisation)
    assert [one.owned.reference for one in open_conflicts(audit)] == ["9.1", "PR-01"]


def test_a_supplier_audit_names_the_supplier(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    data = audit_form(organisation) | {"owner": officer.pk, "audit_kind": "supplier"}
    answer = sign_in(officer).post(new(organisation), data)
    assert "of_supplier" in answer.context["form"].errors
    supplier = make_supplier(organisation)
    assert sign_in(officer).post(new(organisation), data | {"of_supplier": supplier.pk}).status_code == 302
    audit = Audit.objects.get(of_supplier=supplier)
    assert supplier.title in sign_in(officer).get(audit.get_absolute_url()).content.decode()


def test_an_audit_is_cancelled_with_a_reason_unless_it_found_something(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    audit, client = make_audit(organisation), sign_in(officer)
    address = f"{audit.get_absolute_url()}cancel/"
    client.post(address, {"text": "", "version": "1"})
    audit.refresh_from_db()
    assert audit.is_open
    client.post(address, {"text": "Moved to spring", "version": "1"})
    audit.refresh_from_db()
    assert (audit.state, audit.cancelled_because) == (AuditState.CANCELLED, "Moved to spring")
    assert "Moved to spring" in client.get(audit.get_absolute_url()).content.decode()
    with pytest.raises(ValidationError, match="over"):
        cancel(audit, by=officer, reason="Again")
    found = make_finding(organisation).found_in
    with pytest.raises(ValidationError, match="has findings"):
        cancel(found, by=officer, reason="Too late")


def test_who_may_not_audit_changes_nothing(organisation: Any, manager: Any, auditor: Any, sign_in: SignIn) -> None:
    audit = make_audit(organisation, lead=manager, summary="Well")
    for person in (auditor,):
        for verb in ("issue", "cancel", "auditors/accept"):
            assert sign_in(person).post(f"{audit.get_absolute_url()}{verb}/", {"text": "x"}).status_code == 403
    assert sign_in(manager).post(f"{audit.get_absolute_url()}cancel/", {"text": "x"}).status_code == 403
    audit.refresh_from_db()
    assert audit.is_open


def test_nothing_is_accepted_once_the_audit_is_over(organisation: Any, internal_auditor: Any) -> None:
    audit = issued(make_audit(organisation), internal_auditor)
    with pytest.raises(ValidationError, match="over"):
        accept_conflicts(audit, by=internal_auditor, reason="Late")
