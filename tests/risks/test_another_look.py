"""What changed about a system flags its risks, assessments, acceptances and SoA lines for another look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from risks.changes.another_look import Looks, looks_of
from risks.models import Acceptance, Incident, Risk, Treatment, TreatmentControl
from systems.models import AISystem
from tests.cast import make_ai_system, make_position, make_supplier
from tests.pages import SeenPage, filled_in
from tests.risk_cast import approved, make_risk, score

SignIn = Callable[..., Client]


@pytest.fixture
def system(organisation: Any, officer: Any) -> AISystem:
    """One with everything material on record, an assessment, and R-… treated by a control and accepted."""
    made = make_ai_system(
        organisation,
        system_version="3.4",
        model="Boosting",
        data_categories="CVs",
        users="Recruiters",
        affected="Applicants",
        autonomy="proposes",
        owner=officer,
    )
    made.suppliers.add(make_supplier(organisation))
    approved(made)
    risk = assessed(made)
    accepted(risk, officer)
    treated(risk)
    return AISystem.objects.get(pk=made.pk)


def assessed(system: AISystem, **fields: Any) -> Risk:
    system.refresh_from_db()
    risk = make_risk(system.organisation, system=system, assessed_facts=system.facts, **fields)
    score(risk, likelihood=2, for_individuals=3)
    return risk


def accepted(risk: Risk, by: Any) -> Acceptance:
    day, facts = risk.organisation.today(), risk.system.facts if risk.system else ""
    end = day + timedelta(days=90)
    known: dict[str, Any] = {"accepted_by": by, "accepted_on": day, "until": end, "reason": "Small", "facts": facts}
    return Acceptance.objects.create(risk=risk, score=6, level="medium", **known)


def treated(risk: Risk, **fields: Any) -> Any:
    control = make_position(risk.organisation, applicable=True, justification="Needed")
    line = Treatment.objects.create(organisation=risk.organisation, treats=risk, title="Test", action="Test", **fields)
    TreatmentControl.objects.create(treatment=line, control=control)
    return control


def looks(system: AISystem, user: Any) -> Looks:
    system = AISystem.objects.select_related("organisation").get(pk=system.pk)
    return looks_of(system, user=user, on=system.organisation.today())


def words(system: AISystem, user: Any) -> list[str]:
    return [one.words for one in looks(system, user).changes]


CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"system_version": "3.5"}, "new version 3.5"),
    ({"purpose": "Rejects CVs"}, "purpose changed"),
    ({"model": "Language model"}, "new model"),
    ({"main_supplier": "NEW"}, "new supplier"),
    ({"data_categories": "CVs\nVideos"}, "new data"),
    ({"data_categories": ""}, "data changed"),
    ({"personal_data": True}, "personal data"),
    ({"users": "Everybody"}, "user group changed"),
    ({"affected": "Employees"}, "other people are affected"),
    ({"autonomy": "alone"}, "rise in autonomy"),
    ({"autonomy": "advises"}, "autonomy lowered"),
]


@pytest.mark.parametrize(("change", "expected"), CHANGES, ids=[words for _change, words in CHANGES])
def test_a_material_change_flags_risks_assessments_acceptances_and_soa_lines(
    change: dict[str, Any], expected: str, system: AISystem, organisation: Any, officer: Any
) -> None:
    if change.get("main_supplier"):
        change = {"main_supplier": make_supplier(organisation)}
    AISystem.objects.filter(pk=system.pk).update(**change)
    found = looks(system, officer)
    assert [one.words for one in found.changes] == [expected]
    named = {str(group.words): [one.reference for one in group.named] for group in found.groups}
    risk = Risk.objects.get()
    assert named == {
        "Impact assessments": [system.impact_assessments.get().reference],
        "Risks": [risk.reference],
        "Acceptances that no longer stand": [risk.reference],
        "Lines of the Statement of Applicability": [Treatment.objects.get().controls.get().reference],
    }
    assert found.trigger == ("supplier" if expected == "new supplier" else "change")


def test_a_further_supplier_is_a_new_supplier_and_one_less_is_a_change(
    system: AISystem, organisation: Any, officer: Any
) -> None:
    first, new = system.suppliers.get(), make_supplier(organisation)
    system.suppliers.add(new)
    assert words(system, officer) == ["new supplier"]
    system.suppliers.remove(new)
    assert words(system, officer) == []
    system.suppliers.remove(first)
    assert words(system, officer) == ["supplier changed"]


def test_several_changes_are_told_each_once(system: AISystem, officer: Any) -> None:
    AISystem.objects.filter(pk=system.pk).update(system_version="3.5", autonomy="supervised")
    assessed(system)
    AISystem.objects.filter(pk=system.pk).update(purpose="Rejects CVs")
    assert words(system, officer) == ["new version 3.5", "purpose changed", "rise in autonomy"]


def test_an_edit_of_what_is_not_material_flags_nothing(
    system: AISystem, organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    client = sign_in(officer)
    changes = {"owner": contributor.pk, "review_on": "2027-05-01", "title": "Renamed", "oversight": "Two look"}
    assert client.post(system.edit_url, filled_in(client, system.edit_url, **changes)).status_code == 302
    assert not looks(system, officer)
    assert "Needs another look" not in client.get(system.get_absolute_url()).content.decode()


def test_a_change_taken_back_needs_no_look_any_more(system: AISystem, officer: Any) -> None:
    AISystem.objects.filter(pk=system.pk).update(purpose="Rejects CVs")
    assert looks(system, officer)
    AISystem.objects.filter(pk=system.pk).update(purpose=system.purpose)
    assert not looks(system, officer)


def test_what_was_looked_at_again_is_no_longer_named(system: AISystem, officer: Any) -> None:
    AISystem.objects.filter(pk=system.pk).update(purpose="Rejects CVs")
    system.refresh_from_db()
    Risk.objects.update(assessed_facts=system.facts)
    accepted(Risk.objects.get(), officer)
    assert [str(group.words) for group in looks(system, officer).groups] == ["Impact assessments"]


def test_closed_risks_and_dropped_treatments_concern_nobody(system: AISystem, officer: Any) -> None:
    AISystem.objects.filter(pk=system.pk).update(purpose="Rejects CVs")
    Treatment.objects.update(status="dropped")
    assert "Lines" not in " ".join(str(group.words) for group in looks(system, officer).groups)
    Risk.objects.update(closed_on=system.organisation.today())
    assert [str(group.words) for group in looks(system, officer).groups] == ["Impact assessments"]


def test_the_coming_version_that_was_assessed_flags_no_assessment_once_it_is_in_use(
    organisation: Any, officer: Any
) -> None:
    system = make_ai_system(organisation, system_version="3.4")
    approved(system, system_version="3.5")
    AISystem.objects.filter(pk=system.pk).update(system_version="3.5")
    assert not looks(system, officer)
    assessed(system)
    AISystem.objects.filter(pk=system.pk).update(system_version="3.6")
    assert words(system, officer) == ["new version 3.6"]


def incident(system: AISystem, **fields: Any) -> Incident:
    defaults = {"title": "Leak", "happened_on": system.organisation.today(), "severity": "high"}
    return Incident.objects.create(organisation=system.organisation, system=system, **defaults | fields)


def test_a_serious_incident_after_the_approval_asks_for_another_look(organisation: Any, officer: Any) -> None:
    system = make_ai_system(organisation)
    approved(system, submitted_at=timezone.now())
    incident(system, severity="medium")
    incident(system, known_at=timezone.now() - timedelta(days=1))
    assert not looks(system, officer)
    late = incident(system)
    found = looks(system, officer)
    assert found.reasons == (f"{late.reference} after the approval: Leak",)
    assert found.trigger == "incident"


def test_a_planned_date_that_passed_asks_for_another_look(organisation: Any, officer: Any) -> None:
    system = make_ai_system(organisation)
    approved(system, review_on=organisation.today() - timedelta(days=1))
    found = looks(system, officer)
    assert [one.partition(" on ")[0] for one in found.reasons] == ["The impact assessment expired"]
    assert found.trigger == "scheduled"


def test_a_system_in_scope_without_an_assessment_is_said(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    system, out = make_ai_system(organisation), make_ai_system(organisation, in_scope=False)
    assert looks(system, officer).reasons == ("No approved impact assessment yet",)
    assert not looks(out, officer)
    text = " ".join(SeenPage(sign_in(officer).get(system.get_absolute_url())).texts)
    assert "No approved impact assessment yet" in text


def test_a_retired_system_needs_no_look(system: AISystem, organisation: Any, officer: Any) -> None:
    AISystem.objects.filter(pk=system.pk).update(purpose="Rejects CVs", retired_on=organisation.today())
    assert not looks(system, officer)


def test_a_contributor_is_told_of_their_own_risks_only(
    system: AISystem, contributor: Any, officer: Any, sign_in: SignIn
) -> None:
    mine = assessed(system, owner=contributor)
    AISystem.objects.filter(pk=system.pk).update(purpose="Rejects CVs", owner=contributor)
    found = looks(system, contributor)
    assert [[one.reference for one in group.named] for group in found.groups] == [[mine.reference]]
    page = SeenPage(sign_in(contributor).get(system.get_absolute_url()), within="main")
    assert "Start the next version now" not in page.texts


def test_the_banner_asks_as_much_for_three_risks_as_for_one(
    system: AISystem, officer: Any, sign_in: SignIn, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    AISystem.objects.filter(pk=system.pk).update(purpose="Rejects CVs")
    client = sign_in(officer)
    client.get(system.get_absolute_url())
    with CaptureQueriesContext(connection) as one:
        client.get(system.get_absolute_url())
    old = Risk.objects.get().assessed_facts
    for _n in range(2):
        risk = make_risk(system.organisation, system=system, assessed_facts=old)
        Acceptance.objects.create(
            risk=risk, score=1, level="low", accepted_by=officer, accepted_on=system.organisation.today(),
            until=system.organisation.today(), reason="x", facts=old,
        )  # fmt: skip
        treated(risk)
    with CaptureQueriesContext(connection) as three:
        assert client.get(system.get_absolute_url()).status_code == 200
    assert len(three) == len(one)
