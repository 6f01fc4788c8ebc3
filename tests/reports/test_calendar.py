"""The calendar of what is due: behind a secret, revocable address, and nothing in it that its owner may not see."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from organisations.actions import appoint, dismiss
from reports.calendar import OCTETS, escaped, folded
from reports.models import CalendarAddress
from tests.cast import make_supplier, somebody
from tests.clauses.asking.making import make_task
from tests.house.addresses import addresses
from tests.pages import SeenPage
from tests.risk_cast import make_incident, notify
from tests.traces import written

pytestmark = pytest.mark.django_db


def made(client: Client, organisation: Any) -> str:
    """The path of a new address, as the page shows it this once."""
    page = client.post(f"/{organisation.slug}/calendar/")
    text = next(text for text in SeenPage(page).texts if "/calendar/" in text)
    return text[text.index("/calendar/") :]


def unfolded(path: str) -> list[str]:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode().replace("\r\n ", "").splitlines()


def test_it_holds_what_is_due_from_its_owner_and_is_read_without_signing_in(
    organisation: Any, contributor: Any, sign_in: Any
) -> None:
    today = organisation.today()
    mine = make_task(organisation, owner=contributor, title="Ask, then; answer", due_on=today + timedelta(days=3))
    make_supplier(organisation, owner=somebody(organisation), title="Not mine", review_on=today)
    late = make_supplier(organisation, owner=contributor, title="Late", review_on=today - timedelta(days=40))
    path = made(sign_in(contributor), organisation)
    lines = unfolded(path)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert f"SUMMARY:Action due: {mine.reference} Ask\\, then\\; answer" in lines
    assert f"DTSTART;VALUE=DATE:{mine.due_on:%Y%m%d}" in lines
    assert f"SUMMARY:Review: {late.reference} Late" in lines
    assert not any("Not mine" in line for line in lines)
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 2
    uids = [line for line in lines if line.startswith("UID:")]
    assert len(set(uids)) == 2
    assert [line for line in unfolded(path) if line.startswith("UID:")] == uids
    assert any(line.startswith("URL:http") and mine.get_absolute_url() in line for line in lines)


def test_only_a_hash_is_kept_and_the_page_shows_it_once(organisation: Any, officer: Any, sign_in: Any) -> None:
    client = sign_in(officer)
    path = made(client, organisation)
    secret = path.removeprefix("/calendar/").removesuffix(".ics").partition("_")[2]
    kept = CalendarAddress.objects.get()
    assert secret not in f"{kept.prefix} {kept.secret_hash}"
    assert secret not in client.get(f"/{organisation.slug}/calendar/").content.decode()


def test_it_ends_when_revoked_made_anew_or_its_owner_leaves(organisation: Any, contributor: Any, sign_in: Any) -> None:
    client = sign_in(contributor)
    first = made(client, organisation)
    second = made(client, organisation)
    assert [Client().get(path).status_code for path in (first, second)] == [404, 200]
    assert client.post(f"/{organisation.slug}/calendar/", {"revoke": "1"}).status_code == 302
    assert Client().get(second).status_code == 404
    third = made(client, organisation)
    dismiss(organisation.memberships.get(user=contributor))
    assert Client().get(third).status_code == 404
    assert CalendarAddress.objects.count() == 3


def test_it_does_not_come_back_with_a_later_membership(organisation: Any, contributor: Any, sign_in: Any) -> None:
    path = made(sign_in(contributor), organisation)
    dismiss(organisation.memberships.get(user=contributor))
    appoint(contributor, organisation=organisation, role="contributor")
    assert Client().get(path).status_code == 404
    assert Client().get(made(sign_in(contributor), organisation)).status_code == 200


def test_two_dates_of_one_record_on_one_day_are_two_events(organisation: Any, contributor: Any, sign_in: Any) -> None:
    incident = make_incident(organisation, owner=contributor)
    for recipient in ("Partner bank", "Supervisor"):
        notify(incident, recipient)
    path = made(sign_in(contributor), organisation)
    uids = [line for line in unfolded(path) if line.startswith("UID:")]
    assert len(uids) == len(set(uids)) == 2
    assert [line for line in unfolded(path) if line.startswith("UID:")] == uids


def test_what_is_no_address_is_not_found_and_nothing_is_written(organisation: Any, officer: Any, sign_in: Any) -> None:
    path = made(sign_in(officer), organisation)
    before = written()
    for wrong in (path[:-5] + "x.ics", path.replace("_", "-", 1), "/calendar/x.ics", "/calendar/x_y.ics"):
        assert Client().get(wrong).status_code == 404, wrong
    for method in ("post", "put", "patch", "delete"):
        assert getattr(Client(), method)(path).status_code == 405
    assert written() == before
    assert [address.name for address in addresses() if address.name == "calendar-feed"]


def test_auditors_from_outside_have_none(organisation: Any, auditor: Any, sign_in: Any) -> None:
    assert sign_in(auditor).post(f"/{organisation.slug}/calendar/").status_code == 403
    assert not CalendarAddress.objects.exists()


@given(text=st.text(max_size=300))
def test_lines_are_short_and_nothing_is_cut_in_two(text: str) -> None:
    line = f"SUMMARY:{escaped(text.encode(errors='ignore').decode())}"
    parts = folded(line).split("\r\n")
    assert all(len(part.encode()) <= OCTETS for part in parts)
    assert folded(line).replace("\r\n ", "") == line
    assert not re.search(r"[\x00-\x1f\x7f]", line)


def test_moments_are_in_utc() -> None:
    from reports.calendar import event_of
    from reports.due import Due

    class Place:
        slug = "here"

    item = Due("R-01", "A", "review", datetime(2026, 11, 23, tzinfo=UTC).date(), "", "/here/r/")
    lines = list(event_of(item, Place(), datetime(2026, 11, 23, 9, tzinfo=UTC)))  # type: ignore[arg-type]
    assert "DTSTAMP:20261123T090000Z" in lines
    assert "DTEND;VALUE=DATE:20261124" in lines
