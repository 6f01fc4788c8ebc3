"""Which record types demonstrate which clause, as their views say it (`clause`), and how many of each one may see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.text import capfirst

from organisations.requests import MemberRequest

from .models import Record
from .views import RecordViews


class Register(NamedTuple):
    """One record type as a clause's page names it."""

    kind: str
    name: str
    word: str
    lead: Any
    url: str
    new_url: str
    entries: int


def declared(root: type[RecordViews] = RecordViews) -> Iterator[type[RecordViews]]:
    """Views that name a clause themselves; what only adds to them for programs does not."""
    for views in root.__subclasses__():
        if vars(views).get("clause"):
            yield views
        yield from declared(views)


def clauses_of(views: type[RecordViews]) -> list[str]:
    return [number.strip() for number in views.clause.split(",")]


def registers_by_clause(request: MemberRequest, number: str = "") -> dict[str, list[Register]]:
    """The registers of each clause, or of one; all are counted in one query, none is asked where there is none.

    Of one clause, a register that demonstrates it with a part of its entries (`part_of`) is told as that part.
    """
    found = [one for one in declared() if not number or number in clauses_of(one)]
    parts = {one for one in found if number and number in one.part_of}
    kinds = {one.model.KIND for one in found} - {one.model.KIND for one in parts}
    seen = Record.objects.visible_to(request.user).of(request.organisation).filter(kind__in=kinds)
    counts = dict(seen.order_by().values_list("kind").annotate(Count("pk"))) if kinds else {}
    registers: dict[str, list[Register]] = {}
    for views in sorted(found, key=lambda one: str(one.model._meta.verbose_name_plural)):
        told = part(request, views(), number) if views in parts else register(request, views(), counts)
        for clause in clauses_of(views):
            if clause == number or not number:
                registers.setdefault(clause, []).append(told)
    return registers


def part(request: MemberRequest, views: RecordViews, number: str) -> Register:
    """The entries of a register that demonstrate one clause: its list opens with them, a new one is one of them."""
    lookups = views.part_of[number]
    whole = register(request, views, {})
    plain = {name: str(value) for name, value in lookups.items() if "__" not in name}
    words = [str(dict(views.model._meta.get_field(name).flatchoices)[value]) for name, value in plain.items()]  # type: ignore[union-attr]
    return whole._replace(
        name=": ".join([whole.name, *words]),
        url=f"{whole.url}?{urlencode({'clause': number})}",
        new_url=f"{whole.new_url}?{urlencode(plain)}" if whole.new_url and plain else whole.new_url,
        entries=views.model.objects.visible_to(request.user).of(request.organisation).filter(**lookups).count(),
    )


def register(request: MemberRequest, views: RecordViews, counts: dict[str, int]) -> Register:
    kind, where = views.model.KIND, {"organisation": request.organisation.slug}
    return Register(
        kind=kind,
        name=capfirst(views.words),
        word=views.word,
        lead=views.lead,
        url=reverse(f"{kind}-list", kwargs=where),
        new_url=reverse(f"{kind}-new", kwargs=where) if views.may_create(request) else "",
        entries=counts.get(kind, 0),
    )
