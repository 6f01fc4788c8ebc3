"""What an auditor decides on the answer to a finding of their own, and on no other (B9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client

from audits.findings.actions import mark_corrected, respond
from audits.models import AuditRoom, DraftFinding, Finding, RoomNote
from audits.room.drafting import begin_draft, submit_draft
from clauses.models import Requirement
from records.models import Record
from tests.pages import SeenPage
from tests.risk_cast import make_risk

from .desk_making import make_auditor, make_question, release
from .drafting import page

SignIn = Callable[..., Client]


def answered(finding: Finding, officer: Any) -> Finding:
    respond(finding, by=officer, correction="Done", cause="Nobody looked", measure="A date in the calendar")
    finding.refresh_from_db()
    return finding


def act(room: AuditRoom, owen: Client, finding: Finding, verb: str, remark: str = "", seen: int | None = None) -> Any:
    address = page(room, f"room-finding-{verb}", reference=finding.reference)
    return owen.post(address, {"version": finding.version if seen is None else seen, "remark": remark})


def test_the_auditor_accepts_the_answer_and_verifies_what_was_done(
    finding: Finding, room: AuditRoom, officer: Any, owen: Client
) -> None:
    answered(finding, officer)
    assert "Nobody looked" in owen.get(page(room, "room-finding", reference=finding.reference)).content.decode()
    assert act(room, owen, finding, "accept").status_code == 302
    finding.refresh_from_db()
    assert finding.state == "plan_accepted"
    mark_corrected(finding, by=officer, done="The date stands in the calendar")
    finding.refresh_from_db()
    assert "remark" in act(room, owen, finding, "verify").context["form"].errors
    assert act(room, owen, finding, "verify", "Calendar of March, seen").status_code == 302
    finding.refresh_from_db()
    assert (finding.verified_by, finding.state) == (room.person, "closed")


def test_an_answer_is_returned_with_the_reason(finding: Finding, room: AuditRoom, officer: Any, owen: Client) -> None:
    answered(finding, officer)
    assert act(room, owen, finding, "return").context["form"].errors
    assert act(room, owen, finding, "return", "No cause is named").status_code == 302
    finding.refresh_from_db()
    assert (finding.state, finding.remark) == ("open", "No cause is named")


def test_of_two_decisions_at_once_one_is_refused(finding: Finding, room: AuditRoom, officer: Any, owen: Client) -> None:
    answered(finding, officer)
    seen = finding.version
    assert act(room, owen, finding, "accept").status_code == 302
    assert act(room, owen, finding, "return", "Too late", seen).context["form"].errors
    finding.refresh_from_db()
    assert finding.state == "plan_accepted"


def test_an_auditor_decides_on_nothing_that_somebody_else_raised(
    finding: Finding, room: AuditRoom, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    answered(finding, officer)
    una = make_auditor(organisation, name="Una Field", for_audit=room.for_audit)
    release(una, finding)
    client = sign_in(una.person)
    for verb in ("accept", "return", "verify", "reject"):
        assert act(room, client, finding, verb, "Mine").status_code == 404
    assert client.get(page(room, "room-finding", reference=finding.reference)).status_code == 404
    finding.refresh_from_db()
    assert finding.state == "responded"


def test_the_organisation_has_no_part_in_the_pages_of_the_room(
    finding: Finding, room: AuditRoom, officer: Any, sign_in: SignIn
) -> None:
    answered(finding, officer)
    for verb in ("accept", "return", "verify", "reject"):
        assert act(room, sign_in(officer), finding, verb, "Ours").status_code == 404


def test_lists_ask_as_much_for_three_as_for_one(organisation: Any, room: AuditRoom, owen: Client) -> None:
    from django.test.utils import CaptureQueriesContext

    def more() -> None:
        risk = make_risk(organisation)
        release(room, risk)
        RoomNote.objects.create(room=room, text="x", about=Record.objects.get(pk=risk.pk))
        begin_draft(room)
        draft = DraftFinding.objects.create(
            room=room, grade="ofi", observed="y", requirement=Requirement.objects.get(number="9.1")
        )
        assert room.person
        submit_draft(draft, by=room.person, cites=[])
        release(room, make_question(organisation, in_room=room))

    def counted() -> list[int]:
        found = []
        for name in ("room-finding-list", "room-note-list", "information-request-list"):
            owen.get(page(room, name))
            with CaptureQueriesContext(connection) as queries:
                assert owen.get(page(room, name)).status_code == 200
            found.append(len(queries))
        return found

    more()
    one = counted()
    more()
    more()
    assert counted() == one


def test_the_page_of_a_draft_links_nowhere_but_in_the_room(draft: DraftFinding, room: AuditRoom, owen: Client) -> None:
    seen = SeenPage(owen.get(page(room, "room-draft", draft_id=draft.pk)), within="main")
    assert seen.forms
