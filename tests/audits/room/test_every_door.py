"""Every address of the portal, by every method, as somebody in a room: in its days, before, after, and once closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from audits.models import AuditRoom, RoomVisit
from audits.room.doors import ALWAYS, KEYS, READS, TAKES, WRITES
from audits.room.opening import end_review, revoke
from tests.audits.room.closed_doors import is_stated
from tests.furnishing import furnish
from tests.house import tree
from tests.house.addresses import Address, addresses
from tests.pages import SeenPage
from tests.room_cast import A_WEEK, move, opened_room
from tests.traces import written

SignIn = Callable[..., Client]
METHODS = ("get", "post", "put", "patch", "delete")
OPEN = ALWAYS | READS | WRITES | TAKES | KEYS
API = "/api/v1/<slug:organisation>/"
pytestmark = pytest.mark.django_db


def inside() -> Iterator[Address]:
    """Every address of an organisation, of pages and of programs."""
    return (one for one in addresses() if one.is_of_an_organisation or one.pattern.startswith(API))


@pytest.fixture
def where(organisation: Any, officer: Any) -> Callable[[Address], str]:
    """The true address of each page and call, in an organisation with a record of each type."""
    filled = furnish(organisation, officer)

    def address(one: Address) -> str:
        if not one.pattern.startswith(API):
            return filled(one)
        as_page = Address(one.name, one.pattern.removeprefix("/api/v1"))
        return "/api/v1" + filled(as_page)

    return address


def answers(client: Client, where: Callable[[Address], str], method: str) -> Iterator[tuple[Address, str, Any]]:
    for one in inside():
        address = where(one)
        data = {"title": "x", "owner": "1", "version": "1"}
        options = {} if method in {"get", "post"} else {"content_type": "application/json"}
        yield one, address, getattr(client, method)(address, data if method != "get" else None, **options)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("who", ["outsider", "nobody"])
def test_strangers_find_nothing_by_any_method(
    who: str, method: str, where: Callable[[Address], str], outsider: Any, sign_in: SignIn
) -> None:
    """Pages send nobody to sign in, or say that no page takes the method; programs are told who must sign in."""
    client, before, faults = sign_in(outsider if who == "outsider" else None), written(), []
    refused = {404, 405} if who == "outsider" else {302, 401, 403, 405}
    for one, address, answer in answers(client, where, method):
        is_to_sign_in = answer.status_code != 302 or "/accounts/login/" in answer["Location"]
        if answer.status_code not in refused or not is_to_sign_in or b"Secret" in answer.getvalue():
            faults.append(f"{one.name} {address}: {answer.status_code}")
    assert not faults, tree.listed(f"These answer a {method.upper()} by {who}:", faults)
    assert written() == before


def test_each_address_is_open_by_name_or_said_to_be_closed() -> None:
    unknown = sorted({one.name for one in inside()} - OPEN)
    faults = [name for name in unknown if not is_stated(name)]
    assert not faults, tree.listed("Say in doors.py or closed_doors.py what somebody in a room may do there:", faults)
    gone = sorted(OPEN - {one.name for one in inside()})
    assert not gone, tree.listed("These doors lead nowhere:", gone)


@pytest.mark.parametrize("method", METHODS)
def test_nothing_outside_the_scope_is_found(
    method: str, where: Callable[[Address], str], organisation: Any, sign_in: SignIn
) -> None:
    room = opened_room(organisation, requirements=[])
    client, before, faults = sign_in(room.person), without_room(written()), []
    for one, address, answer in answers(client, where, method):
        if answer.status_code not in {200, 302, 400, 403, 404, 405}:
            faults.append(f"{one.name} {address}: {answer.status_code}")
        if b"Secret" in answer.getvalue():
            faults.append(f"{one.name} {address}: tells of a record")
        # No page takes another method than these; the answer is the same whatever is there.
        refused = {403, 404, 405} if method not in {"get", "post"} else {403, 404}
        if one.name not in OPEN and answer.status_code not in refused:
            faults.append(f"{one.name} {address}: {answer.status_code}")
    assert not faults, tree.listed("Somebody in a room of nothing finds something:", faults)
    assert without_room(written()) == before


@pytest.mark.parametrize("method", METHODS[1:])
def test_nothing_of_the_clients_can_be_written(
    method: str, where: Callable[[Address], str], organisation: Any, sign_in: SignIn
) -> None:
    room = opened_room(organisation, downloads=True)
    client, before, faults = sign_in(room.person), without_room(written()), []
    for one, address, answer in answers(client, where, method):
        if one.name not in ALWAYS | WRITES | KEYS and answer.status_code not in {403, 404, 405}:
            faults.append(f"{one.name} {address}: {answer.status_code}")
    assert not faults, tree.listed(f"These take a {method.upper()} by somebody in a room:", faults)
    assert without_room(written()) == before


def test_all_that_is_released_can_be_read_and_shows_no_control(
    where: Callable[[Address], str], organisation: Any, sign_in: SignIn
) -> None:
    room = opened_room(organisation, downloads=True)
    client, faults = sign_in(room.person), []
    for one, address, answer in answers(client, where, "get"):
        if one.name in READS | TAKES:
            reference = address.removeprefix("/api/v1").split("/")[3:4]
            sees = (
                not reference
                or not reference[0]
                or room.person.recordgrant_set.filter(  # type: ignore[union-attr]
                    content_object__reference=reference[0]
                )
            )
            allowed = {200, 302} if sees else {200, 302, 404}
            faults += [] if answer.status_code in allowed else [f"{one.name} {address}: {answer.status_code}"]
        elif one.name not in ALWAYS | WRITES | KEYS and answer.status_code not in {403, 404}:
            faults.append(f"{one.name} {address}: {answer.status_code}")
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            controls = [] if one.name in ALWAYS | WRITES | KEYS else SeenPage(answer).controls
            desk = f"/{organisation.slug}/room/"
            faults += [f"{address}: {control}" for control in controls if not control.startswith(desk)]
    assert not faults, tree.listed("Somebody in a room of everything:", faults)


@pytest.mark.parametrize("stage", ["before", "over", "ended", "revoked", "not accepted", "without a second factor"])
def test_outside_of_its_days_a_room_shows_nothing(
    stage: str, where: Callable[[Address], str], organisation: Any, sign_in: SignIn
) -> None:
    room = opened_room(organisation, downloads=True)
    client, today = sign_in(room.person), organisation.today()
    put_at(room, stage, today)
    faults = []
    for method in ("get", "post"):
        for one, address, answer in answers(client, where, method):
            if one.name not in ALWAYS and answer.status_code != 404:
                faults.append(f"{method} {one.name} {address}: {answer.status_code}")
            if b"Secret" in answer.getvalue():
                faults.append(f"{method} {one.name} {address}: tells of a record")
    assert not faults, tree.listed(f"A room that is {stage} answers:", faults)


def put_at(room: AuditRoom, stage: str, today: Any) -> None:
    if stage == "before":
        move(room, today + timedelta(days=1), today + A_WEEK)
    elif stage == "over":
        move(room, today - A_WEEK, today - timedelta(days=1))
    elif stage == "ended":
        end_review(room, by=room.person)  # type: ignore[arg-type]
    elif stage == "revoked":
        revoke(room, by=room.person)  # type: ignore[arg-type]
    elif stage == "not accepted":
        AuditRoom.objects.filter(pk=room.pk).update(accepted_at=None)
    else:
        room.person.authenticator_set.all().delete()  # type: ignore[union-attr]


def without_room(counts: dict[str, int]) -> dict[str, int]:
    """What was written, but for the room itself: its first page opens it, its last ends it."""
    return {name: n for name, n in counts.items() if name not in {"AuditRoomEvent", "RecordEvent", "RecordGrantEvent"}}


def test_every_answer_is_in_the_log(where: Callable[[Address], str], organisation: Any, sign_in: SignIn) -> None:
    room = opened_room(organisation)
    client = sign_in(room.person)
    asked = sum(1 for _answer in answers(client, where, "get"))
    assert RoomVisit.objects.filter(room=room).count() == asked
