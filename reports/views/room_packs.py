"""An auditor from outside takes what their room shows away, where the room allows it."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audits.room.presence import room_of
from organisations.requests import MemberRequest
from organisations.roles import TAKE_AWAY
from reports.filing import Altered
from reports.models import Report

from .packs import asked_for, preview_of
from .sending import sent

logger = logging.getLogger(__name__)


def own_packs(request: MemberRequest, reference: str) -> Any:
    """The packs of this room that its person asked for."""
    visible: Any = Report.objects.visible_to(request.user).filter(organisation=request.organisation)
    return visible.filter(requested_by=request.user, parameters={"room": reference}).select_related("organisation")


@require_http_methods(["GET", "HEAD", "POST"])
def room_pack(request: MemberRequest) -> HttpResponse:
    """GET: how much there is to take away, and the packs that were made. POST: asks for one."""
    room = room_of(request)
    if TAKE_AWAY not in request.permissions:
        raise PermissionDenied
    parameters = {"room": room.reference}
    if request.method == "POST":
        # The key of the form: a second click is the same pack, and what is no form asks for nothing.
        if key := request.POST.get("key", "")[:100]:
            asked_for(request, parameters, key)
        return redirect("room-pack", request.organisation.slug)
    packs = list(own_packs(request, room.reference).order_by("-number")[:10])
    context = {
        "preview": preview_of(request, parameters),
        "packs": packs,
        "key": uuid4(),
        "is_waiting": any(one.is_waiting for one in packs),
        "crumbs": [(_("Take it with you"), None)],
    }
    return render(request, "reports/room_pack.html", context)


@require_safe
def room_pack_file(request: MemberRequest, report_id: UUID) -> HttpResponseBase:
    """The archive, or the part of it that is still to come."""
    found = own_packs(request, room_of(request).reference)
    report = get_object_or_404(found, pk=report_id, state=Report.State.DONE)
    try:
        return sent(request, report, f"{report.reference}-{request.organisation.slug}.zip")
    except Altered:
        logger.exception("report %s differs from its SHA-256", report.pk)
        return render(request, "reports/report_altered.html", {"report": report}, status=500)
