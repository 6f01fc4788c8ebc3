"""Queries whose SQL is kept as long as it would be the same.

Putting together a union of thirty queries takes several times as long as asking it, and it is done for every page. What
is kept is made of nothing but the key it is kept by, which holds all that decides it (`Reader`): whoever gains or loses
a right, or begins a new day, has another one. What was given record by record is asked by the query itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from .models import Organisation, User
from .moment import past


@dataclass(frozen=True)
class Reader:
    """All that decides which rows somebody reads: who, where, on which day there, looking back to it or not, and what
    memberships allow.
    """

    person: int
    is_active: bool
    place: int
    timezone: str
    today: date
    looks_back: bool
    held: tuple[tuple[int, frozenset[str]], ...]
    days: tuple[tuple[int, date], ...]

    @property
    def user(self) -> Any:
        """The person, as noted for a request (records.grants)."""
        user: Any = User(pk=self.person, is_active=self.is_active)
        user.held, user.days = dict(self.held), dict(self.days)
        return user

    @property
    def organisation(self) -> Organisation:
        return Organisation(pk=self.place, timezone=self.timezone)


def reader_of(user: Any, organisation: Organisation) -> Reader | None:
    """None outside of a request, where what somebody may see is decided by the moment of the query."""
    if getattr(user, "held", None) is None:
        return None
    held, days = tuple(user.held.items()), tuple(user.days.items())
    zone, today, looks_back = organisation.timezone, organisation.today(), past() is not None
    return Reader(user.pk, user.is_active, organisation.pk, zone, today, looks_back, held, days)


@dataclass(frozen=True)
class KeptRows:
    """Rows of a query as dicts; counted, sliced and gone through like a queryset. `order` is how SQL says it."""

    names: tuple[str, ...]
    sql: str
    parameters: tuple[Any, ...]
    order: str = ""

    @classmethod
    def of(cls, rows: QuerySet[Any, Any], order: str = "") -> KeptRows:
        """What `rows`, made by `values()`, would ask; nothing is asked yet, and its own order is forgotten."""
        query = rows.order_by().query
        try:
            sql, parameters = query.sql_with_params()
        except EmptyResultSet:
            sql, parameters = "", ()
        names = query.selected or [*query.values_select, *query.annotation_select]
        return cls(tuple(names), sql, parameters, order)

    def told(self, stands_for: Any, value: Any) -> KeptRows:
        """The same with a value that was not known when it was put together."""
        return replace(self, parameters=tuple(value if one == stands_for else one for one in self.parameters))

    def count(self, most: int | None = None) -> int:
        """How many there are; counted no further than `most`."""
        found = self.asked("SELECT count(*) FROM (SELECT 1 FROM {rows} LIMIT %s) counted", most)
        return int(found[0][0]) if found else 0

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        start = part.start or 0
        most = None if part.stop is None else part.stop - start
        found = self.asked("SELECT * FROM {rows} {order} LIMIT %s OFFSET %s", most, start)
        return [dict(zip(self.names, row, strict=True)) for row in found]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self[:])

    def asked(self, sql: str, *bounds: int | None) -> list[tuple[Any, ...]]:
        """`sql` says where `{rows}` and their `{order}` go, and has a place for each of the `bounds` behind them."""
        if not self.sql:
            return []
        names = ", ".join(connection.ops.quote_name(name) for name in self.names)
        with connection.cursor() as cursor:
            sql = sql.format(rows=f"({self.sql}) kept ({names})", order=self.order)
            cursor.execute(sql, (*self.parameters, *bounds))
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found
