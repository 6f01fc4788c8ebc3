"""The log of what somebody in a room was shown: written with each answer, or the answer is not sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from audits.models import RoomVisit
from records.models import Record

from .doors import TAKES


class VisitMiddleware:
    """Notes each answer to somebody in a room, refusals included, before it is sent."""

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "room", None) is not None:
            note(request, response)
            # Who uses the browser next finds nothing by going back.
            response["Cache-Control"] = "private, no-store"
        return response


def note(request: Any, response: HttpResponse) -> RoomVisit:
    match = request.resolver_match
    reference = match.kwargs.get("reference", "")
    shown = response.status_code < 400
    record = (
        Record.objects.of(request.organisation).filter(reference=reference).first() if reference and shown else None
    )
    return RoomVisit.objects.create(
        room=request.room,
        page=match.url_name or "",
        method=request.method,
        path=request.get_full_path()[:500],
        record=record,
        status=response.status_code,
        is_download=match.url_name in TAKES and shown,
    )
