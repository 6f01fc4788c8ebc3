"""Sealed events for a pack: the line of each, its place, and the path that proves it under a root. Streams."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection

from organisations.models import Organisation
from records.events import Source, sources_of
from records.models import Record, RecordGrant

from .lines import read_lines, snapshot
from .merkle import levels_of, path_in
from .models import Chain, EventTable, SealedEvent
from .shapes import known_shapes

PLACES = """
    SELECT root.number, root.first, root.last, s.sequence, s.shape_id, s.event FROM ({asked}) asked
    JOIN {sealed} s ON s.table_id = asked.table_id AND s.event = asked.event
    JOIN records_root root ON root.chain_id = s.chain_id AND s.sequence BETWEEN root.first AND root.last
    WHERE s.chain_id = %s ORDER BY s.sequence
"""
ALL = "SELECT table_id, event FROM {sealed} WHERE chain_id = %s"
OF_RECORDS = 'SELECT {table_id} AS table_id, pgh_id::bigint AS event FROM "{table}" WHERE {link} = ANY(%s)'
ROWS = 2000


class SealedLine(NamedTuple):
    """`line` is the canonical text; `path` leads from its leaf to the Merkle root of root `root` (see merkle)."""

    line: str
    sequence: int
    root: int
    path: list[list[str]]


class Place(NamedTuple):
    root: int
    first: int
    last: int
    sequence: int
    shape: int
    event: int


def sealed_lines(organisation: Organisation, record_ids: Collection[int] | None = None) -> Iterator[SealedLine]:
    """The sealed events of an organisation in the order of their sequence; with `record_ids` those of these records.

    What hangs on a record (files, links, answers, comments, grants) counts as of it. An event that is gone, which
    `verify` names, is left out. Holds the events of one root at a time; must be gone through within a transaction, or
    it opens its own for as long as it is read.
    """
    chain = Chain.objects.filter(organisation=organisation).first()
    if chain is None:
        return
    with snapshot():
        for _root, places in groupby(places_of(chain, record_ids), key=lambda place: place.root):
            yield from of_root(chain, list(places))


def places_of(chain: Chain, record_ids: Collection[int] | None) -> Iterator[Place]:
    sealed = SealedEvent._meta.db_table
    if record_ids is None:
        asked, values = ALL.format(sealed=sealed), [chain.pk]
    else:
        asked, values = of_records(record_ids)
    with connection.chunked_cursor() as cursor:
        cursor.execute(PLACES.format(asked=asked, sealed=sealed), [*values, chain.pk])
        while rows := cursor.fetchmany(ROWS):
            yield from (Place(*row) for row in rows)


def of_records(record_ids: Collection[int]) -> tuple[str, list[Any]]:
    """SQL of the events of these records, in whatever table, and its parameters."""
    numbers = dict(EventTable.objects.values_list("name", "pk"))
    every = [*sources_of(Record.__subclasses__()), Source(RecordGrant, "content_object_id")]
    sources = [source for source in every if source.table._meta.db_table in numbers]
    parts = [
        OF_RECORDS.format(table_id=numbers[table], table=table, link=source.link)
        for source in sources
        for table in [source.table._meta.db_table]
    ]
    # UNION, not ALL: a link between two records of the scope is one event.
    return " UNION ".join(parts), [sorted(record_ids)] * len(parts)


def of_root(chain: Chain, places: list[Place]) -> Iterator[SealedLine]:
    """The lines of one root's events, with their paths."""
    first = places[0].first
    sealed = SealedEvent.objects.filter(chain=chain, sequence__range=(first, places[0].last)).order_by("sequence")
    levels = levels_of([bytes(leaf) for leaf in sealed.values_list("leaf", flat=True)])
    texts: dict[int, bytes | None] = {}
    by_shape = sorted(places, key=lambda place: place.shape)
    shapes = known_shapes()
    for number, of_shape in groupby(by_shape, key=lambda place: place.shape):
        shape = shapes[number]
        keys = [(place.sequence, place.event) for place in of_shape]
        read_lines(shape.table, shape.columns, keys, texts.__setitem__)
    for place in places:
        text = texts.get(place.sequence)
        if text is not None:
            yield SealedLine(text.decode(), place.sequence, place.root, path_in(levels, place.sequence - first))
