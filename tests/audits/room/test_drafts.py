"""Draft findings are saved however little they hold, and submitted once they are whole; then they stay (B8)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from audits.models import Audit, AuditRoom, DraftFinding, Finding
from audits.room.drafting import submit_draft
from clauses.models import Requirement
from tests.risk_cast import make_risk

from .desk_making import make_auditor, release
from .drafting import PRIVATE, page, typed

SignIn = Callable[..., Client]


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
    for window, status in (("w1", 204), ("w2", 409), ("", 409)):
        late = owen.post(address, typed(window=window, observed="Late"), HTTP_HX_REQUEST="true")
        assert late.status_code == status, window


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
