"""How records name each other, read off the models: a column of a record, or a row that ties two of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Field, Model

from records.models import Record


class Edge(NamedTuple):
    """A column or row by which a record of `kind` (None: any) at `source` names one at `target`."""

    table: type[Model]
    source: str
    target: str
    word: str
    kind: type[Record] | None


@cache
def edges() -> tuple[Edge, ...]:
    """Every way in which one record names another and history tells of it."""
    tracked = (getattr(table, "pgh_tracked_model", None) for table in apps.get_models())
    told = [model for model in tracked if model is not None and getattr(model, "IS_TOLD", True)]
    return tuple(edge for model in told for edge in edges_of(model))


def edges_of(model: type[Model]) -> Iterator[Edge]:
    links = [item for item in model._meta.local_concrete_fields if names_a_record(item)]
    if issubclass(model, Record):
        for item in links:
            yield Edge(model, "pk", item.attname, item.name, model)
    elif len(links) > 1 and model._meta.app_label != "reports":
        first, second = links[:2]
        kind: Any = first.related_model
        yield Edge(model, first.attname, second.attname, word_of(model, kind), None if kind is Record else kind)


def word_of(model: type[Model], kind: type[Record]) -> str:
    """The name of the list whose rows these are, as `systems`; else what the rows are, as `responsibility`."""
    lists = (item.name for item in kind._meta.local_many_to_many if item.remote_field.through is model)
    return next(lists, str(model._meta.model_name))


def names_a_record(item: Field[Any, Any]) -> bool:
    if not item.is_relation or getattr(item.remote_field, "parent_link", False):
        return False
    return isinstance(item.related_model, type) and issubclass(item.related_model, Record)


def named_by(kind: type[Record], keys: Collection[int]) -> dict[int, list[tuple[str, int]]]:
    """What records of a kind name: word and id of each, by the id of who names it. One query for each way."""
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for edge in edges():
        if edge.kind in {kind, None}:
            rows = edge.table._default_manager.filter(**{f"{edge.source}__in": keys}).exclude(**{edge.target: None})
            for source, target in rows.order_by("pk").values_list(edge.source, edge.target):
                found[source].append((edge.word, target))
    return found


def near(keys: Collection[int]) -> set[int]:
    """The records that name one of these, and those that one of these names."""
    found: set[int] = set()
    for edge in edges():
        rows = edge.table._default_manager.order_by()
        found.update(rows.filter(**{f"{edge.source}__in": keys}).values_list(edge.target, flat=True))
        found.update(rows.filter(**{f"{edge.target}__in": keys}).values_list(edge.source, flat=True))
    found.discard(None)
    return found
