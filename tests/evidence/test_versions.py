"""The page that adds a version: the file, and the dates that change with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from evidence.actions import receive
from evidence.models import Evidence, State
from tests.cast import make_evidence
from tests.pages import SeenPage
from tests.traces import written

from .files import EXE, pdf, stored, upload

SignIn = Callable[..., Client]


@pytest.fixture
def item(organisation: Any, officer: Any) -> Evidence:
    """Ran out yesterday."""
    yesterday = organisation.today() - timedelta(days=1)
    file = upload("drift-2026-10.pdf", pdf("October"))
    return receive(organisation, by=officer, file=file, title="Drift report", valid_until=yesterday)


def page_of(item: Evidence) -> str:
    return f"{item.get_absolute_url()}versions/"


def filled(client: Client, item: Evidence, **changes: Any) -> dict[str, Any]:
    return SeenPage(client.get(page_of(item))).form_with("note").data(**changes)


def test_a_new_version_renews_the_item_in_one_step(
    item: Evidence, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, until = sign_in(officer), organisation.today() + timedelta(days=90)
    file = upload("drift-2026-11.pdf", pdf("November"))
    answer = client.post(page_of(item), filled(client, item, file=file, note="November", valid_until=str(until)))
    assert answer["Location"] == item.get_absolute_url()
    item = Evidence.objects.get()
    assert (item.state(organisation.today()), item.valid_until) == (State.CURRENT, until)
    assert [(version.number, version.note) for version in item.versions.all()] == [(2, "November"), (1, "")]
    page = client.get(item.get_absolute_url()).content.decode()
    for text in ("drift-2026-11.pdf", "drift-2026-10.pdf", *item.versions.values_list("sha256", flat=True)):
        assert text in page


def test_dates_that_others_changed_meanwhile_stay(
    item: Evidence, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, until = sign_in(officer), organisation.today() + timedelta(days=90)
    data = filled(client, item, file=upload("b.pdf"), produced_on="2026-11-01")
    Evidence.objects.filter(pk=item.pk).update(valid_until=until)
    assert client.post(page_of(item), data).status_code == 302
    item = Evidence.objects.get()
    assert (item.produced_on, item.valid_until) == (date(2026, 11, 1), until)


def test_a_version_without_new_dates_changes_no_date(item: Evidence, officer: Any, sign_in: SignIn) -> None:
    client, version = sign_in(officer), item.version
    assert client.post(page_of(item), filled(client, item, url="https://wiki.example/drift")).status_code == 302
    item.refresh_from_db()
    assert (item.version, item.latest and item.latest.url) == (version, "https://wiki.example/drift")


def test_what_was_announced_and_never_arrived_gets_its_first_version(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    item = Evidence.objects.create(organisation=organisation, title="Contract annex")
    client = sign_in(officer)
    page = client.get(item.get_absolute_url())
    assert "File absent" in SeenPage(page).texts
    assert page_of(item) in SeenPage(page).links
    assert client.post(page_of(item), {"file": upload("annex.pdf")}).status_code == 302
    assert item.versions.get().number == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "file"),
        ({"file": upload("a.exe", EXE)}, "file"),
        ({"file": upload("a.pdf"), "url": "https://wiki.example/"}, "file"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://wiki.example/", "covers_from": "2026-06-01", "covers_to": "2026-05-01"}, "covers_to"),
        ({"url": "https://wiki.example/", "valid_until": "soon"}, "valid_until"),
        ({"url": "https://wiki.example/", "note": "x" * 301}, "note"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_the_note_is_kept(
    changes: dict[str, Any], field: str, item: Evidence, officer: Any, sign_in: SignIn, store: Path
) -> None:
    client, before, files = sign_in(officer), written(), stored(store)
    answer = client.post(page_of(item), filled(client, item, **{"note": "November"} | changes))
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert f'id="id_{field}_error"' in answer.content.decode()
    kept = SeenPage(answer).form_with("note").fields["note"]
    assert kept == [changes.get("note", "November")]
    assert (written(), stored(store)) == (before, files)


def test_a_good_file_beside_a_wrong_date_must_be_chosen_again(item: Evidence, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    data = filled(client, item, file=upload("b.pdf"), valid_until="soon")
    assert "Choose “b.pdf” again." in client.post(page_of(item), data).content.decode()


def test_no_space_is_said_at_the_field(item: Evidence, officer: Any, sign_in: SignIn, settings: Any) -> None:
    settings.EVIDENCE_QUOTA_BYTES = 10
    client, before = sign_in(officer), written()
    data = filled(client, item, file=upload("b.pdf"), note="November", valid_until="2030-01-01")
    answer = client.post(page_of(item), data)
    assert "space for evidence is used up" in answer.context["form"].errors["file"][0]
    assert written() == before


def test_readers_cannot_add_a_version(item: Evidence, internal_auditor: Any, sign_in: SignIn) -> None:
    client, before = sign_in(internal_auditor), written()
    assert client.get(page_of(item)).status_code == 403
    assert client.post(page_of(item), {"file": upload("b.pdf")}).status_code == 403
    assert written() == before


def test_a_contributor_adds_a_version_to_their_own_only(
    item: Evidence, organisation: Any, contributor: Any, sign_in: SignIn
) -> None:
    mine, client = make_evidence(organisation, owner=contributor), sign_in(contributor)
    assert client.post(page_of(mine), {"file": upload("b.pdf")}).status_code == 302
    assert client.post(page_of(item), {"file": upload("c.pdf")}).status_code == 404
    assert item.versions.count() == 1


def test_auditors_find_every_version_and_no_way_to_add_one(
    item: Evidence, internal_auditor: Any, sign_in: SignIn
) -> None:
    seen = SeenPage(sign_in(internal_auditor).get(item.get_absolute_url()))
    assert f"{page_of(item)}1/" in seen.links
    assert page_of(item) not in seen.links
    assert not seen.controls
