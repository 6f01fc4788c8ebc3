"""The room as the auditor finds it: when it is open, its terms, the overview, the end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from audits.models import AuditRoom
from organisations.requests import MemberRequest

from .desk import ALL, desk_of
from .gate import lacks_second_factor
from .opening import accept_terms, end_review, open_room
from .overview import in_words, opened_last, overview_of, seen_by, traced
from .presence import own_room
from .registers import populations


@require_safe
def room_page(request: MemberRequest) -> HttpResponse:
    """The overview while the room is open; before and after, when that is or was."""
    room = own_room(request)
    if not request.is_inside:  # type: ignore[attr-defined]
        return render(request, "audits/room_closed.html", closed(request, room))
    open_room(room)
    shown = overview_of(room, seen_by(request.user, request.organisation))
    context = shown | {
        **(desk := desk_of(room)),
        "drafts_count": len(desk["drafts"]),
        "populations": [one for one in populations(request) if one.count],
        "traced": traced(room, shown["systems"]),
        "opened": opened_last(room),
        "crumbs": [(_("Audit room"), None)],
    }
    return render(request, "audits/room.html", context)


def closed(request: MemberRequest, room: AuditRoom) -> dict[str, Any]:
    """What somebody is told before the room opens and after it closed."""
    stage = room.stage(request.organisation.today())
    context: dict[str, Any] = {"room": room, "stage": stage, "areas": in_words(room), "audit": room.for_audit}
    context["systems"] = list(room.systems.select_related("organisation").order_by("reference"))
    context["lacks_second_factor"] = lacks_second_factor(request.user)
    if stage == "ended":
        visits = room.visits.filter(status__lt=400)
        context["summary"] = {
            "pages": visits.count(),
            "records": visits.exclude(record=None).values("record").distinct().count(),
            "downloads": visits.filter(is_download=True).count(),
        }
        context |= {"opened": opened_last(room), **desk_of(room, most=ALL)}
    return context | {"crumbs": [(_("Audit room"), None)]}


@require_POST
def accept(request: MemberRequest) -> HttpResponse:
    """Accepts the terms; somebody without a second factor is sent to set one up first."""
    room = own_room(request)
    if lacks_second_factor(request.user):
        messages.error(request, _("Set up a second factor first: it protects what you are shown."))
        return redirect("room", request.organisation.slug)
    if not request.POST.get("accepted"):
        messages.error(request, _("Tick that you accept the terms."))
        return redirect("room", request.organisation.slug)
    accept_terms(room, by=request.user)
    return redirect("room", request.organisation.slug)


@require_POST
def finish(request: MemberRequest) -> HttpResponse:
    """The auditor ends the review: access closes, what they wrote stays."""
    room = own_room(request)
    try:
        end_review(room, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("room", request.organisation.slug)
