"""The demo's outbox: an administrator reads mail to their people, and never what opens another organisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organisations.actions import appoint, dismiss
from organisations.models import SentMail
from organisations.roles import Role
from tests.pages import SeenPage

pytestmark = pytest.mark.usefixtures("outbox_is_on")


def listed(client: Client, address: str) -> str:
    return " ".join(SeenPage(client.get(address)).texts)


def account_mail(user: Any) -> SentMail:
    """A link to a new password, as allauth sends it: on behalf of no organisation."""
    EmailMessage("Reset", "Open http://testserver/accounts/password/reset/key/1-x/", to=[user.email]).send()
    return SentMail.objects.latest("pk")


def test_an_invitation_is_read_and_its_link_followed(
    at: Any, organisation: Any, administrator: Any, sent: Any, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(administrator)
    with sent():
        data = {"name": "<b>New</b>", "email": "new.person@elsewhere.example", "role": "manager"}
        client.post(at("member-invite"), data)
    kept = SentMail.objects.get()
    assert kept.organisation == organisation
    assert kept.subject in listed(client, at("outbox"))
    answer = client.get(at("outbox-mail", pk=kept.pk))
    assert "<b>New</b>" not in answer.content.decode()
    [link] = [link for link in SeenPage(answer).links if "/invitations/" in link]
    assert sign_in().get(link.removeprefix("http://testserver")).status_code == 200


def test_account_mail_of_members_is_read_and_of_others_not(
    at: Any, organisation: Any, administrator: Any, contributor: Any, outsider: Any, invited: Any,
    sign_in: Callable[..., Client],
) -> None:  # fmt: skip
    client = sign_in(administrator)
    ours, theirs = account_mail(contributor), account_mail(outsider)
    invited(outsider.email)
    assert client.get(at("outbox-mail", pk=ours.pk)).status_code == 200
    assert client.get(at("outbox-mail", pk=theirs.pk)).status_code == 404, "inviting somebody must not show their mail"
    appoint(outsider, organisation=organisation, role=Role.MANAGER)
    assert client.get(at("outbox-mail", pk=theirs.pk)).status_code == 404, "it opens their other organisation, too"
    page = listed(client, at("outbox"))
    assert contributor.email in page
    assert outsider.email not in page
    dismiss(organisation.memberships.get(user=contributor))
    assert client.get(at("outbox-mail", pk=ours.pk)).status_code == 404


def test_mail_of_another_organisation_stays_there(
    at: Any, other_organisation: Any, administrator: Any, contributor: Any, sign_in: Callable[..., Client]
) -> None:
    headers = {"X-AIMS-Organisation": other_organisation.slug}
    EmailMessage("Theirs", "Body", to=[contributor.email], headers=headers).send()
    assert SentMail.objects.get().organisation == other_organisation
    assert "Theirs" not in listed(sign_in(administrator), at("outbox"))


def test_an_address_with_a_name_is_kept_as_an_address(db: None) -> None:
    EmailMessage("Hello", "Body", to=["Ada New <Ada@New.example>"], cc=["b@new.example"]).send()
    assert set(SentMail.objects.values_list("recipient", flat=True)) == {"ada@new.example", "b@new.example"}


def test_the_outbox_has_pages_and_costs_the_same_with_more_mail(
    at: Any, organisation: Any, administrator: Any, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(administrator)

    def fill(count: int) -> None:
        SentMail.objects.bulk_create(
            SentMail(organisation=organisation, sender="p@localhost", recipient="a@b.example", subject=f"Mail {n}")
            for n in range(count)
        )

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(at("outbox")).status_code == 200
        return len(captured)

    assert "No mail yet" in listed(client, at("outbox"))
    fill(1)
    one = queries()
    fill(2)
    assert queries() == one
    fill(60)
    assert "1–25 of 63" in listed(client, at("outbox") + "?rows=25")
    assert "51–63 of 63" in listed(client, at("outbox") + "?rows=25&page=3")
    assert "1–50 of 63" in listed(client, at("outbox") + "?rows=x&page=x")


def test_with_a_real_mail_server_there_is_no_outbox(
    at: Any, administrator: Any, settings: Any, sign_in: Callable[..., Client]
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    client = sign_in(administrator)
    assert client.get(at("outbox")).status_code == 404
    assert client.get(at("outbox-mail", pk=1)).status_code == 404
    assert at("outbox") not in SeenPage(client.get(at("member-list"))).links
