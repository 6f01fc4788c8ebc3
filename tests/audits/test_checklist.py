"""The checklist: written piece by piece, in place, by two people at once, and locked with the report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from audits.conducting.checklist import StaleItem, counts_of, lines_of, write
from audits.models import Audit, AuditState, ChecklistItem, ChecklistRecord
from tests.audits.making import issued, make_audit, make_finding, requirement
from tests.cast import make_ai_system, make_evidence
from tests.pages import SeenPage

SignIn = Callable[..., Client]
HTMX = {"HTTP_HX_REQUEST": "true"}
pytestmark = pytest.mark.django_db


def page(audit: Audit, number: str = "9.1") -> str:
    return f"{audit.get_absolute_url()}checklist/{number}/"


def test_the_catalogue_asks_and_the_auditor_writes(organisation: Any, internal_auditor: Any, sign_in: SignIn) -> None:
    audit, client = make_audit(organisation), sign_in(internal_auditor)
    audit.requirements.add(requirement("9.1"), requirement("A.6.2.4"))
    system, proof = make_ai_system(organisation), make_evidence(organisation)
    shown = client.get(page(audit)).content.decode()
    for question in requirement("9.1").questions.all():
        assert question.text in shown.replace("&#x27;", "'").replace("&quot;", '"')
    said = {
        "version": "0",
        "conclusion": "conforms",
        "seen": "KPI sheet of May",
        "records": f"{system.reference}, {proof.reference.lower()}",
        "notes": "Asked the analyst",
    }
    assert client.post(page(audit), said).status_code == 302
    item = ChecklistItem.objects.get(audit=audit)
    assert (item.conclusion, item.seen, item.notes) == ("conforms", "KPI sheet of May", "Asked the analyst")
    assert (item.written_by, item.version) == (internal_auditor, 1)
    assert set(item.records.values_list("pk", flat=True)) == {system.pk, proof.pk}
    audit.refresh_from_db()
    assert audit.state == AuditState.UNDER_WAY
    counts = counts_of(lines_of(audit))
    assert (counts["of"], counts["concluded"], counts["conforms"]) == (2, 1, 1)
    listed = client.get(f"{audit.get_absolute_url()}checklist/").content.decode()
    assert "KPI sheet of May" in listed
    assert "1 of 1 concluded" in listed


def test_it_saves_in_place_and_says_so(organisation: Any, internal_auditor: Any, sign_in: SignIn) -> None:
    audit, client = make_audit(organisation), sign_in(internal_auditor)
    said = {"version": "0", "conclusion": "", "seen": "Half a sen", "records": "", "notes": ""}
    answer = client.post(page(audit), said, **HTMX)
    assert answer.status_code == 200
    assert "Saved" in answer.content.decode()
    assert 'id="check-version" value="1"' in answer.content.decode()
    answer = client.post(page(audit), said | {"version": "1", "seen": "Half a sentence."}, **HTMX)
    assert 'id="check-version" value="2"' in answer.content.decode()
    wrong = client.post(page(audit), said | {"version": "2", "records": "NO-99"}, **HTMX)
    assert "There is no record “NO-99” here." in wrong.content.decode()
    assert ChecklistItem.objects.get(audit=audit).version == 2


def test_of_two_at_once_the_second_sees_both_texts(
    organisation: Any, internal_auditor: Any, officer: Any, sign_in: SignIn
) -> None:
    audit = make_audit(organisation)
    write(audit, requirement(), by=officer, seen="Theirs", conclusion="conforms")
    client = sign_in(internal_auditor)
    late = {"version": "0", "conclusion": "", "seen": "Mine", "records": "", "notes": ""}
    answer = client.post(page(audit), late, **HTMX)
    assert answer.status_code == 409
    assert answer.json()["compare"]
    both = client.post(page(audit), late)
    assert both.status_code == 409
    assert "Theirs" in both.content.decode()
    assert "Mine" in both.content.decode()
    form = SeenPage(both, within="main").form_with("version")
    mine = form.data(**{"keep-seen": "yours", "keep-conclusion": "theirs"})
    assert client.post(page(audit), mine).status_code == 302
    item = ChecklistItem.objects.get(audit=audit)
    assert (item.seen, item.conclusion, item.version) == ("Mine", "conforms", 2)
    with pytest.raises(StaleItem):
        write(audit, requirement(), by=officer, seen_version=1, seen="Too late")


def test_a_clause_always_applies_and_a_control_needs_a_reason(
    organisation: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    audit, client = make_audit(organisation), sign_in(internal_auditor)
    said = {"version": "0", "conclusion": "not_applicable", "seen": "", "records": "", "notes": ""}
    assert "conclusion" in client.post(page(audit), said).context["form"].errors
    assert "notes" in client.post(page(audit, "A.6.2.4"), said).context["form"].errors
    assert client.post(page(audit, "A.6.2.4"), said | {"notes": "Nothing is built here"}).status_code == 302
    with pytest.raises(ValidationError, match="always applies"):
        write(audit, requirement(), by=internal_auditor, conclusion="not_applicable")
    with pytest.raises(DatabaseError, match="always applies"), transaction.atomic():
        ChecklistItem.objects.create(audit=audit, requirement=requirement(), conclusion="not_applicable")


def test_only_what_is_in_scope_is_asked(organisation: Any, internal_auditor: Any, sign_in: SignIn) -> None:
    audit = make_audit(organisation)
    audit.requirements.add(requirement("9.1"))
    assert sign_in(internal_auditor).get(page(audit, "4.1")).status_code == 404
    write(audit, requirement("9.1"), by=internal_auditor, seen="Something")
    audit.requirements.set([requirement("4.1")])
    assert [line.number for line in lines_of(audit)] == ["4.1", "9.1"], "what was written is not lost"


def test_who_may_not_audit_reads_and_writes_nothing(
    organisation: Any, manager: Any, auditor: Any, contributor: Any, sign_in: SignIn
) -> None:
    audit = make_audit(organisation)
    for person, status in ((manager, 403), (auditor, 403), (contributor, 404)):
        assert sign_in(person).post(page(audit), {"version": "0", "seen": "x"}).status_code == status
    seen = SeenPage(sign_in(manager).get(page(audit)), within="main")
    assert not seen.controls
    assert not ChecklistItem.objects.exists()


def test_nothing_of_the_checklist_changes_once_the_report_is_issued(
    organisation: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    audit = make_audit(organisation)
    item = write(
        audit,
        requirement(),
        by=internal_auditor,
        seen="Kept",
        records=[
            make_ai_system(organisation),
        ],
    )
    issued(audit, internal_auditor)
    answer = sign_in(internal_auditor).post(page(audit), {"version": "1", "seen": "Other"})
    assert "The audit is over" in answer.content.decode()
    attempts: list[Callable[[], Any]] = [
        lambda: ChecklistItem.objects.filter(pk=item.pk).update(seen="Other"),
        item.delete,
        lambda: ChecklistItem.objects.create(audit=audit, requirement=requirement("4.1")),
        lambda: ChecklistRecord.objects.filter(item=item).delete(),
        lambda: ChecklistRecord.objects.create(item=item, record=make_evidence(organisation)),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
            attempt()
    item.refresh_from_db()
    assert (item.seen, item.records.count()) == ("Kept", 1)


def test_findings_stand_beside_their_requirement(organisation: Any, internal_auditor: Any, sign_in: SignIn) -> None:
    finding = make_finding(organisation)
    shown = SeenPage(sign_in(internal_auditor).get(page(finding.found_in)), within="main")
    assert finding.get_absolute_url() in shown.links
    add = next(link for link in shown.links if "findings/new" in link)
    form = SeenPage(sign_in(internal_auditor).get(add)).form_with("found_in")
    assert form.fields["found_in"] == [str(finding.found_in_id)]
    assert form.fields["requirement"] == [str(requirement().pk)]
