"""The line of an event, made by the database: the same text whenever and by whomever it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from django.db import connection, transaction

from .merkle import canonical

# How PostgreSQL writes dates, fractions and bytes depends on these; inside `pinned` they are always the same.
PINNED = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "iso_8601",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "xmloption": "content",
}
AT = """to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""
# Columns that are not values: they stand in the line by themselves.
OWN = frozenset({"pgh_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context_id"})
# Types whose text never holds what JSON must escape.
PLAIN = frozenset({"integer", "bigint", "smallint", "boolean", "numeric", "date", "uuid", "timestamp with time zone"})

LINES = """
    SELECT k.sequence, '{{"at":"' || {at} || '","context":' || coalesce('"' || e.pgh_context_id || '"', 'null')
        || ',"event":' || e.pgh_id || ',"label":' || to_json(e.pgh_label)::text || ',"metadata":',
        context.metadata::text, ',"object":' || to_json(e.pgh_obj_id::text)::text || ',"sequence":' || k.sequence
        || ',"table":"{table}","values":{{' || {values} || '}}}}'
    FROM unnest(%s::bigint[], %s::bigint[]) AS k (sequence, event) LEFT JOIN "{table}" e ON e.pgh_id = k.event
    LEFT JOIN pghistory_context context ON context.id = e.pgh_context_id"""
COLUMNS = """
    SELECT relname, attname, format_type(atttypid, NULL) FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid
    WHERE relname = ANY(%s) AND relnamespace = current_schema()::regnamespace
    AND attnum > 0 AND NOT attisdropped ORDER BY relname, attname COLLATE "C"
"""
ROWS = 2000


class Line(NamedTuple):
    """`text` is None where the event is gone."""

    sequence: int
    text: str | None


def pin() -> None:
    """Fixes the text forms until the transaction ends; must be called within one."""
    assert connection.in_atomic_block
    with connection.cursor() as cursor:
        calls = ", ".join(["set_config(%s, %s, true)"] * len(PINNED))
        cursor.execute(f"SELECT {calls}", [word for pair in PINNED.items() for word in pair])


def columns_of(tables: Sequence[str]) -> dict[str, dict[str, str]]:
    """The columns that are values of each event table as the database has it now, with their types, sorted."""
    found: dict[str, dict[str, str]] = {table: {} for table in tables}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [list(tables)])
        for table, column, kind in cursor.fetchall():
            if column not in OWN:
                found[table][column] = kind
    return found


def lines(table: str, columns: dict[str, str], places: Sequence[tuple[int, int]]) -> Iterator[Line]:
    """The lines of events of one shape, in any order; `places` are (sequence, event). Streams; needs `pin`."""
    at = AT.format(moment="e.pgh_created_at")
    sql = LINES.format(table=table, at=at, values=values_of(columns))
    sequences, events = [place[0] for place in places], [place[1] for place in places]
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.itersize = ROWS
        cursor.execute(sql, [sequences, events])
        while rows := cursor.fetchmany(ROWS):
            for sequence, begin, metadata, end in rows:
                yield Line(sequence, None if begin is None else begin + known(metadata) + end)


def values_of(columns: dict[str, str]) -> str:
    """SQL of `"column":"text",…` for an event; percent signs in it are doubled for the driver."""
    return " || ',' || ".join(value_of(column, kind) for column, kind in columns.items()) or "''"


def value_of(column: str, kind: str) -> str:
    name = f'e."{column}"'
    text = f"""'"' || {name}::text || '"'""" if kind in PLAIN else f"to_json({name}::text)::text"
    return f"""'"{column}":' || coalesce({text}, 'null')"""


@lru_cache(maxsize=4096)
def known(metadata: str | None) -> str:
    """What is known of a context, as it stands in a line."""
    return "null" if metadata is None else canonical(json.loads(metadata))
