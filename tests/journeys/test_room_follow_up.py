"""Walk-through B9: at the next audit the auditor finds what became of a finding of theirs, and verifies it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from audits.findings.actions import accept_plan, mark_corrected, respond
from audits.models import AuditKind, AuditState, CorrectiveAction, DraftFinding, Finding, Grade
from audits.room.drafting import submit_draft
from audits.room.opening import end_review, open_room
from clauses.models import Requirement
from tests.audits.making import make_finding
from tests.audits.room.desk_making import make_auditor
from tests.browser import assert_no_axe_violations
from tests.room_cast import make_audit, make_inmate, make_room


def corrected(organisation: Any, officer: Any) -> Finding:
    """A minor that Owen raised at stage 1; its correction was reported after his review had ended."""
    room = make_auditor(organisation)
    draft = DraftFinding.objects.create(
        room=room,
        grade=Grade.MINOR,
        requirement=Requirement.objects.get(number="7.2"),
        demands="Competence is kept on record",
        observed="Two testers have no training on record",
        objective_evidence="List of training, seen today",
    )
    assert room.person
    finding = submit_draft(draft, by=room.person, cites=[])
    respond(finding, by=officer, correction="Trained", cause="Nobody kept a list", measure="A list for each team")
    accept_plan(finding, by=room.person, remark="")
    mark_corrected(finding, by=officer, done="Both were trained, the list is kept")
    end_review(room, by=room.person)
    CorrectiveAction.objects.create(
        organisation=organisation, title="List for each team", remedies=finding, due_on=organisation.today()
    )
    return finding


def test_the_auditor_follows_up_on_an_earlier_finding(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    finding = corrected(organisation, officer)
    made = make_finding(organisation, raised_by=officer)
    audit = make_audit(organisation, audit_kind=AuditKind.STAGE_2, state=AuditState.UNDER_WAY)
    assert finding.raised_by
    later = make_room(organisation, for_audit=audit, email=finding.raised_by.email, title=finding.raised_by.name)
    make_inmate(later)
    open_room(later)
    page = signed_in_page(later.person)
    page.goto(f"/{organisation.slug}/room/findings/")
    expect(page.locator("main")).not_to_contain_text(made.title)
    page.get_by_role("link", name=finding.title).click()
    for words in ("Nobody kept a list", "Both were trained, the list is kept", "List for each team"):
        expect(page.locator("main")).to_contain_text(words)
    assert_no_axe_violations(page)
    page.locator("[name=remark]").fill("Looked at the list and at both certificates")
    page.get_by_role("button", name="Verified: close it").click()
    expect(page.get_by_text(f"{finding} is verified.")).to_be_visible()
    finding.refresh_from_db()
    assert finding.verified_by == later.person
