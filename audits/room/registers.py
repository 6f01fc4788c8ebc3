"""The registers of the portal as populations: each kind of record with the list, filters and columns it has anyway."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Count
from django.db.models.functions import Length
from django.http import Http404, QueryDict
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.text import capfirst

from organisations.requests import MemberRequest
from records.models import Record, RecordQuerySet
from records.register_page import RegisterViews
from records.views import RecordViews

from .doors import READS

# What of a register's address is no filter.
NO_FILTERS = frozenset({"page", "rows", "sort", "without"})
# Whose `visible` asks nothing beyond what all records are asked.
PLAIN = (RecordViews.visible, RegisterViews.visible)


@cache
def registers() -> dict[str, RecordViews]:
    """The views of each kind of record whose list may be read in a room, by kind, as the map of the portal has them."""
    found = {views.model.KIND: views for views in views_of(get_resolver())}
    return {kind: views for kind, views in sorted(found.items()) if f"{kind}-list" in READS}


def views_of(resolver: URLResolver) -> Iterator[RecordViews]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from views_of(entry)
        elif isinstance(entry, URLPattern):
            owner = getattr(inspect.unwrap(entry.callback), "__self__", None)
            if isinstance(owner, RecordViews):
                yield owner


def register_of(kind: str) -> RecordViews:
    """The views of a kind; raises Http404 where no register of it may be read in a room."""
    views = registers().get(kind)
    if views is None:
        raise Http404
    return views


@dataclass(frozen=True)
class Population:
    """A register with how many of its records are released."""

    kind: str
    name: str
    clause: str
    count: int


def populations(request: MemberRequest) -> list[Population]:
    """Every register, the empty ones too, by name. One query for all, and one for each that has a rule of its own."""
    released = Record.objects.visible_to(request.user).of(request.organisation).order_by()
    counts = dict(released.values_list("kind").annotate(Count("pk")))
    found = []
    for kind, views in registers().items():
        count = counts.get(kind, 0) if is_plain(views) else views.visible(request).count()
        found.append(Population(kind, capfirst(views.words), views.clause, count))
    return sorted(found, key=lambda one: one.name)


def released_counts(request: MemberRequest) -> list[tuple[str, str, int]]:
    """Kind, name and count of each register of which something is released, by name: for the rail of every page.

    One query for all, and one for what is seen through something else (evidence, by what it proves).
    """
    released = Record.objects.visible_to(request.user).of(request.organisation).order_by()
    counts = dict(released.values_list("kind").annotate(Count("pk")))
    for kind, views in registers().items():
        records: Any = views.model._default_manager.all()
        if type(records).visible_to is not RecordQuerySet.visible_to:
            counts[kind] = records.visible_to(request.user).of(request.organisation).count()
    names = {kind: capfirst(views.words) for kind, views in registers().items()}
    return sorted(((kind, names[kind], n) for kind, n in counts.items() if n and kind in names), key=lambda one: one[1])


def is_plain(views: RecordViews) -> bool:
    records: Any = views.model._default_manager.all()
    return type(views).visible in PLAIN and type(records).visible_to is RecordQuerySet.visible_to


def filters_in(views: RecordViews, query: QueryDict) -> str:
    """The filters of an address that the register knows, in one order, as an address has them."""
    kept = QueryDict(mutable=True)
    for name in sorted(set(query) - NO_FILTERS):
        values = [one for one in query.getlist(name) if one]
        if values and name in views.filter_class.base_filters:
            kept.setlist(name, sorted(values))
    return kept.urlencode()


def references(records: Any) -> list[str]:
    """The references of a filtered register in its own order: EV-11 before EV-100. Each once."""
    ordered = records.order_by(Length("reference"), "reference")
    return list(dict.fromkeys(ordered.values_list("reference", flat=True)))
