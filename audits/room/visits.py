"""The log of what somebody in a room was shown: written with each answer, or the answer is not sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.models import RoomVisit
from records.models import Record

from .doors import TAKES

PAGES = {
    "home": gettext_lazy("Home"),
    "room": gettext_lazy("Audit room"),
    "search": gettext_lazy("Search"),
    "help": gettext_lazy("Help"),
    "mandatory-list": gettext_lazy("Mandatory documents"),
    "room-population-list": gettext_lazy("Populations"),
    "room-sample-list": gettext_lazy("Samples"),
    "room-sample": gettext_lazy("A sample"),
    "room-note-list": gettext_lazy("Notes"),
    "room-finding-list": gettext_lazy("Own findings"),
    "room-pack": gettext_lazy("Evidence pack"),
    "room-pack-file": gettext_lazy("Evidence pack (file)"),
    "room-finish": gettext_lazy("End of the review"),
}


def what_it_was(page: str, path: str) -> str:
    """What was opened, where it was no single record, as people call it."""
    if page in PAGES:
        return str(PAGES[page])
    names = {one.KIND: capfirst(str(one._meta.verbose_name_plural)) for one in Record.__subclasses__()}
    if page == "room-population":
        return _("Population: %(name)s") % {"name": names.get(path.partition("?")[0].strip("/").rpartition("/")[2], "")}
    kind, _dash, last = page.removeprefix("api-").rpartition("-")
    if kind in names and last in {"list", "export"}:
        return f"{names[kind]} ({_('list')})" if last == "list" else f"{names[kind]} ({_('file')})"
    return page


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
