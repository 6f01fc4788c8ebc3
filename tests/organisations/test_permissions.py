"""Who may open and use the pages about the organisation and its people: role × page × method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.pages import SeenPage
from tests.traces import written

EVERYBODY = ("officer", "contributor", "internal_auditor", "auditor", "manager", "administrator")
OTHERS = tuple(role for role in EVERYBODY if role != "administrator")
SHOWN = ("member-list", "member-invite", "member-edit", "member-remove", "outbox", "outbox-mail")
STEPS = ("member-welcome", "invitation-send", "invitation-withdraw")
WRITING = ("post", "put", "patch", "delete")


@pytest.fixture
def addresses(organisation: Any, at: Any, invited: Any, contributor: Any, outbox_is_on: None) -> dict[str, str]:
    """Every page of the app, by its name."""
    invitation, _link = invited()
    mail = organisation.sent_mail.create(sender="portal@localhost", recipient="a@b.example", subject="Hello", body="Hi")
    member = organisation.memberships.get(user=contributor)
    pks = {
        "member-list": {},
        "member-invite": {},
        "outbox": {},
        "organisation-edit": {},
        "outbox-mail": {"pk": mail.pk},
    }
    pks |= {name: {"pk": member.pk} for name in ("member-edit", "member-remove", "member-welcome")}
    pks |= {name: {"pk": invitation.pk} for name in ("invitation-send", "invitation-withdraw")}
    return {name: at(name, **kwargs) for name, kwargs in pks.items()}


def test_the_administrator_opens_every_page(
    addresses: dict[str, str], administrator: Any, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(administrator)
    for name in (*SHOWN, "organisation-edit"):
        assert client.get(addresses[name]).status_code == 200, name
    for name in STEPS:
        assert client.get(addresses[name]).status_code == 405, name
        assert client.post(addresses[name]).status_code == 302, name


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_keeps_members_or_reads_mail(
    role: str, addresses: dict[str, str], request: pytest.FixtureRequest, sign_in: Callable[..., Client]
) -> None:
    client, before = sign_in(request.getfixturevalue(role)), written()
    for name in (*SHOWN, *STEPS):
        assert client.get(addresses[name]).status_code == 403, name
        for method in WRITING:
            refused = 403 if method == "post" else 405
            assert getattr(client, method)(addresses[name]).status_code == refused, f"{method} {name}"
    assert written() == before


@pytest.mark.parametrize("role", EVERYBODY)
def test_the_organisation_page_is_a_form_facts_or_closed(
    role: str, addresses: dict[str, str], request: pytest.FixtureRequest, sign_in: Callable[..., Client]
) -> None:
    client, address = sign_in(request.getfixturevalue(role)), addresses["organisation-edit"]
    answer = client.get(address)
    if role == "contributor":
        assert answer.status_code == 403
        return
    assert answer.status_code == 200
    may_change = role in {"officer", "administrator"}
    assert bool(SeenPage(answer).controls) is may_change


@pytest.mark.parametrize("role", ["contributor", "internal_auditor", "auditor", "manager"])
def test_who_only_reads_the_organisation_changes_nothing(
    role: str, addresses: dict[str, str], request: pytest.FixtureRequest, sign_in: Callable[..., Client]
) -> None:
    client, before = sign_in(request.getfixturevalue(role)), written()
    answer = client.post(addresses["organisation-edit"], {"name": "Taken over"})
    assert answer.status_code == 403
    assert written() == before


def test_an_outsider_finds_no_page(
    addresses: dict[str, str], outsider: Any, other_administrator: Any, sign_in: Callable[..., Client]
) -> None:
    before = written()
    for client in (sign_in(outsider), sign_in(other_administrator)):
        for name, address in addresses.items():
            assert client.get(address).status_code == 404, name
            assert client.post(address).status_code == 404, name
    assert written() == before


def test_whoever_is_not_signed_in_is_asked_to(addresses: dict[str, str], sign_in: Callable[..., Client]) -> None:
    before = written()
    for name, address in addresses.items():
        for method in ("get", "post"):
            answer = getattr(sign_in(), method)(address)
            assert answer.status_code == 302, name
            assert answer.url.startswith("/accounts/login/"), name
    assert settings.LOGIN_URL == "account_login"
    assert written() == before


def test_an_administrator_reaches_no_member_invitation_or_mail_of_another_organisation(
    other_organisation: Any, other_administrator: Any, at: Any, administrator: Any, invited: Any, outsider: Any,
    outbox_is_on: None, sign_in: Callable[..., Client],
) -> None:  # fmt: skip
    """Ids of elsewhere in an address of one's own organisation lead nowhere."""
    membership = other_organisation.memberships.get(user=outsider)
    invitation, _link = invited(organisation=other_organisation, by=other_administrator)
    mail = other_organisation.sent_mail.create(sender="p@localhost", recipient="a@b.example", subject="Hi", body="Hi")
    client, before = sign_in(administrator), written()
    for name in ("member-edit", "member-remove", "member-welcome"):
        assert client.post(at(name, pk=membership.pk), {"role": "auditor"}).status_code == 404, name
    for name in ("invitation-send", "invitation-withdraw"):
        assert client.post(at(name, pk=invitation.pk)).status_code == 404, name
    assert client.get(at("outbox-mail", pk=mail.pk)).status_code == 404
    assert written() == before
