"""Whose an event is: SQL that finds the organisation of a row of an event table, from history alone."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Model

from organisations.models import Organisation

NOBODY = "NULL::bigint"
DEEPEST = 3
FIRST_EVENT = (
    "(SELECT {organisation} FROM {table} {alias} WHERE {alias}.pgh_obj_id = {number} "
    "ORDER BY {alias}.pgh_obj_id, {alias}.pgh_id LIMIT 1)"
)
ITSELF = "(SELECT itself.organisation_id FROM {table} itself WHERE itself.id = {number})"


def event_tables() -> list[type[Model]]:
    """Every event table there is, in the order of their names."""
    found = [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]
    return sorted(found, key=lambda table: table._meta.db_table)


@cache
def organisation_of(table: type[Model], alias: str = "e", depth: int = 0) -> str:
    """The id of the organisation an event belongs to, or NULL: by its own column, its record, or what it hangs on.

    What it hangs on is looked up in the first event of that: it is there as long as history is, deleted or not, and
    was committed no later than this event.
    """
    from records.models import Record

    model: Any = table.pgh_tracked_model  # type: ignore[attr-defined]
    if model is Organisation:
        return f"{alias}.pgh_obj_id"
    if issubclass(model, Record) and model is not Record:
        return of_record(f"{alias}.pgh_obj_id", depth)
    links: list[Any] = [
        item for item in table._meta.concrete_fields if item.is_relation and not item.name.startswith("pgh_")
    ]
    # Its own organisation, then records, then what hangs on them; what is always there before what may be empty.
    links.sort(key=lambda item: (item.null, not issubclass(item.related_model, (Organisation, Record))))
    ways = [way for item in links if (way := by_link(item, alias, depth))]
    # The first that is always there decides; before it, whichever is filled.
    always = next((number for number, (_way, item) in enumerate(ways) if not item.null), len(ways))
    found = [way for way, _item in ways[: always + 1]]
    return f"coalesce({', '.join(found)})" if len(found) > 1 else next(iter(found), NOBODY)


def by_link(item: Any, alias: str, depth: int) -> tuple[str, Any] | None:
    """How a column leads to an organisation, if it does: itself, by a record, or by what has a history of its own."""
    from records.events import table_of
    from records.models import Record

    column, kind = f"{alias}.{item.column}", item.related_model
    if kind is Organisation:
        return column, item
    if issubclass(kind, Record):
        return of_record(column, depth), item
    tracked = {other.pgh_tracked_model for other in event_tables()}  # type: ignore[attr-defined]
    if kind in tracked and depth < DEEPEST:
        return first_event(table_of(kind), column, depth), item
    return None


def of_record(number: str, depth: int) -> str:
    """By the record's history; a record that was put in past its triggers has none, and is asked itself."""
    from records.events import table_of
    from records.models import Record

    by_history = first_event(table_of(Record), number, depth)
    itself = ITSELF.format(table=Record._meta.db_table, number=number)
    return f"coalesce({by_history}, {itself})"


def first_event(table: type[Model], number: str, depth: int) -> str:
    alias = f"e{depth + 1}"
    organisation = organisation_of(table, alias, depth + 1)
    return FIRST_EVENT.format(organisation=organisation, table=table._meta.db_table, alias=alias, number=number)
