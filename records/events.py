"""Reads the event tables that the database's triggers write, for any tracked model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Field, Model, Window
from django.db.models.functions import Lag

from .models import Record

# Columns that say who and when: the event itself does.
BOOKKEEPING = frozenset({"id", "organisation", "added_by", "added_at", "answered_by", "answered_at", "content_type"})
BEFORE = "before_"


@dataclass(frozen=True)
class Source:
    """A tracked model, and the column by which its events belong to a record."""

    model: type[Model]
    link: str = "pgh_obj_id"

    @property
    def table(self) -> type[Model]:
        """The event table. (`pgh_event_models` on a record would be that of whichever kind was loaded last.)"""
        return next(other for other in apps.get_models() if getattr(other, "pgh_tracked_model", None) is self.model)

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
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def model(self) -> type[Model]:
        return self.source.model


def hanging_on(kind: type[Record]) -> list[Source]:
    """What hangs on records of a kind: tracked models that point to it and are no records themselves."""
    tracked = [getattr(table, "pgh_tracked_model", None) for table in apps.get_models()]
    return [
        Source(model, item.attname)
        for model in tracked
        if model is not None and not issubclass(model, Record)
        for item in model._meta.local_concrete_fields
        if item.is_relation and issubclass(item.related_model, Record) and issubclass(kind, item.related_model)
    ]


def events(source: Source, ids: list[int], limit: int) -> list[Event]:
    """The latest events that concern the records `ids`, newest first. One query."""
    names = [item.attname for item in source.fields]
    before = {BEFORE + name: Window(Lag(name), partition_by="pgh_obj_id", order_by="pgh_id") for name in names}
    author = ["changed_by_id"] if source.model is Record else []
    rows = source.table._default_manager.filter(**{f"{source.link}__in": ids}).annotate(**before).order_by("-pgh_id")
    columns = ["pgh_label", "pgh_created_at", "pgh_context__metadata", source.link, *author, *names, *before]
    return [as_event(source, names, row) for row in rows.values(*columns)[:limit]]


def as_event(source: Source, names: list[str], row: dict[str, Any]) -> Event:
    values = {name: row[name] for name in names}
    former = {name: row[BEFORE + name] for name in names}
    label = row["pgh_label"]
    return Event(
        source=source,
        label=label,
        at=row["pgh_created_at"],
        record=row[source.link],
        user=(row["pgh_context__metadata"] or {}).get("user") or row.get("changed_by_id"),
        before=values if label == "delete" else former if label == "update" else {},
        after={} if label == "delete" else values,
    )
