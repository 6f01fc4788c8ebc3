"""Invitations with their links, a mail server that fails, and the demo's outbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse

from organisations.invitations import invite
from organisations.models import Invitation
from organisations.roles import Role

PASSWORD = "nine herons stand in shallow water"


@pytest.fixture
def at(organisation: Any) -> Callable[..., str]:
    """`at("member-edit", pk=1)` is the address of a page of the organisation."""

    def address(name: str, **kwargs: Any) -> str:
        return reverse(name, kwargs={"organisation": organisation.slug, **kwargs})

    return address


@pytest.fixture
def invited(organisation: Any, administrator: Any) -> Callable[..., tuple[Invitation, str]]:
    """`invited(email, role=…)` is an open invitation and the address of its page."""

    def make(email: str = "new.person@brightwater.example", **fields: Any) -> tuple[Invitation, str]:
        defaults = {"organisation": organisation, "name": "New Person", "role": Role.MANAGER, "by": administrator}
        invitation, token = invite(email=email, **defaults | fields)
        return invitation, reverse("invitation-accept", kwargs={"token": token})

    return make


@pytest.fixture
def outbox_is_on(settings: Any) -> None:
    """Mail is kept as in the demo; tests otherwise collect it in memory."""
    settings.EMAIL_BACKEND = "organisations.outbox.OutboxBackend"


@pytest.fixture
def mail_server_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(backend: EmailBackend, messages: Any) -> int:
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)


@pytest.fixture
def sent(django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    """`with sent(): …` sends what the block leaves to be sent on commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def other_administrator(other_organisation: Any) -> Any:
    """The administrator of the other organisation."""
    from tests.cast import person

    return person("administrator", other_organisation)
