"""The frame around the pages of somebody in a room: the clauses in scope and the registers released to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from audits.room.registers import released_counts
from organisations.counting import told
from organisations.roles import TAKE_AWAY

if TYPE_CHECKING:
    from .rail import Rail


def room_rail(rail: Rail) -> dict[str, Any]:
    """What the rail of a room shows; outside its days only the way to the room itself."""
    request = rail.request
    room = getattr(request, "room", None)
    here = rail.url("room")
    context: dict[str, Any] = {
        "home": {"url": here, "current": rail.here == here, "label": _("Audit room")},
        "organisations": rail.organisations(),
        "person": {"name": request.user.name, "role": request.membership.get_role_display()},
        "is_room": True,
        "may_take": TAKE_AWAY in request.permissions,
        "band": band(room),
    }
    if not getattr(request, "is_inside", False):
        return context | {"is_closed": True}
    desk = [
        (_("Populations"), "room-population-list"),
        (_("Samples"), "room-sample-list"),
        (_("Requests"), "information-request-list"),
        (_("My findings"), "room-finding-list"),
        (_("My notes"), "room-note-list"),
        (_("Mandatory documents"), "mandatory-list"),
        (_("As of a day"), "as-of"),
    ]
    items = [item(rail, label, rail.url(name), None) for label, name in desk]
    items += [
        item(rail, name, rail.url(f"{kind}-list"), told(count))
        for kind, name, count in released_counts(request)
        if kind not in {"position", "information-request"}
    ]
    return context | {"clauses": rail.clauses(), "items": items, "controls": of_annex_a(rail)}


def item(rail: Rail, label: str, url: str, count: str | None) -> dict[str, Any]:
    return {"label": label, "url": url, "count": count, "current": rail.here.startswith(url)}


def of_annex_a(rail: Rail) -> dict[str, Any]:
    url = rail.positions_url
    current = rail.here.startswith(f"{url}A.") or (rail.here == url and rail.request.GET.get("kind") == "control")
    return {"url": f"{url}?kind=control", "count": "", "current": current}


def band(room: Any) -> dict[str, Any] | None:
    """What they see, and until when."""
    if room is None:
        return None
    audit = room.for_audit
    days = {"since": date_format(room.since, "j M Y"), "until": date_format(room.until, "j M Y")}
    return {
        "title": _("Audit room"),
        "facts": [
            f"{audit.reference} {audit.get_audit_kind_display()}",
            _("Read-only"),
            _("Open %(since)s – %(until)s") % days,
            _("Downloads on") if room.downloads else _("Downloads off"),
        ],
    }
