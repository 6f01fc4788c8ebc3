"""Draft findings and notes are the auditor's alone until a finding is submitted; then its words stay (B8, B9)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from audits.findings.actions import mark_corrected, respond
from audits.models import Audit, AuditRoom, DraftFinding, Finding, RoomNote
from audits.room.drafting import begin_draft, submit_draft
from clauses.models import Requirement
from records.models import Record
from tests.house.addresses import Address, addresses
from tests.pages import SeenPage
from tests.risk_cast import make_risk
from tests.traces import event_models, written

from .desk_making import make_auditor, make_question, release

SignIn = Callable[..., Client]
PRIVATE = "Zanzibar"


def page(room: AuditRoom, name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs={"organisation": room.organisation.slug, **kwargs})


def typed(**fields: Any) -> dict[str, Any]:
    requirement = Requirement.objects.get(number="8.3")
    given = {
        "version": 1,
        "grade": "minor",
        "requirement": requirement.pk,
        "demands": "Treatment is carried out as planned",
        "observed": f"{PRIVATE}: the treatment of R-09 is overdue",
        "objective_evidence": "R-09, seen on 9 February with the head of credit",
        "rests_on": "",
    }
    return given | fields


@pytest.fixture
def draft(room: AuditRoom) -> DraftFinding:
    return begin_draft(room)


@pytest.fixture
def finding(draft: DraftFinding, room: AuditRoom, owen: Client) -> Finding:
    """One that was submitted."""
    owen.post(page(room, "room-draft-submit", draft_id=draft.pk), typed())
    return Finding.objects.get()


def test_a_draft_is_begun_and_saved_however_little_it_holds(room: AuditRoom, owen: Client) -> None:
    answer = owen.post(page(room, "room-draft-new"))
    draft = DraftFinding.objects.get()
    assert answer["Location"] == page(room, "room-draft", draft_id=draft.pk)
    for number, words in enumerate(("", "Half a senten"), 1):
        saved = owen.post(
            answer["Location"], {"version": number, "grade": "observation", "observed": words}, HTTP_HX_REQUEST="true"
        )
        assert saved.status_code == 200
        assert f'name="version" id="draft-version" value="{number + 1}"' in saved.content.decode()
    draft.refresh_from_db()
    assert (draft.observed, draft.grade, draft.version) == ("Half a senten", "observation", 3)


def test_two_windows_do_not_overwrite_each_other(draft: DraftFinding, room: AuditRoom, owen: Client) -> None:
    address = page(room, "room-draft", draft_id=draft.pk)
    owen.post(address, typed(observed="First window"))
    stale = owen.post(address, typed(observed="Second window"))
    assert stale.status_code == 409
    assert "Second window" in stale.content.decode()
    assert owen.post(address, typed(observed="x"), HTTP_HX_REQUEST="true").status_code == 409
    draft.refresh_from_db()
    assert draft.observed == "First window"


def test_what_one_window_sends_twice_at_once_is_no_conflict(draft: DraftFinding, room: AuditRoom, owen: Client) -> None:
    """The page saves itself while the button is pressed: the button's version is then one behind."""
    address = page(room, "room-draft", draft_id=draft.pk)
    assert owen.post(address, typed(window="w1"), HTTP_HX_REQUEST="true").status_code == 200
    assert owen.post(address, typed(window="w2"), HTTP_HX_REQUEST="true").status_code == 409
    refused = owen.post(page(room, "room-draft-submit", draft_id=draft.pk), typed(window="w2"))
    assert refused.context["form"].non_field_errors()
    assert owen.post(page(room, "room-draft-submit", draft_id=draft.pk), typed(window="w1")).status_code == 302
    assert Finding.objects.count() == 1


@pytest.mark.parametrize("grade", ["major", "minor"])
@pytest.mark.parametrize("lacking", ["requirement", "demands", "observed", "objective_evidence"])
def test_a_nonconformity_needs_each_of_its_parts(
    lacking: str, grade: str, draft: DraftFinding, room: AuditRoom, owen: Client
) -> None:
    answer = owen.post(page(room, "room-draft-submit", draft_id=draft.pk), typed(grade=grade, **{lacking: " "}))
    assert list(answer.context["form"].errors) == [lacking]
    assert not Finding.objects.exists()


def test_what_is_no_nonconformity_needs_less(draft: DraftFinding, room: AuditRoom, owen: Client) -> None:
    given = typed(grade="ofi", demands="", objective_evidence="")
    assert owen.post(page(room, "room-draft-submit", draft_id=draft.pk), given).status_code == 302
    assert Finding.objects.get().state == "noted"


