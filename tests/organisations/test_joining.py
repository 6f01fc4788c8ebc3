"""The page behind the link of an invitation: new people, members elsewhere, and links that no longer work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.utils import timezone

from organisations.actions import appoint
from organisations.invitations import InvitationClosedError, accept
from organisations.models import Invitation, Membership, User
from organisations.roles import Role
from tests.cast import person
from tests.pages import SeenPage
from tests.traces import history_of, written

from .conftest import PASSWORD

ACCOUNT = {"name": "Ada New", "password": PASSWORD, "again": PASSWORD}


def test_a_new_person_sets_a_password_and_is_in(
    organisation: Any, administrator: Any, invited: Any, sign_in: Callable[..., Client]
) -> None:
    until = organisation.today() + timedelta(days=40)
    invitation, link = invited(role=Role.MANAGER, function="Head of AI", until=until)
    client = sign_in()
    text = " ".join(SeenPage(client.get(link)).texts)
    for expected in (organisation.name, "Manager", administrator.name, administrator.email, f"{until:%Y}"):
        assert expected in text
    answer = client.post(link, ACCOUNT)
    assert answer.url == organisation.get_absolute_url()
    user = User.objects.get(email=invitation.email)
    assert user.name == "Ada New"
    assert user.check_password(PASSWORD)
    assert EmailAddress.objects.get(user=user).verified
    membership = organisation.memberships.get(user=user)
    assert (membership.role, membership.function, membership.until) == ("manager", "Head of AI", until)
    assert client.get(organisation.get_absolute_url()).status_code == 200
    signed_in = sign_in()
    signed_in.post("/accounts/login/", {"login": invitation.email, "password": PASSWORD})
    assert signed_in.get(organisation.get_absolute_url()).status_code == 200


def test_history_names_who_joined_and_keeps_no_token(invited: Any, sign_in: Callable[..., Client]) -> None:
    invitation, link = invited()
    sign_in().post(link, ACCOUNT)
    user = User.objects.get(email=invitation.email)
    metadata = history_of(Membership, user=user).get().pgh_context.metadata
    assert metadata == {"user": user.pk, "url": "/invitations/…/", "page": "invitation-accept"}


def test_the_address_is_the_invited_one_whatever_is_posted(invited: Any, sign_in: Callable[..., Client]) -> None:
    invitation, link = invited()
    sign_in().post(link, ACCOUNT | {"email": "somebody.else@elsewhere.example"})
    assert User.objects.filter(email=invitation.email).exists()
    assert not User.objects.filter(email="somebody.else@elsewhere.example").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": "short", "again": "short"}, "password"),
        ({"password": "administrator", "again": "administrator"}, "password"),
        ({"password": "newperson@brightwater", "again": "newperson@brightwater"}, "password"),
        ({"again": PASSWORD + "!"}, "again"),
        ({"name": " "}, "name"),
        ({"password": ""}, "password"),
    ],
)
def test_a_weak_password_is_refused_at_the_field(
    changes: dict[str, str], field: str, invited: Any, sign_in: Callable[..., Client]
) -> None:
    _invitation, link = invited("newperson@brightwater.example")
    answer = sign_in().post(link, ACCOUNT | changes)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}
    assert not User.objects.filter(email="newperson@brightwater.example").exists()
    assert sign_in().get(link).status_code == 200


def test_who_has_an_account_signs_in_with_it_first(
    organisation: Any, outsider: Any, invited: Any, sign_in: Callable[..., Client]
) -> None:
    outsider.set_password(PASSWORD)
    outsider.save()
    _invitation, link = invited(outsider.email)
    before, client = written(), sign_in()
    page = SeenPage(client.get(link))
    assert f"/accounts/login/?next={link}" in page.links
    assert client.post(link, ACCOUNT).status_code == 200
    assert written() == before
    assert outsider.check_password(PASSWORD)
    answer = client.post("/accounts/login/", {"login": outsider.email, "password": PASSWORD, "next": link})
    assert answer.url == link
    assert client.get(link).status_code == 200
    assert not organisation.memberships.filter(user=outsider).exists()
    assert client.post(link).url == organisation.get_absolute_url()
    assert organisation.memberships.get(user=outsider).role == "manager"


def test_somebody_else_signed_in_cannot_take_the_invitation(
    organisation: Any, outsider: Any, contributor: Any, invited: Any, sign_in: Callable[..., Client]
) -> None:
    for email in (outsider.email, "new.person@brightwater.example"):
        invitation, link = invited(email)
        before, client = written(), sign_in(contributor)
        assert "you are signed in as" in client.get(link).content.decode()
        client.post(link, ACCOUNT)
        assert written() == before
        invitation.refresh_from_db()
        assert invitation.is_open


def test_a_proved_further_address_counts_and_an_unproved_one_does_not(
    organisation: Any, outsider: Any, invited: Any, sign_in: Callable[..., Client]
) -> None:
    EmailAddress.objects.create(user=outsider, email="claimed@elsewhere.example", verified=False)
    EmailAddress.objects.create(user=outsider, email="proved@elsewhere.example", verified=True)
    client = sign_in(outsider)
    _invitation, link = invited("claimed@elsewhere.example")
    client.post(link)
    assert not organisation.memberships.filter(user=outsider).exists()
    _invitation, link = invited("proved@elsewhere.example")
    client.post(link)
    assert organisation.memberships.filter(user=outsider).exists()


def test_a_member_who_was_entered_without_a_password_sets_one_and_keeps_their_place(
    organisation: Any, invited: Any, sign_in: Callable[..., Client]
) -> None:
    loaded = person("loaded", organisation, Role.CONTRIBUTOR, function="Data protection", top_management=True)
    _invitation, link = invited(loaded.email, role=Role.ADMINISTRATOR)
    client = sign_in()
    assert client.post(link, ACCOUNT).status_code == 302
    loaded.refresh_from_db()
    assert loaded.check_password(PASSWORD)
    membership = organisation.memberships.get(user=loaded)
    assert (membership.role, membership.top_management) == ("contributor", True)


def test_an_account_that_may_not_sign_in_is_not_opened_by_an_invitation(
    organisation: Any, invited: Any, sign_in: Callable[..., Client]
) -> None:
    loaded = person("loaded", organisation, Role.CONTRIBUTOR)
    User.objects.filter(pk=loaded.pk).update(is_active=False)
    _invitation, link = invited(loaded.email)
    sign_in().post(link, ACCOUNT)
    loaded.refresh_from_db()
    assert not loaded.has_usable_password()


def test_an_invitation_opens_no_account_that_belongs_elsewhere_too(
    other_organisation: Any, invited: Any, sign_in: Callable[..., Client]
) -> None:
    """Else whoever reads one organisation's outbox could enter another one."""
    loaded = person("loaded", other_organisation, Role.ADMINISTRATOR)
    _invitation, link = invited(loaded.email)
    client = sign_in()
    assert "Sign in as" in client.get(link).content.decode()
    client.post(link, ACCOUNT)
    loaded.refresh_from_db()
    assert not loaded.has_usable_password()


