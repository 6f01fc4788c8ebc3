"""Every address below `/<organisation>/`, whoever wrote its view: strangers, readers and contributors try them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tests.furnishing import furnish
from tests.house import tree
from tests.house.addresses import Address, addresses
from tests.pages import SeenPage
from tests.traces import written

SignIn = Callable[..., Client]
# What else than records a role may change: by the beginning of the address's name.
# What internal auditors keep: programmes, audits with their checklists, findings; not the room of who is from outside.
AUDITING = (
    *("audit-programme-", "finding-", "audit-new", "audit-edit", "audit-comment", "audit-check", "audit-issue"),
    *("audit-cancel", "audit-auditors"),
)
# Where lists of registers lead them to a new one.
AUDITED_AT = tuple(f"/brightwater/{room}/new/" for room in ("audit-programmes", "audits", "findings"))
SHOWS_AUDITING = (*AUDITING, "audit-list", "audit-detail")
THEIRS = {
    "internal_auditor": ("reminder-list", "mention-list", *AUDITING),
    "auditor": ("mention-list",),
    "manager": (
        *("report-list", "report-new", "report-pack", "report-release", "report-schedule", "evolution"),
        *("reminder-list", "mention-list"),
    ),
    "administrator": (
        "member-",
        "invitation-",
        "outbox",
        "organisation-",
        "reminder-list",
        "mail-list",
        "mention-list",
    ),
}
# Takes a file to check it, keeps nothing, and is for everybody.
ONLY_CHECKS = {"report-verify", "as-of"}
# The same, and a key of one's own, with no more rights than oneself.
ANYBODYS = ONLY_CHECKS | {"api-key-list", "calendar"}
# How somebody looks at a list, nothing in it: saved filters of each.
LOOKS = "-filters"
# Everybody's own setting, about nothing but themselves.
OWN_SETTINGS = {"reminder-list", "api-key-list", "mention-list", "calendar"}


@pytest.fixture
def furnished(organisation: Any, officer: Any) -> Callable[[Address], str]:
    return furnish(organisation, officer)


def inside() -> Iterator[Address]:
    return (address for address in addresses() if address.is_of_an_organisation)


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_outsider_finds_nothing_at_all(
    method: str, furnished: Callable[[Address], str], outsider: Any, sign_in: SignIn
) -> None:
    client, before = sign_in(outsider), written()
    answers = {furnished(address): getattr(client, method)(furnished(address)).status_code for address in inside()}
    faults = [f"{address}: {status}" for address, status in answers.items() if status != 404]
    assert not faults, tree.listed("These answer somebody of another organisation:", faults)
    assert written() == before


@pytest.mark.parametrize("role", THEIRS)
def test_a_reader_can_write_nowhere(
    role: str, furnished: Callable[[Address], str], request: Any, sign_in: SignIn
) -> None:
    client, before = sign_in(request.getfixturevalue(role)), written()
    faults = []
    for address in inside():
        if address.name in ANYBODYS or address.name.endswith(LOOKS):
            continue
        if not address.name.startswith(THEIRS[role] or ("nothing",)):
            status = client.post(furnished(address), {"title": "x", "owner": "1", "version": "1"}).status_code
            faults += [] if status in {403, 404, 405} else [f"{address.name} {furnished(address)}: {status}"]
    assert not faults, tree.listed(f"These take a POST by the {role}:", faults)
    assert written() == before


@pytest.mark.parametrize("role", ["internal_auditor", "auditor"])
def test_an_auditor_sees_no_control_anywhere(
    role: str, furnished: Callable[[Address], str], request: Any, sign_in: SignIn
) -> None:
    client, faults = sign_in(request.getfixturevalue(role)), []
    for address in (address for address in inside() if address.name not in ONLY_CHECKS | OWN_SETTINGS):
        if address.name.endswith(LOOKS):
            continue
        answer = client.get(furnished(address))
        assert answer.status_code in {200, 302, 403, 404, 405}, f"{furnished(address)}: {answer.status_code}"
        if role == "internal_auditor" and address.name.startswith(SHOWS_AUDITING):
            continue
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            theirs = AUDITED_AT if role == "internal_auditor" else ()
            found = [one for one in SeenPage(answer).controls if not one.startswith(theirs)]
            faults += [f"{furnished(address)}: {control}" for control in found]
    assert not faults, tree.listed("An auditor sees these controls:", faults)


def test_a_contributor_reads_nothing_of_others_anywhere(
    furnished: Callable[[Address], str], contributor: Any, sign_in: SignIn
) -> None:
    client, faults = sign_in(contributor), []
    for address in inside():
        answer = client.get(furnished(address))
        assert answer.status_code in {200, 302, 403, 404, 405}, f"{furnished(address)}: {answer.status_code}"
        if answer.status_code == 200 and b"Secret" in answer.getvalue():
            faults.append(f"{address.name} {furnished(address)}")
    assert not faults, tree.listed("These pages tell a contributor about records that are not theirs:", faults)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_no_page_takes_another_method_for_one_of_its_own(
    method: str, furnished: Callable[[Address], str], officer: Any, sign_in: SignIn
) -> None:
    client, before, faults = sign_in(officer), written(), []
    for address in addresses():
        if not address.pattern.startswith("/api/"):
            where = furnished(address) if address.is_of_an_organisation else address.filled()
            answer = getattr(client, method)(where, {"title": "x"}, content_type="application/json")
            is_refused = answer.status_code == 405 and answer["Allow"]
            faults += [] if is_refused else [f"{address.name} {where}: {answer.status_code}"]
    assert not faults, tree.listed(f"These take a {method.upper()}:", faults)
    assert written() == before
