"""The page on which one makes and revokes the address of one's calendar, and the calendar itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from organisations.mail_jobs import absolute
from organisations.requests import MemberRequest
from organisations.roles import ROLES_WITH_END_DATE
from reports.calendar import address_from, calendar_of, make_address, revoke_address
from reports.models import CalendarAddress


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def calendar_page(request: MemberRequest) -> HttpResponse:
    """GET: whether there is an address. POST: makes one and shows it, this once; with `revoke` ends it."""
    if request.membership.role in ROLES_WITH_END_DATE:
        raise PermissionDenied
    context: dict[str, Any] = {"crumbs": [(_("Calendar"), None)]}
    if request.method == "POST" and "revoke" in request.POST:
        if revoke_address(request.user, request.organisation):
            messages.success(request, _("The address no longer works."))
        return redirect("calendar", organisation=request.organisation.slug)
    if request.method == "POST":
        _made, secret = make_address(request.user, request.organisation)
        context["address"] = absolute(reverse("calendar-feed", kwargs={"secret": secret}))
    mine = CalendarAddress.objects.filter(organisation=request.organisation, person=request.user, revoked_at=None)
    context["made"] = mine.first()
    return render(request, "reports/calendar.html", context)


@require_safe
@login_not_required
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar behind an address, without signing in; 404 for one that does not work."""
    address = address_from(secret)
    if address is None:
        raise Http404
    with timezone.override(address.organisation.zone):
        content = calendar_of(address, timezone.now())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="due.ics"'
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