def test_a_link_works_once(organisation: Any, invited: Any, sign_in: Callable[..., Client]) -> None:
    invitation, link = invited()
    sign_in().post(link, ACCOUNT)
    before = written()
    for client in (sign_in(), sign_in(User.objects.get(email=invitation.email))):
        for answer in (client.get(link), client.post(link, ACCOUNT)):
            assert answer.status_code == 410
            assert "has been used" in answer.content.decode()
    assert written() == before


@pytest.mark.parametrize(
    ("field", "ago", "words"),
    [
        ("withdrawn_at", timedelta(0), "was withdrawn"),
        ("expires_at", timedelta(0), "has expired"),
        ("until", timedelta(days=2), "has expired"),
    ],
)
def test_a_closed_link_says_whom_to_ask(
    field: str, ago: timedelta, words: str, administrator: Any, invited: Any, sign_in: Callable[..., Client]
) -> None:
    invitation, link = invited()
    Invitation.objects.update(**{field: timezone.now() - ago})
    before = written()
    for answer in (sign_in().get(link), sign_in().post(link, ACCOUNT)):
        assert answer.status_code == 410
        assert words in answer.content.decode()
        assert administrator.email in answer.content.decode()
    assert written() == before
    assert not User.objects.filter(email=invitation.email).exists()


@pytest.mark.parametrize("token", ["nonsense", "x" * 500, "%00", "a'b"])
def test_an_unknown_link_is_404(token: str, db: None, sign_in: Callable[..., Client]) -> None:
    answer = sign_in().get(f"/invitations/{token}/")
    assert answer.status_code == 404
    assert "ask the administrator" in answer.content.decode()


def test_the_page_is_not_kept_anywhere_and_tells_no_other_site(invited: Any, sign_in: Callable[..., Client]) -> None:
    _invitation, link = invited()
    for address in (link, "/invitations/nonsense/"):
        headers = sign_in().get(address).headers
        assert "no-store" in headers["Cache-Control"]
        assert headers["Referrer-Policy"] == "same-origin"
    page = SeenPage(sign_in().get(link))
    assert not [link for link in page.links if "://" in link]


def test_a_form_from_another_site_is_refused(invited: Any) -> None:
    _invitation, link = invited()
    assert Client(enforce_csrf_checks=True).post(link, ACCOUNT).status_code == 403


def test_looking_uses_nothing_up(invited: Any, sign_in: Callable[..., Client]) -> None:
    """Mail scanners open each link before its reader does."""
    _invitation, link = invited()
    before = written()
    for _time in range(3):
        assert sign_in().get(link).status_code == 200
        assert sign_in().head(link).status_code == 200
    assert written() == before


def test_a_removed_member_may_be_invited_again(
    organisation: Any, contributor: Any, invited: Any, sign_in: Callable[..., Client]
) -> None:
    contributor.set_password(PASSWORD)
    contributor.save()
    organisation.memberships.get(user=contributor).delete()
    _invitation, link = invited(contributor.email, role=Role.INTERNAL_AUDITOR)
    client = sign_in(contributor)
    assert client.post(link).status_code == 302
    assert organisation.memberships.get(user=contributor).role == "internal_auditor"


def test_who_became_a_member_meanwhile_stays_what_they_are(
    organisation: Any, outsider: Any, invited: Any, sign_in: Callable[..., Client]
) -> None:
    invitation, link = invited(outsider.email, role=Role.ADMINISTRATOR)
    appoint(outsider, organisation=organisation, role=Role.CONTRIBUTOR)
    sign_in(outsider).post(link)
    assert organisation.memberships.get(user=outsider).role == "contributor"
    invitation.refresh_from_db()
    assert invitation.accepted_at


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_use_the_link_once(organisation: Any, outsider: Any, invited: Any) -> None:
    invitation, _link = invited(outsider.email)
    start, closed = Barrier(2), []

    def click() -> None:
        start.wait()
        try:
            accept(invitation, user=outsider)
        except InvitationClosedError:
            closed.append(True)
        finally:
            connection.close()

    threads = [Thread(target=click) for _time in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(closed) == 1
    assert organisation.memberships.filter(user=outsider).count() == 1
