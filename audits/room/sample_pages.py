"""The samples of a room: what was drawn, from what, and what of it was looked at."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audits.models import AuditRoom, RoomSample
from organisations.requests import MemberRequest
from records.export import exported
from records.naming import named_for
from records.views import RecordViews

from .crumbs import crumbs
from .presence import room_of
from .registers import references, register_of, registers


@require_safe
def sample_list(request: MemberRequest) -> HttpResponse:
    room = room_of(request)
    context = {"samples": told(room), "crumbs": crumbs(request, (_("Samples"), None))}
    return render(request, "audits/room/samples.html", context)


@require_safe
def sample_page(request: MemberRequest, number: int) -> HttpResponse:
    room = room_of(request)
    sample = get_object_or_404(room.samples, number=number)
    views = register_of(sample.kind)
    query = f"?{sample.query}" if sample.query else ""
    where = {"organisation": request.organisation.slug}
    now = references(views.filter_class(QueryDict(sample.query), queryset=views.visible(request), request=request).qs)
    steps = ((_("Samples"), reverse("room-sample-list", kwargs=where)), (_("Sample %(n)s") % {"n": number}, None))
    context = {
        "sample": sample,
        "name": capfirst(views.words),
        "items": items_of(request, room, sample),
        "came": len(set(now) - set(sample.population)),
        "went": len(set(sample.population) - set(now)),
        "population_url": reverse("room-population", kwargs=where | {"kind": sample.kind}) + query,
        "may_take": room.downloads,
        "crumbs": crumbs(request, *steps),
    }
    return render(request, "audits/room/sample.html", context)


@require_safe
def sample_file(request: MemberRequest, number: int) -> HttpResponseBase:
    """The sample as CSV, where the room allows things to be taken away."""
    room = room_of(request)
    sample = get_object_or_404(room.samples, number=number)
    if not room.downloads:
        raise PermissionDenied
    head = [_("No."), _("Title"), _("Seen on"), _("Seed"), _("Drawn from"), _("SHA-256 of the population")]
    drawn = [sample.seed, len(sample.population), sample.population_sha256]
    rows = [[one["reference"], one["title"], one["seen_at"] or "", *drawn] for one in items_of(request, room, sample)]
    return exported([head, *rows], name=f"{request.organisation.slug}-sample-{number}", file_format="csv")


def items_of(request: MemberRequest, room: AuditRoom, sample: RoomSample) -> list[dict[str, Any]]:
    """What was drawn, in the order of the draw: {reference, title, url, seen_at, notes}; without a title where it is
    no longer released.
    """
    views = register_of(sample.kind)
    released: Any = views.visible(request).filter(reference__in=sample.drawn)
    found = {one.reference: one for one in released}
    visits = room.visits.filter(record__in=[one.pk for one in found.values()], status__lt=400)
    seen = dict(visits.order_by().values_list("record__reference").annotate(Max("at")))
    notes: dict[str, list[Any]] = {}
    about: Any = room.notes.filter(about__reference__in=sample.drawn).select_related("about")
    for note in about:
        notes.setdefault(note.about.reference, []).append(note)
    return [
        {
            "reference": reference,
            "title": found[reference].title if reference in found else "",
            "who": person_of(request, views, found.get(reference)),
            "url": found[reference].get_absolute_url() if reference in found else "",
            "seen_at": seen.get(reference),
            "notes": notes.get(reference, []),
        }
        for reference in sample.drawn
    ]


def person_of(request: MemberRequest, views: RecordViews, record: Any) -> str:
    """Whom a record is about, else who owns it."""
    person = getattr(record, views.about_person or "owner", None)
    if person is None:
        return ""
    return named_for(request, person) if views.about_person else str(person)


def told(room: AuditRoom) -> list[dict[str, Any]]:
    """The samples of a room, the newest first, each with how many of it were seen."""
    visits = room.visits.filter(record__isnull=False, status__lt=400)
    seen = set(visits.order_by().values_list("record__reference", flat=True).distinct())
    return [
        {
            "sample": one,
            "name": capfirst(registers()[one.kind].words) if one.kind in registers() else one.kind,
            "seen": len(seen.intersection(one.drawn)),
            "of": len(one.population),
        }
        for one in room.samples.all()
    ]
