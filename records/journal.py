"""Finds changes in history: the newest first, of one record or of an organisation, by person, period and kind.

A change is what one transaction did to one thing (`events.Key`). Changes are paged by their key, never counted: the
tables are read from the newest end of an index, so that a page costs as much among a hundred events as among millions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from organisations.history import TOLD
from organisations.models import Organisation

from .events import Key, Source, sources_of
from .models import Record

NOBODY = 0


@dataclass(frozen=True)
class Asked:
    """Which changes somebody asks for. `begins` counts, `ends` does not; `before` is the key the page comes after."""

    user: Any
    organisation: Organisation
    rights: frozenset[str] = frozenset()
    reads_all: bool = False
    record: Record | None = None
    kind: str = ""
    person: int | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    before: Key | None = None

    @property
    def sources(self) -> list[Source]:
        """The tables that may hold what is asked for."""
        if self.record:
            return sources_of([type(self.record)])
        records = [kind for kind in Record.__subclasses__() if self.kind in {"", kind.KIND}]
        told = [
            Source(model, "pgh_obj_id", number)
            for number, (model, (right, _page)) in enumerate(TOLD.items(), 1)
            if right in self.rights and self.kind in {"", model._meta.model_name}
        ]
        return (sources_of(records) if records else []) + told

    def seen(self) -> tuple[str, list[Any]]:
        """For those who see a part of the records only: SQL that looks these up once, for all tables, as `seen`."""
        if self.record or self.reads_all:
            return "", []
        records = Record.objects.visible_to(self.user).of(self.organisation)
        records = records.filter(kind=self.kind) if self.kind else records
        sql, values = records.order_by().values("pk").query.sql_with_params()
        return f"WITH seen (id) AS MATERIALIZED ({sql}) ", list(values)


def changes(asked: Asked, limit: int) -> tuple[list[Key], bool]:
    """At most `limit` keys, the newest first, and whether there are older ones. One query."""
    parts: list[str] = []
    seen, values = asked.seen()
    for source in asked.sources:
        part = Part(asked, source)
        parts.append(f"({part.sql(limit + 1)})")
        values += part.values
    if not parts:
        return [], False
    sql = f"{seen}SELECT DISTINCT at, kind, number FROM ({' UNION ALL '.join(parts)}) found "
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY at DESC, kind DESC, number DESC LIMIT %s", [*values, limit + 1])
        keys = [Key(*row) for row in cursor.fetchall()]
    return keys[:limit], len(keys) > limit


def all_changes(asked: Asked, at_once: int = 500) -> Iterable[list[Key]]:
    """Every change asked for, in bundles."""
    more = True
    while more:
        keys, more = changes(asked, at_once)
        if keys:
            yield keys
            asked = replace(asked, before=keys[-1])


class Part:
    """The part of the question that one table answers."""

    def __init__(self, asked: Asked, source: Source) -> None:
        self.asked, self.source = asked, source
        self.table = source.table._meta.db_table
        self.conditions: list[str] = []
        self.values: list[Any] = []
        self.limit_to_what_is_seen()
        self.limit_to_the_period()
        self.limit_to_the_person()

    def where(self, condition: str, *values: Any) -> None:
        self.conditions.append(condition)
        self.values += values

    def sql(self, limit: int) -> str:
        number = f"e.{self.source.link}"
        return (
            f"SELECT DISTINCT e.pgh_created_at AS at, {self.source.kind} AS kind, {number} AS number "
            f"FROM {self.table} e LEFT JOIN pghistory_context context ON context.id = e.pgh_context_id "
            f"WHERE {' AND '.join(self.conditions)} ORDER BY e.pgh_created_at DESC, {number} DESC LIMIT {limit}"
        )

    def limit_to_what_is_seen(self) -> None:
        if self.source.kind:
            self.where(f"e.{organisation_column(self.source.model)} = %s", self.asked.organisation.pk)
        elif self.asked.record:
            self.where(f"e.{self.source.link} = %s", self.asked.record.pk)
        elif self.asked.reads_all:
            self.limit_to_the_organisation()
        else:
            self.where(f"e.{self.source.link} = ANY(ARRAY(SELECT id FROM seen))")

    def limit_to_the_organisation(self) -> None:
        """By the events of the records themselves: what was deleted is still told."""
        own, kind = self.asked.organisation.pk, self.asked.kind
        if self.source.model is Record:
            self.where("e.organisation_id = %s", own)
            if kind:
                self.where("e.kind = %s", kind)
            return
        of_kind, values = (" AND r.kind = %s", [own, kind]) if kind else ("", [own])
        known = f"r.pgh_obj_id = e.{self.source.link} AND r.organisation_id = %s{of_kind}"
        self.where(f"EXISTS (SELECT 1 FROM {Source(Record).table._meta.db_table} r WHERE {known})", *values)

    def limit_to_the_period(self) -> None:
        asked = self.asked
        if asked.begins:
            self.where("e.pgh_created_at >= %s", asked.begins)
        if asked.ends:
            self.where("e.pgh_created_at < %s", asked.ends)
        if asked.before is None:
            return
        if self.source.kind == asked.before.kind:
            self.where(f"(e.pgh_created_at, e.{self.source.link}) < (%s, %s)", asked.before.at, asked.before.number)
        else:
            sign = "<=" if self.source.kind < asked.before.kind else "<"
            self.where(f"e.pgh_created_at {sign} %s", asked.before.at)

    def limit_to_the_person(self) -> None:
        """Whom the request names, else who stands in a record that this very change signed (see `events.signed`)."""
        if self.asked.person is None:
            return
        named, signed = "(context.metadata->>'user')::bigint", "NULL::bigint"
        if self.source.model is Record:
            former = (
                f"SELECT f.changed_at FROM {self.table} f WHERE f.pgh_obj_id = e.pgh_obj_id AND f.pgh_id < e.pgh_id "
                "ORDER BY f.pgh_obj_id DESC, f.pgh_id DESC LIMIT 1"
            )
            signed = f"CASE WHEN e.changed_at IS DISTINCT FROM ({former}) THEN e.changed_by_id END"
        if self.asked.person == NOBODY:
            self.where(f"COALESCE({named}, {signed}) IS NULL")
        elif self.source.model is Record:
            self.where(
                f"({named} = %s OR ({named} IS NULL AND e.changed_by_id = %s AND {signed} IS NOT NULL))",
                *[self.asked.person] * 2,
            )
        else:
            self.where(f"{named} = %s", self.asked.person)


def organisation_column(model: type[Model]) -> str:
    return "pgh_obj_id" if model is Organisation else "organisation_id"
