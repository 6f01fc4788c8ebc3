"""The shapes that sealed events have, with the types that their columns have now."""

from __future__ import annotations

from typing import NamedTuple

from .lines import columns_of
from .models import Shape


class KnownShape(NamedTuple):
    """`columns` are those the lines are made of, with their types; `gone` those that the table no longer has."""

    table: str
    columns: dict[str, str]
    gone: tuple[str, ...]


def known_shapes() -> dict[int, KnownShape]:
    """Every shape by its number. Two queries."""
    shapes = list(Shape.objects.select_related("table"))
    now = columns_of(sorted({shape.table.name for shape in shapes}))
    return {shape.pk: as_known(shape, now[shape.table.name]) for shape in shapes}


def as_known(shape: Shape, now: dict[str, str]) -> KnownShape:
    present = {column: now[column] for column in shape.columns if column in now}
    return KnownShape(shape.table.name, present, tuple(column for column in shape.columns if column not in now))
