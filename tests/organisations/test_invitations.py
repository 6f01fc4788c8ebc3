"""Inviting people: the form, the mail, sending again, withdrawing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from organisations.invitations import LINK_WORKS, invite
from organisations.models import Invitation, User
from organisations.roles import Role
from tests.cast import person
from tests.pages import SeenPage
from tests.traces import history_of

LINK = re.compile(r"http://testserver(/invitations/([\w-]{40,})/)")


def typed(**changes: Any) -> dict[str, Any]:
    return {"name": "New Person", "email": "new.person@brightwater.example", "role": "manager"} | changes


def test_an_invitation_is_mailed_with_a_link_of_which_only_a_hash_is_kept(
    at: Any, organisation: Any, administrator: Any, sent: Any, sign_in: Callable[..., Client]
) -> None:
    data = typed(email="New.Person@Brightwater.example", function="Head of AI", until="2999-12-31")
    with sent():
        answer = sign_in(administrator).post(at("member-invite"), data)
    assert answer.url == at("member-list")
    invitation = organisation.invitations.get()
    assert (invitation.email, invitation.function) == ("new.person@brightwater.example", "Head of AI")
    assert (invitation.invited_by, invitation.is_open) == (administrator, True)
    assert invitation.sent_at
    assert abs(invitation.expires_at - timezone.now() - LINK_WORKS) < timedelta(minutes=1)
    [written] = mail.outbox
    assert written.to == [invitation.email]
    assert organisation.name in written.subject
    for expected in (administrator.name, administrator.email, "Manager", "31 December 2999", "Dear New Person"):
        assert expected in written.body
    found = LINK.search(str(written.body))
    assert found
    token = found[2]
    assert invitation.token_hash == hashlib.sha256(token.encode()).hexdigest()
    stored = [*Invitation.objects.values_list(), *history_of(Invitation).values_list()]
    assert token not in str(stored)


def test_names_in_a_mail_are_as_people_write_them(
    at: Any, organisation: Any, administrator: Any, sent: Any, sign_in: Callable[..., Client]
) -> None:
    organisation.name = "O'Brien & Sons <AI>\nBcc: all@elsewhere.example"
    organisation.save()
    with sent():
        sign_in(administrator).post(at("member-invite"), typed())
    assert mail.outbox[0].subject.endswith("O'Brien & Sons <AI> Bcc: all@elsewhere.example")
    assert mail.outbox[0].recipients() == ["new.person@brightwater.example"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"role": "auditor"}, "until"),
        ({"until": "2020-01-01"}, "until"),
        ({"email": "no address"}, "email"),
        ({"email": "manager@brightwater.example"}, "email"),
        ({"email": "Manager@Brightwater.example"}, "email"),
        ({"email": "open@brightwater.example"}, "email"),
        ({"name": ""}, "name"),
        ({"role": "owner"}, "role"),
        ({"role": ""}, "role"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(
    changes: dict[str, str], field: str, at: Any, administrator: Any, manager: Any, invited: Any, sent: Any,
    sign_in: Callable[..., Client],
) -> None:  # fmt: skip
    invited("open@brightwater.example")
    with sent():
        answer = sign_in(administrator).post(at("member-invite"), typed(function="Head of AI") | changes)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}
    page = SeenPage(answer).form_with("function")
    assert page.fields["function"] == ["Head of AI"]
    assert Invitation.objects.count() == 1
    assert not mail.outbox


def test_who_was_a_member_before_gets_a_later_day_instead(
    at: Any, organisation: Any, administrator: Any, sign_in: Callable[..., Client]
) -> None:
    gone = person("gone", organisation, Role.CONTRIBUTOR, until=organisation.today() - timedelta(days=1))
    answer = sign_in(administrator).post(at("member-invite"), typed(email=gone.email))
    assert "was a member before" in answer.content.decode()


def test_an_address_is_open_for_another_organisation(invited: Any, other_organisation: Any) -> None:
    invited("shared@elsewhere.example")
    invited("shared@elsewhere.example", organisation=other_organisation)
    with pytest.raises(ValidationError):
        invited("Shared@elsewhere.example")


@pytest.mark.django_db(transaction=True)
def test_a_failing_mail_server_loses_no_invitation(
    at: Any, organisation: Any, administrator: Any, mail_server_fails: None, monkeypatch: pytest.MonkeyPatch,
    sign_in: Callable[..., Client],
) -> None:  # fmt: skip
    client = sign_in(administrator)
    page = client.post(at("member-invite"), typed(), follow=True).content.decode()
    assert "could not be sent" in page
    assert "not sent" in page
    invitation = organisation.invitations.get()
    assert invitation.sent_at is None
    assert invitation.is_open
    monkeypatch.undo()
    page = client.post(at("invitation-send", pk=invitation.pk), follow=True).content.decode()
    assert "was sent" in page
    invitation.refresh_from_db()
    assert invitation.sent_at
    assert len(mail.outbox) == 1


def test_an_invitation_whose_making_is_rolled_back_is_not_mailed(
    at: Any, administrator: Any, sent: Any, monkeypatch: pytest.MonkeyPatch, sign_in: Callable[..., Client]
) -> None:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise ConnectionError("the page breaks after the invitation was made")

    monkeypatch.setattr("organisations.views.invitations.redirect", fail)
    with sent(), pytest.raises(ConnectionError):
        sign_in(administrator).post(at("member-invite"), typed())
    assert not mail.outbox
    assert not Invitation.objects.exists()


def test_sending_again_makes_a_new_link_and_closes_the_old_one(
    at: Any, administrator: Any, invited: Any, sent: Any, sign_in: Callable[..., Client]
) -> None:
    invitation, old = invited()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert sign_in().get(old).status_code == 410
    with sent():
        assert sign_in(administrator).post(at("invitation-send", pk=invitation.pk)).status_code == 302
    found = LINK.search(str(mail.outbox[0].body))
    assert found
    assert sign_in().get(found[1]).status_code == 200
    assert sign_in().get(old).status_code == 404


@pytest.mark.parametrize("closed", ["accepted_at", "withdrawn_at", "until"])
def test_what_is_closed_is_not_sent_again(
    closed: str, at: Any, administrator: Any, invited: Any, sent: Any, sign_in: Callable[..., Client]
) -> None:
    invitation, _link = invited()
    Invitation.objects.update(**{closed: timezone.now() - timedelta(days=3)})
    with sent():
        answer = sign_in(administrator).post(at("invitation-send", pk=invitation.pk), follow=True)
    assert "This invitation is closed" in answer.content.decode()
    assert not mail.outbox


def test_a_withdrawn_invitation_opens_nothing_and_frees_the_address(
    at: Any, administrator: Any, invited: Any, sign_in: Callable[..., Client]
) -> None:
    invitation, link = invited()
    client = sign_in(administrator)
    answer = client.post(at("invitation-withdraw", pk=invitation.pk), follow=True)
    assert f"The invitation of {invitation.email} was withdrawn" in answer.content.decode()
    assert sign_in().get(link).status_code == 410
    assert invitation.email not in " ".join(SeenPage(client.get(at("member-list"), {"role": "manager"})).texts)
    invited()
    answer = client.post(at("invitation-withdraw", pk=invitation.pk), follow=True)
    assert "used or withdrawn before" in answer.content.decode()


def test_a_member_who_never_could_sign_in_is_invited_from_their_page(
    at: Any, organisation: Any, administrator: Any, sent: Any, sign_in: Callable[..., Client]
) -> None:
    loaded = person("loaded", organisation, Role.CONTRIBUTOR, function="Data protection")
    client, pk = sign_in(administrator), organisation.memberships.get(user=loaded).pk
    assert at("member-welcome", pk=pk) in client.get(at("member-edit", pk=pk)).content.decode()
    with sent():
        client.post(at("member-welcome", pk=pk))
        client.post(at("member-welcome", pk=pk))
    invitation = organisation.invitations.get()
    assert (invitation.email, invitation.role, invitation.function) == (loaded.email, "contributor", "Data protection")
    assert len(mail.outbox) == 1
    User.objects.filter(pk=loaded.pk).update(last_login=timezone.now())
    answer = client.post(at("member-welcome", pk=pk), follow=True)
    assert "needs no invitation" in answer.content.decode()


def test_two_administrators_who_invite_the_same_address_at_once_make_one_invitation(
    at: Any, organisation: Any, administrator: Any, monkeypatch: pytest.MonkeyPatch, sign_in: Callable[..., Client]
) -> None:
    """The form of the second was checked before the first was saved; the database has the last word."""
    monkeypatch.setattr(
        "organisations.forms.InvitationForm.clean_email", lambda form: form.cleaned_data["email"].lower()
    )
    invite(organisation=organisation, email="new.person@brightwater.example", name="New", role="manager")
    answer = sign_in(administrator).post(at("member-invite"), typed())
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"email"}
    assert organisation.invitations.count() == 1