def test_it_rests_on_records_of_the_room_only(
    draft: DraftFinding, organisation: Any, room: AuditRoom, owen: Client
) -> None:
    released, hidden = make_risk(organisation), make_risk(organisation)
    release(room, released)
    address = page(room, "room-draft-submit", draft_id=draft.pk)
    refused = owen.post(address, typed(rests_on=f"{released.reference}, {hidden.reference}"))
    assert hidden.reference in str(refused.context["form"].errors["rests_on"])
    assert owen.post(address, typed(rests_on=f"{released.reference} {released.reference}")).status_code == 302
    assert [one.pk for one in Finding.objects.get().cites.all()] == [released.pk]


def test_submitted_it_is_a_finding_of_the_audit_that_both_sides_see(
    finding: Finding, room: AuditRoom, owen: Client, officer: Any, sign_in: SignIn
) -> None:
    assert (finding.found_in_id, finding.raised_by, finding.owner) == (room.for_audit_id, room.person, officer)
    assert (finding.grade, finding.state, finding.requirement.number) == ("minor", "open", "8.3")
    assert finding.issued_on
    assert PRIVATE in sign_in(officer).get(page(room, "finding-list")).content.decode()
    assert PRIVATE in owen.get(page(room, "room-finding", reference=finding.reference)).content.decode()
    assert owen.get(finding.get_absolute_url()).status_code == 200


