"""The page behind the link of an invitation. It works without signing in, because most who come have no account yet."""

from typing import Any

import pghistory
from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from organisations.forms import AccountForm
from organisations.invitations import (
    AccountExistsError,
    InvitationClosedError,
    accept,
    account_of,
    by_token,
    found_account,
    is_unused,
)
from organisations.models import Invitation, User
from organisations.roles import MEANINGS, Role


@login_not_required
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Shows the invitation; only a POST uses it up, because mail scanners open links."""
    # History notes the address of each change. The token must stay a secret that nobody can look up.
    pghistory.context(url=request.path.replace(token, "…"))
    invitation = by_token(token)
    response = door(request, invitation) if invitation else closed(request, "unknown", None)
    response.headers["Referrer-Policy"] = "same-origin"  # "no-referrer" would make browsers send "Origin: null"
    return response


def door(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The page for whoever stands there: new people, members elsewhere, or somebody else signed in."""
    timezone.activate(invitation.organisation.zone)
    if not invitation.is_open:
        return closed(request, invitation.standing, invitation)
    account = account_of(invitation.email)
    try:
        if account is None or is_unused(account, invitation):
            return newcomer(request, invitation, account)
        if request.user != account:
            return render(request, "organisations/invitation_sign_in.html", shown(invitation))
        if request.method == "POST":
            accept(invitation, user=account)
            welcome(request, invitation)
            return redirect(invitation.organisation)
    except InvitationClosedError:
        invitation.refresh_from_db()
        return closed(request, invitation.standing, invitation)
    except AccountExistsError:
        return redirect(request.path)
    return render(request, "organisations/invitation_join.html", shown(invitation))


def newcomer(request: HttpRequest, invitation: Invitation, account: User | None) -> HttpResponse:
    """Asks for name and password; the link itself has proved the address."""
    if request.user.is_authenticated:
        return render(request, "organisations/invitation_sign_in.html", shown(invitation))
    name = account.name if account else invitation.name
    form = AccountForm(request.POST if request.method == "POST" else None, email=invitation.email, name=name)
    if request.method == "POST" and form.is_valid():
        user = found_account(invitation, name=form.cleaned_data["name"], password=form.cleaned_data["password"])
        home = invitation.organisation.get_absolute_url()
        response: HttpResponse = perform_login(request, user, email=user.email, redirect_url=home)
        welcome(request, invitation)
        return response
    context = shown(invitation) | {"form": form}
    return render(request, "organisations/invitation_new.html", context, status=422 if form.errors else 200)


def welcome(request: HttpRequest, invitation: Invitation) -> None:
    messages.success(request, _("You are a member of %(name)s now.") % {"name": invitation.organisation.name})


def closed(request: HttpRequest, standing: str, invitation: Invitation | None) -> HttpResponse:
    """404 for a link nobody knows, 410 for one that worked once; both say whom to ask."""
    context = (shown(invitation) if invitation else {}) | {"standing": standing}
    return render(request, "organisations/invitation_closed.html", context, status=410 if invitation else 404)


def shown(invitation: Invitation) -> dict[str, Any]:
    meaning = MEANINGS[Role(invitation.role)]
    return {"invitation": invitation, "organisation": invitation.organisation, "meaning": meaning}
