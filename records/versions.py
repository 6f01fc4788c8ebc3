"""A record as it was: read from history, which has every version of every column and link."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q

from .events import table_of
from .models import Record


def as_of_version(record: Record, version: int) -> tuple[dict[str, Any], dict[str, list[int]]] | None:
    """Columns by attribute name, and keys of the records linked to by field name, as that version was saved.

    None where history does not have the version. One query for each table.
    """
    found = at_version(record, version)
    if found is None:
        return None
    saved, until = found
    own = table_of(type(record))._default_manager.filter(until, pgh_obj_id=record.pk)
    columns = columns_of(Record, saved) | columns_of(type(record), own.order_by("-pgh_id").first())
    return columns, links_at(record, until)


def began(record: Record) -> int | None:
    """Who made its first version; None where no person did."""
    events: Any = table_of(Record)._default_manager.filter(pgh_obj_id=record.pk)
    person: int | None = events.order_by("pgh_id").values_list("changed_by", flat=True).first()
    return person


def savers_of(record: Record) -> list[int]:
    """Who saved each version of it, the first one first; not who added evidence, a comment or a link."""
    events: Any = table_of(Record)._default_manager.filter(pgh_obj_id=record.pk)
    first = events.order_by("version", "pgh_id").distinct("version")
    return [person for person in first.values_list("changed_by", flat=True) if person]


def writers_of(record: Record) -> set[int]:
    """Who saved a version of it; not who added evidence, a comment or a link, which makes no version."""
    return set(savers_of(record))


def at_version(record: Record, version: int) -> tuple[Any, Q] | None:
    """The event that saved that version, and the condition on any event table: written until then."""
    events: Any = table_of(Record)._default_manager.filter(pgh_obj_id=record.pk)
    saved = events.filter(version=version).order_by("pgh_id").first()
    if saved is None:
        return None
    # One transaction may save a record more than once: its moment alone does not tell before from after.
    later = events.filter(pgh_id__gt=saved.pgh_id, pgh_created_at=saved.pgh_created_at).values("pgh_context")
    return saved, Q(pgh_created_at__lte=saved.pgh_created_at) & ~Q(pgh_context__in=later.exclude(pgh_context=None))


def rows_at(model: type[Model], record: Record, version: int, link: str) -> list[dict[str, Any]]:
    """The rows that hung on a record by the column `link` as that version was saved: their columns, `pgh_obj_id`."""
    found = at_version(record, version)
    if found is None:
        return []
    events = table_of(model)._default_manager.filter(found[1], **{link: record.pk}).order_by("pgh_id")
    last = {event["pgh_obj_id"]: event for event in events.values()}
    return [event for event in last.values() if event["pgh_label"] != "delete"]


def columns_of(model: type[Record], event: Any) -> dict[str, Any]:
    kept = {item.attname for item in event._meta.concrete_fields} if event else set()
    return {
        item.attname: getattr(event, item.attname) for item in model._meta.local_concrete_fields if item.attname in kept
    }


def links_at(record: Record, until: Q) -> dict[str, list[int]]:
    """For each many-to-many field the keys it held."""
    found: dict[str, list[int]] = {}
    for item in record._meta.local_many_to_many:
        mine, other = f"{item.m2m_field_name()}_id", f"{item.m2m_reverse_field_name()}_id"
        table = table_of(item.remote_field.through)
        events = table._default_manager.filter(until, **{mine: record.pk}).order_by("pgh_id")
        last = {event["pgh_obj_id"]: event for event in events.values("pgh_obj_id", "pgh_label", other)}
        found[item.name] = sorted(event[other] for event in last.values() if event["pgh_label"] != "delete")
    return found
