"""Drafts and notes are the auditor's alone: nobody of the organisation reads one anywhere (B8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from audits.models import AuditRoom, DraftFinding, RoomNote
from audits.room.drafting import begin_draft
from tests.house.addresses import Address, addresses
from tests.risk_cast import make_risk
from tests.traces import event_models, written

from .desk_making import make_auditor, release
from .drafting import PRIVATE, page, typed

SignIn = Callable[..., Client]


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
