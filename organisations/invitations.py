"""How people come in: a mailed link that works once, for fourteen days. Only a hash of the link is kept."""

import hashlib
import secrets
from datetime import date, timedelta

import pghistory
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .actions import appoint
from .models import Invitation, Membership, Organisation, User

LINK_WORKS = timedelta(days=14)


class InvitationClosedError(Exception):
    """The link was used, withdrawn or ran out while the page was open."""


class AccountExistsError(Exception):
    """Somebody signs in with this address already, so the link alone does not let them in."""


def invite(
    *,
    organisation: Organisation,
    email: str,
    name: str,
    role: str,
    function: str = "",
    until: date | None = None,
    by: User | None = None,
) -> tuple[Invitation, str]:
    """Returns a new invitation and the token for its link, which exists nowhere else; mail it with `mails`.

    Raises ValidationError when the address has an open invitation.
    """
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        organisation=organisation,
        email=email.lower(),
        name=name,
        role=role,
        function=function,
        until=until,
        invited_by=by,
        token_hash=hashed(token),
        expires_at=timezone.now() + LINK_WORKS,
    )
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError:
        raise ValidationError({"email": _("This address already has an open invitation.")}) from None
    return invitation, token


@transaction.atomic
def renew(invitation: Invitation) -> tuple[Invitation, str]:
    """Returns the invitation with a new token that works for the full time again; the old link stops working.

    Raises InvitationClosedError when there is nothing left to invite to.
    """
    invitation = locked(invitation)
    if invitation.standing not in {"open", "expired"}:
        raise InvitationClosedError
    token = secrets.token_urlsafe(32)
    invitation.token_hash, invitation.expires_at, invitation.sent_at = hashed(token), timezone.now() + LINK_WORKS, None
    invitation.save()
    return invitation, token


@transaction.atomic
def withdraw(invitation: Invitation) -> None:
    """The link stops working. Raises InvitationClosedError when it was used or withdrawn before."""
    invitation = locked(invitation)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise InvitationClosedError
    invitation.withdrawn_at = timezone.now()
    invitation.save()


@transaction.atomic
def accept(invitation: Invitation, *, user: User) -> Membership:
    """Makes `user` the member they were invited as; who is one already stays what they are.

    Whoever calls has made sure that the address is theirs. Two clicks at once wait for each other, and the second one
    raises InvitationClosedError.
    """
    invitation = locked(invitation)
    if not invitation.is_open:
        raise InvitationClosedError
    invitation.accepted_at = timezone.now()
    invitation.save()
    organisation = invitation.organisation
    if member := organisation.memberships.current().filter(user=user).first():
        return member
    return appoint(
        user, organisation=organisation, role=invitation.role, function=invitation.function, until=invitation.until
    )


@transaction.atomic
def found_account(invitation: Invitation, *, name: str, password: str) -> User:
    """Opens the account that an invitation is for and makes it a member: the mailed link proves the address.

    Raises InvitationClosedError, or AccountExistsError when the address got an account while the page was open.
    """
    invitation = locked(invitation)
    user = account_of(invitation.email)
    if user and not is_unused(user, invitation):
        raise AccountExistsError
    if user:
        user.name = name
        user.set_password(password)
        user.save()
    else:
        try:
            with transaction.atomic():
                user = User.objects.create_user(invitation.email, password, name=name)
        except IntegrityError:
            raise AccountExistsError from None
    pghistory.context(user=user.pk)  # nobody is signed in yet, but it is they who join
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    accept(invitation, user=user)
    return user


def account_of(email: str) -> User | None:
    """Who signs in with this address: their own, or a further one that they proved to be theirs."""
    proved = Q(emailaddress__email=email, emailaddress__verified=True)
    return User.objects.filter(Q(email=email) | proved).distinct().first()


def is_unused(user: User, invitation: Invitation) -> bool:
    """True for somebody who was entered as a member but never could sign in.

    An invitation never opens more than its own organisation: who belongs elsewhere, too, sets a password by mail.
    """
    return (
        user.is_active
        and user.email == invitation.email
        and not user.has_usable_password()
        and user.last_login is None
        and not Authenticator.objects.filter(user=user).exists()
        and not user.memberships.exclude(organisation=invitation.organisation_id).exists()
    )


def by_token(token: str) -> Invitation | None:
    return Invitation.objects.filter(token_hash=hashed(token)).select_related("organisation", "invited_by").first()


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def locked(invitation: Invitation) -> Invitation:
    return Invitation.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=invitation.pk)