def test_nobody_changes_the_words_of_what_was_submitted(
    finding: Finding, draft: DraftFinding, room: AuditRoom, owen: Client
) -> None:
    for name in ("grade", "demands", "observed", "objective_evidence"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Finding.objects.filter(pk=finding.pk).update(**{name: "major" if name == "grade" else "Other words"})
    for name in ("room-draft", "room-draft-submit", "room-draft-discard"):
        answer = owen.post(page(room, name, draft_id=draft.pk), typed(observed="Other words"))
        assert answer["Location"] == page(room, "room-finding", reference=finding.reference)
    finding.refresh_from_db()
    assert PRIVATE in finding.observed
    assert Finding.objects.count() == 1


def test_submitted_twice_it_is_one_finding(draft: DraftFinding, room: AuditRoom) -> None:
    draft.requirement, draft.observed = Requirement.objects.get(number="8.3"), "Once"
    draft.demands = draft.objective_evidence = "x"
    assert room.person
    first = submit_draft(draft, by=room.person, cites=[])
    again = submit_draft(DraftFinding.objects.select_related("room").get(), by=room.person, cites=[])
    assert first == again
    assert Finding.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_submitted_four_times_at_once_it_is_one_finding(organisation: Any) -> None:
    room = make_auditor(organisation)
    requirement = Requirement.objects.get(number="9.1")
    made = DraftFinding.objects.create(room=room, grade="ofi", observed="At once", requirement=requirement)
    drafts = [DraftFinding.objects.select_related("room", "requirement").get(pk=made.pk) for _time in range(4)]
    barrier = threading.Barrier(len(drafts))

    def submit(draft: DraftFinding) -> Finding:
        barrier.wait()
        try:
            assert room.person
            return submit_draft(draft, by=room.person, cites=[])
        finally:
            connection.close()

    with ThreadPoolExecutor(len(drafts)) as pool:
        findings = list(pool.map(submit, drafts))
    assert len({one.pk for one in findings}) == Finding.objects.count() == 1


def test_once_the_report_is_issued_nothing_is_submitted(draft: DraftFinding, room: AuditRoom, owen: Client) -> None:
    Audit.objects.filter(pk=room.for_audit_id).update(state="report_issued")
    answer = owen.post(page(room, "room-draft-submit", draft_id=draft.pk), typed())
    assert answer.context["form"].non_field_errors()
    assert not Finding.objects.exists()


# Private


def readers(organisation: Any) -> list[Any]:
    """Everybody of the organisation."""
    return [one.user for one in organisation.memberships.exclude(role="external_auditor").select_related("user")]


def plain_addresses() -> Iterator[Address]:
    """Every page and call without a record's own reference in it."""
    for one in addresses():
        if one.is_of_an_organisation or one.pattern.startswith("/api/v1/"):
            yield one


@pytest.fixture
def private(room: AuditRoom, owen: Client) -> AuditRoom:
    """A draft and a note that say Zanzibar, saved through the pages."""
    draft = begin_draft(room)
    owen.post(page(room, "room-draft", draft_id=draft.pk), typed())
    owen.post(page(room, "room-note-list"), {"text": f"{PRIVATE} to be asked about"})
    assert PRIVATE in owen.get(page(room, "room-note-list")).content.decode()
    assert PRIVATE in owen.get(page(room, "room-finding-list")).content.decode()
    return room


def test_no_page_call_or_list_shows_a_draft_or_a_note_to_the_organisation(
    private: AuditRoom, organisation: Any, officer: Any, administrator: Any, sign_in: SignIn
) -> None:
    draft, note = DraftFinding.objects.get(), RoomNote.objects.get()
    made_up = {
        "organisation": organisation.slug,
        "reference": private.reference,
        "draft_id": str(draft.pk),
        "note_id": str(note.pk),
        "file_format": "csv",
        "number": "1",
        "kind": "risk",
    }
    faults = []
    for user in (officer, administrator):
        client = sign_in(user)
        for one in plain_addresses():
            where = one.filled(made_up.get)
            for asked in (where, f"{where}?q={PRIVATE}"):
                is_told = PRIVATE.encode() in without_what_was_typed(client.get(asked))
                faults += [f"{user} {asked}"] if is_told else []
    assert not faults
    for user in readers(organisation):
        client = sign_in(user)
        for name, kwargs in (("room-draft", {"draft_id": draft.pk}), ("room-note-edit", {"note_id": note.pk})):
            assert client.get(page(private, name, **kwargs)).status_code == 404
            assert client.post(page(private, name, **kwargs), typed()).status_code == 404


def without_what_was_typed(answer: Any) -> bytes:
    """A page without the search words that were sent with the request, which stand in its fields and links again."""
    content: bytes = answer.getvalue()
    return (
        content.replace(f"q={PRIVATE}".encode(), b"")
        .replace(f'value="{PRIVATE}"'.encode(), b"")
        .replace(f"“{PRIVATE}”".encode(), b"")
    )


def test_no_history_and_no_search_table_holds_a_draft_or_a_note(private: AuditRoom) -> None:
    tracked = {model.pgh_tracked_model for model in event_models()}  # type: ignore[attr-defined]
    assert not tracked & {DraftFinding, RoomNote}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table in {"audits_draftfinding", "audits_roomnote", "audits_roomvisit", "django_session"}:
                continue
            cursor.execute(f'SELECT count(*) FROM "{table}" told WHERE told::text LIKE %s', [f"%{PRIVATE}%"])
            assert cursor.fetchone() == (0,), table


def test_to_save_a_draft_or_a_note_writes_nothing_of_the_organisation(room: AuditRoom, owen: Client) -> None:
    owen.get(page(room, "room"))
    before = written()
    draft = begin_draft(room)
    owen.post(page(room, "room-draft", draft_id=draft.pk), typed())
    owen.post(page(room, "room-note-list"), {"text": "x"})
    owen.post(page(room, "room-draft-discard", draft_id=draft.pk))
    assert not DraftFinding.objects.exists()
    assert written() == before


def test_another_auditor_reads_none_of_it(private: AuditRoom, organisation: Any, sign_in: SignIn) -> None:
    una = sign_in(make_auditor(organisation, name="Una Field", for_audit=private.for_audit).person)
    draft, note = DraftFinding.objects.get(), RoomNote.objects.get()
    for name, kwargs in (("room-draft", {"draft_id": draft.pk}), ("room-note-edit", {"note_id": note.pk})):
        assert una.get(page(private, name, **kwargs)).status_code == 404
    for name in ("room-note-list", "room-finding-list", "room"):
        assert PRIVATE not in una.get(page(private, name)).content.decode()


def test_a_note_is_about_a_record_and_goes_when_it_is_thrown_away(
    organisation: Any, room: AuditRoom, owen: Client
) -> None:
    risk, hidden = make_risk(organisation), make_risk(organisation)
    release(room, risk)
    address = page(room, "room-note-list")
    refused = owen.post(address, {"text": "About it", "about_record": hidden.reference})
    assert "about_record" in refused.context["form"].errors
    assert owen.post(address, {"text": "About it", "about_record": risk.reference}).status_code == 302
    note = RoomNote.objects.get()
    assert note.about_id == risk.pk
    edit = page(room, "room-note-edit", note_id=note.pk)
    assert owen.post(edit, {"text": "Something else", "about_record": ""}).status_code == 302
    note.refresh_from_db()
    assert (note.text, note.about) == ("Something else", None)
    owen.post(page(room, "room-note-remove", note_id=note.pk))
    assert not RoomNote.objects.exists()


# After it was submitted


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
