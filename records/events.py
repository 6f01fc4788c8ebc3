"""Reads the event tables that the database's triggers write, for any tracked model."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connection
from django.db.models import Field, Model

from .models import Record

# Columns that say who and when: the event itself does.
BOOKKEEPING = frozenset({"id", "organisation", "added_by", "added_at", "answered_by", "answered_at", "content_type"})


class Key(NamedTuple):
    """One change: what a transaction did to one record (`kind` 0), or to one of what else is told (see `journal`)."""

    at: datetime
    kind: int
    number: int


@dataclass(frozen=True)
class Source:
    """A tracked model, and the column by which its events belong to a record or to what else is told."""

    model: type[Model]
    link: str = "pgh_obj_id"
    kind: int = 0

    @property
    def table(self) -> type[Model]:
        return table_of(self.model)

    @property
    def fields(self) -> list[Field[Any, Any]]:
        """The columns worth telling."""
        kept = {item.attname for item in self.table._meta.concrete_fields}
        return [
            item
            for item in self.model._meta.local_concrete_fields
            if item.editable and item.name not in BOOKKEEPING and item.attname in kept
            and item.attname != self.link and not item.primary_key
        ]  # fmt: skip


@dataclass(frozen=True)
class Event:
    """One row of an event table: its values after the change, and before it where there was a before."""

    source: Source
    label: str
    at: datetime
    record: int
    user: int | None
    origin: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def model(self) -> type[Model]:
        return self.source.model

    @property
    def key(self) -> Key:
        return Key(self.at, self.source.kind, self.record)


@cache
def table_of(model: type[Model]) -> type[Model]:
    """Its event table. (`pgh_event_models` on a record would be that of whichever kind was loaded last.)"""
    return next(other for other in apps.get_models() if getattr(other, "pgh_tracked_model", None) is model)


@cache
def hanging_on(kind: type[Record]) -> tuple[Source, ...]:
    """What hangs on records of a kind: tracked models that point to it and are no records themselves."""
    tracked = [getattr(table, "pgh_tracked_model", None) for table in apps.get_models()]
    return tuple(
        Source(model, item.attname)
        for model in tracked
        if model is not None and not issubclass(model, Record) and getattr(model, "IS_TOLD", True)
        for item in model._meta.local_concrete_fields
        if item.is_relation and issubclass(item.related_model, Record) and issubclass(kind, item.related_model)
        if item.attname in {kept.attname for kept in table_of(model)._meta.concrete_fields}
    )


def sources_of(kinds: Iterable[type[Record]]) -> list[Source]:
    """Every table that may hold a part of records of these kinds, each once."""
    kinds = list(kinds)
    hanging = [source for kind in kinds for source in hanging_on(kind)]
    return list(dict.fromkeys([Source(Record), *map(Source, kinds), *hanging]))


# `before` is the row as its last event left it. The columns in its order are those of an index.
EVENTS = """SELECT {number} AS source, e.pgh_label, e.pgh_created_at, e.{link}, e.pgh_context_id, to_jsonb(e),
    CASE WHEN e.pgh_label = 'update' THEN (
        SELECT to_jsonb(former) FROM {table} former WHERE former.pgh_obj_id = e.pgh_obj_id AND former.pgh_id < e.pgh_id
        ORDER BY former.pgh_obj_id DESC, former.pgh_id DESC LIMIT 1
    ) END, e.pgh_id FROM {table} e WHERE e.{link} = ANY(%s) AND e.pgh_created_at = ANY(%s)"""
TOGETHER = """SELECT found.*, context.metadata FROM ({parts})
    AS found (source, label, at, record, context_id, after, before, pgh_id)
    LEFT JOIN pghistory_context context ON context.id = found.context_id ORDER BY source, pgh_id DESC"""


def events_of(sources: list[Source], keys: Iterable[Key]) -> dict[Key, list[Event]]:
    """The events of each change in `keys`, those of a source newest first. One query, whatever the sources."""
    found: dict[Key, list[Event]] = {key: [] for key in keys}
    asked = [source for source in sources if any(key.kind == source.kind for key in found)]
    if not asked:
        return found
    parts: list[str] = []
    values: list[Any] = []
    for number, source in enumerate(asked):
        of_kind = [key for key in found if key.kind == source.kind]
        parts.append(EVENTS.format(number=number, link=source.link, table=source.table._meta.db_table))
        values += [[key.number for key in of_kind], [key.at for key in of_kind]]
    with connection.cursor() as cursor:
        cursor.execute(TOGETHER.format(parts=" UNION ALL ".join(parts)), values)
        for row in cursor.fetchall():
            event = as_event(asked[row[0]], *row[1:])
            if event.key in found:
                found[event.key].append(event)
    return found


def as_event(
    source: Source, label: str, at: datetime, record: int, _context: Any, after: Any, before: Any, _id: int, origin: Any
) -> Event:
    after, before, origin = (as_object(value) for value in (after, before, origin))
    return Event(
        source=source,
        label=label,
        at=at,
        record=record,
        user=origin.get("user") or signed(after, before, label),
        origin=origin,
        before=values_of(source, after if label == "delete" else before),
        after={} if label == "delete" else values_of(source, after),
    )


def signed(after: dict[str, Any], before: dict[str, Any], label: str) -> int | None:
    """Who stands in a record as having changed it, if it was this change that wrote them there."""
    wrote = label == "insert" or (label == "update" and after.get("changed_at") != before.get("changed_at"))
    return after.get("changed_by_id") if wrote else None


def as_object(value: Any) -> dict[str, Any]:
    return json.loads(value) if isinstance(value, str) else value or {}


def values_of(source: Source, row: dict[str, Any]) -> dict[str, Any]:
    """The columns of a row as Python has them, by name; nothing where there was no row."""
    if not row:
        return {}
    told = {item.attname: item for item in table_of(source.model)._meta.concrete_fields}
    return {name: told[name].to_python(value) for name, value in row.items() if name in told}
