"""Issuing the report of an audit: what it needs, what it locks, what comes of its nonconformities."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client

from audits.conducting.actions import issue_report, missing
from audits.models import (
    Audit,
    AuditRules,
    AuditState,
    CorrectiveAction,
    Finding,
    FindingRecord,
    FindingState,
    ImpartialityNote,
)
from clauses.models import Position
from tests.audits.making import issued, make_audit, make_finding, requirement
from tests.cast import make_ai_system, make_evidence, somebody
from tests.pages import SeenPage

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def test_a_report_needs_a_conclusion_a_lead_owners_and_reasons(
    organisation: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    finding = make_finding(organisation)
    audit = finding.found_in
    Position.objects.filter(organisation=organisation, reference="9.1").update(owner=internal_auditor)
    assert missing(audit) == [
        "The conclusion of the audit is not written.",
        "Nobody is named as lead auditor.",
        f"{finding.reference}: nobody is named to answer for it.",
    ]
    audit.lead, audit.summary = internal_auditor, "Well kept"
    audit.save()
    assert missing(audit)[-1] == "1 warning about impartiality has no reason yet."
    shown = SeenPage(sign_in(internal_auditor).get(audit.get_absolute_url()), within="main")
    assert not [form for form in shown.forms if form.action.endswith("/issue/")]
    sign_in(internal_auditor).post(f"{audit.get_absolute_url()}issue/", {"version": "1"})
    audit.refresh_from_db()
    assert audit.is_open


def test_issuing_locks_and_hands_over(organisation: Any, internal_auditor: Any, sign_in: SignIn) -> None:
    AuditRules.objects.create(organisation=organisation, response_days=14, closure_days=60)
    owner, today = somebody(organisation), organisation.today()
    audit = make_audit(organisation, lead=internal_auditor, summary="Well kept")
    early = today + timedelta(days=20)
    minor = make_finding(organisation, audit=audit, owner=owner)
    major = make_finding(organisation, audit=audit, owner=owner, grade="major", due_on=early)
    note = make_finding(organisation, audit=audit, grade="ofi", state="noted", demands="", objective_evidence="")
    client = sign_in(internal_auditor)
    shown = SeenPage(client.get(audit.get_absolute_url()), within="main")
    form = next(form for form in shown.forms if form.action.endswith("/issue/"))
    assert client.post(form.action, form.data()).status_code == 302
    audit.refresh_from_db()
    assert (audit.state, audit.report_on, audit.issued_by) == (AuditState.REPORT_ISSUED, today, internal_auditor)
    for one in (minor, major, note):
        one.refresh_from_db()
        assert one.issued_on == today
    assert (minor.state, minor.respond_by, minor.due_on) == (
        FindingState.OPEN,
        today + timedelta(days=14),
        today + timedelta(days=60),
    )
    assert (major.due_on, note.state, note.due_on) == (early, FindingState.NOTED, None)
    made = CorrectiveAction.objects.order_by("remedies")
    assert [(one.remedies, one.owner, one.due_on, one.problem) for one in made] == [
        (minor, owner, minor.due_on, minor.observed),
        (major, owner, early, major.observed),
    ]
    assert made[0].get_absolute_url


def test_a_finding_that_has_a_corrective_action_gets_no_second(organisation: Any, internal_auditor: Any) -> None:
    finding = make_finding(organisation, owner=somebody(organisation))
    CorrectiveAction.objects.create(
        organisation=organisation, title="Mend it", remedies=finding, due_on=organisation.today()
    )
    issued(finding.found_in, internal_auditor)
    assert finding.corrective_actions.get().title == "Mend it"


def test_a_report_is_issued_once_and_as_it_was_shown(organisation: Any, internal_auditor: Any) -> None:
    audit = make_audit(organisation, lead=internal_auditor, summary="Well kept")
    with pytest.raises(ValidationError, match="changed after"):
        issue_report(audit, by=internal_auditor, seen=audit.version + 1)
    issue_report(audit, by=internal_auditor, seen=audit.version)
    with pytest.raises(ValidationError, match="over"):
        issue_report(audit, by=internal_auditor)


def test_nothing_of_an_issued_report_changes_by_any_way(
    organisation: Any, internal_auditor: Any, officer: Any, sign_in: SignIn
) -> None:
    owner, system = somebody(organisation), make_ai_system(organisation)
    audit = make_audit(organisation)
    finding = make_finding(organisation, audit=audit, owner=owner)
    finding.cites.add(system.record_ptr)
    issued(audit, internal_auditor)
    attempts: list[Callable[[], Any]] = [
        lambda: Audit.objects.filter(pk=audit.pk).update(summary="Other"),
        lambda: Audit.objects.filter(pk=audit.pk).update(state="under_way"),
        lambda: audit.systems.add(system),
        lambda: audit.requirements.add(requirement()),
        lambda: audit.team.add(owner),
        lambda: ImpartialityNote.objects.create(audit=audit, person=owner, owned=system, reason="x"),
        lambda: make_finding(organisation, audit=audit),
        lambda: Finding.objects.filter(pk=finding.pk).update(observed="Other"),
        lambda: Finding.objects.filter(pk=finding.pk).update(grade="observation"),
        lambda: Finding.objects.filter(pk=finding.pk).update(issued_on=None),
        lambda: FindingRecord.objects.filter(finding=finding).delete(),
        lambda: FindingRecord.objects.create(finding=finding, record=make_evidence(organisation)),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="stays as it"), transaction.atomic():
            attempt()
    client = sign_in(officer)
    answer = client.post(audit.edit_url, SeenPage(client.get(audit.edit_url)).form_with("version").data(plan="x"))
    assert "The audit is over" in answer.content.decode()
    form = SeenPage(client.get(finding.edit_url)).form_with("version")
    assert not {"observed", "grade", "demands", "cites"} & set(form.fields), "only who and until when may change"
    other = somebody(organisation)
    assert client.post(finding.edit_url, form.data(owner=other.pk, observed="Other")).status_code == 302
    finding.refresh_from_db()
    assert (finding.owner, finding.observed) == (other, "No results of May are kept")


def test_who_issues_which_report(
    organisation: Any, officer: Any, internal_auditor: Any, manager: Any, sign_in: SignIn
) -> None:
    """Auditors issue theirs; the officer only what a certification body decided, where it has no room here."""
    inside = make_audit(organisation, lead=internal_auditor, summary="Well kept")
    outside = make_audit(organisation, audit_kind="surveillance", body="Cert Ltd", summary="Certificate stays")
    assert sign_in(officer).post(f"{inside.get_absolute_url()}issue/").status_code == 403
    assert sign_in(manager).post(f"{outside.get_absolute_url()}issue/").status_code == 403
    assert sign_in(officer).post(f"{outside.get_absolute_url()}issue/").status_code == 302
    assert sign_in(internal_auditor).post(f"{inside.get_absolute_url()}issue/").status_code == 302
    assert set(Audit.objects.issued()) == {inside, outside}


@pytest.mark.django_db(transaction=True)
def test_what_is_added_while_the_report_is_issued_is_refused(organisation: Any, internal_auditor: Any) -> None:
    """Each of the two waits for the other: whatever is first, no finding stands unissued in an issued report."""
    audit = make_audit(organisation, lead=internal_auditor, summary="Well kept")
    barrier, outcomes = threading.Barrier(2), []

    def work(act: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            act()
            outcomes.append("done")
        except (DatabaseError, ValidationError) as fault:
            outcomes.append(type(fault).__name__)
        finally:
            connection.close()

    def add() -> None:
        make_finding(organisation, audit=audit, owner=internal_auditor)

    workers = [
        threading.Thread(target=work, args=[act]) for act in (add, lambda: issue_report(audit, by=internal_auditor))
    ]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    audit.refresh_from_db()
    assert audit.is_issued
    assert not Finding.objects.filter(issued_on=None).exists()
    assert Finding.objects.count() == outcomes.count("done") - 1
