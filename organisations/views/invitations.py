"""Inviting people, as administrators see it. What the invited see is in `joining`."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organisations.access import needs
from organisations.forms import InvitationForm
from organisations.invitations import InvitationClosedError, invite, renew, withdraw
from organisations.mails import send_invitation
from organisations.models import Invitation
from organisations.requests import MemberRequest
from organisations.roles import MANAGE_MEMBERS

from .members import crumbs_to, member, url


@needs(MANAGE_MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def member_invite(request: MemberRequest) -> HttpResponse:
    form = InvitationForm(request.POST if request.method == "POST" else None, organisation=request.organisation)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, token = invite(organisation=request.organisation, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return mailed(request, invitation, token)
    context = {"form": form, "crumbs": crumbs_to(request, _("Invite"))}
    return render(request, "organisations/member_invite.html", context, status=422 if form.errors else 200)


@needs(MANAGE_MEMBERS)
@require_POST
def member_welcome(request: MemberRequest, pk: int) -> HttpResponse:
    """Invites a member who was entered, for example by `load_organisation`, and never could sign in."""
    membership = member(request, pk)
    person = membership.user
    if person.has_usable_password() or person.last_login or membership.has_ended:
        messages.info(request, _("%(name)s needs no invitation.") % {"name": person})
        return redirect(url(request, "member-list"))
    try:
        invitation, token = invite(
            organisation=request.organisation,
            email=person.email,
            name=person.name,
            role=membership.role,
            function=membership.function,
            until=membership.until,
            by=request.user,
        )
    except ValidationError as error:
        messages.warning(request, error.messages[0])
        return redirect(url(request, "member-list"))
    return mailed(request, invitation, token)


@needs(MANAGE_MEMBERS)
@require_POST
def invitation_send(request: MemberRequest, pk: int) -> HttpResponse:
    """Sends an open or expired invitation again with a new link; the old one stops working."""
    try:
        invitation, token = renew(get_object_or_404(request.organisation.invitations, pk=pk))
    except InvitationClosedError:
        messages.warning(request, _("This invitation is closed: it was used or withdrawn, or its last day is over."))
        return redirect(url(request, "member-list"))
    return mailed(request, invitation, token)


@needs(MANAGE_MEMBERS)
@require_POST
def invitation_withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(request.organisation.invitations, pk=pk)
    try:
        withdraw(invitation)
    except InvitationClosedError:
        messages.warning(request, _("This invitation was used or withdrawn before."))
    else:
        messages.success(request, _("The invitation of %(email)s was withdrawn.") % {"email": invitation.email})
    return redirect(url(request, "member-list"))


def mailed(request: MemberRequest, invitation: Invitation, token: str) -> HttpResponse:
    """Sends the link once the invitation is committed, so that no failing mail server can lose it."""
    link = request.build_absolute_uri(reverse("invitation-accept", kwargs={"token": token}))
    transaction.on_commit(partial(send_and_tell, request, invitation, link))
    return redirect(url(request, "member-list"))


def send_and_tell(request: MemberRequest, invitation: Invitation, link: str) -> None:
    if send_invitation(invitation, link):
        messages.success(request, _("The invitation to %(email)s was sent.") % {"email": invitation.email})
    else:
        text = _("The mail to %(email)s could not be sent. The invitation is kept: send it again from the list.")
        messages.error(request, text % {"email": invitation.email})
