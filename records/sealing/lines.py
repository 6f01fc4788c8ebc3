"""The line of an event, made by the database: the same bytes whenever and by whomever it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

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
    "client_encoding": "UTF8",
}
AT = """to_char(e.pgh_created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""
# Where the moment stands in a line: it is the first thing said.
MOMENT = slice(7, 39)
# Columns that are not values: they stand in the line by themselves.
OWN = frozenset({"pgh_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context_id"})
# Types whose text never holds what JSON must escape.
PLAIN = frozenset({"integer", "bigint", "smallint", "boolean", "numeric", "date", "uuid", "timestamp with time zone"})
# A call of PostgreSQL takes a hundred arguments, and each column is two.
COLUMNS_AT_ONCE = 40

LINES = """
    SELECT k.sequence, CASE WHEN e.pgh_id IS NOT NULL THEN concat(
            '{{"at":"', {at}, '","context":', coalesce('"' || e.pgh_context_id || '"', 'null'),
            ',"event":', e.pgh_id, ',"label":', to_json(e.pgh_label)::text, ',"metadata":') END,
        context.metadata::text,
        concat(',"object":', to_json(e.pgh_obj_id::text)::text, ',"sequence":', k.sequence,
            ',"table":"{table}","values":{{', {values}, '}}}}')
    FROM unnest('{{{sequences}}}'::bigint[], '{{{events}}}'::bigint[]) AS k (sequence, event)
    LEFT JOIN "{table}" e ON e.pgh_id = k.event
    LEFT JOIN pghistory_context context ON context.id = e.pgh_context_id"""
COLUMNS = """
    SELECT relname, attname, format_type(atttypid, NULL) FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid
    WHERE relname = ANY(%s) AND relnamespace = current_schema()::regnamespace
    AND attnum > 0 AND NOT attisdropped ORDER BY relname, attname COLLATE "C"
"""
NOTHING = b"\\N"

# Is told of each event its sequence and its line in UTF-8, or None where it is gone.
Taker = Callable[[int, bytes | None], None]


def pin() -> None:
    """Fixes the text forms until the transaction ends; must be called within one."""
    assert connection.in_atomic_block
    with connection.cursor() as cursor:
        calls = ", ".join(["set_config(%s, %s, true)"] * len(PINNED))
        cursor.execute(f"SELECT {calls}", [word for pair in PINNED.items() for word in pair])


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read within is of one moment, with text forms fixed. Within a transaction it is that one's moment."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        pin()
        yield


def columns_of(tables: Sequence[str]) -> dict[str, dict[str, str]]:
    """The columns that are values of each event table as the database has it now, with their types, sorted."""
    found: dict[str, dict[str, str]] = {table: {} for table in tables}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [list(tables)])
        for table, column, kind in cursor.fetchall():
            if column not in OWN:
                found[table][column] = kind
    return found


def read_lines(table: str, columns: dict[str, str], places: Sequence[tuple[int, int]], take: Taker) -> None:
    """Reads the lines of events of one shape, in any order; `places` are (sequence, event). Needs `pin`.

    By COPY, which is several times as fast as rows. Its text form doubles backslashes; all else that it would escape
    is escaped in JSON already.
    """
    sql = LINES.format(
        at=AT,
        table=table,
        values=values_of(columns),
        sequences=",".join(str(sequence) for sequence, _event in places),
        events=",".join(str(event) for _sequence, event in places),
    )
    copied(f"COPY ({sql}) TO STDOUT", Rows(take))


def copied(sql: str, file: Any) -> None:
    """COPY to or from a file. Django wraps the faults of all else, not of COPY: a cut connection would stay in use."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(sql, file)


class Rows:
    """What COPY writes to: one row at a time."""

    def __init__(self, take: Taker) -> None:
        self.take = take

    def write(self, row: bytes) -> None:
        sequence, begin, metadata, end = row[:-1].split(b"\t")
        if b"\\" in row:
            if begin == NOTHING:
                self.take(int(sequence), None)
                return
            begin, end = begin.replace(b"\\\\", b"\\"), end.replace(b"\\\\", b"\\")
        self.take(int(sequence), begin + known(metadata) + end)


def values_of(columns: dict[str, str]) -> str:
    """SQL of `"column":"text",…` for an event."""
    values = [value_of(column, kind) for column, kind in columns.items()]
    parts = [values[n : n + COLUMNS_AT_ONCE] for n in range(0, len(values), COLUMNS_AT_ONCE)]
    return ", ',', ".join(f"concat({', '.join(separated(part))})" for part in parts) or "''"


def separated(values: Sequence[str]) -> list[str]:
    return [values[0], *(word for value in values[1:] for word in ("','", value))]


def value_of(column: str, kind: str) -> str:
    name = f'e."{column}"'
    text = f"""'"' || {name}::text || '"'""" if kind in PLAIN else f"to_json({name}::text)::text"
    return f"""'"{column}":' || coalesce({text}, 'null')"""


@lru_cache(maxsize=4096)
def known(metadata: bytes) -> bytes:
    """What is known of a context, as COPY gives it, as it stands in a line."""
    if metadata == NOTHING:
        return b"null"
    return canonical(json.loads(metadata.replace(b"\\\\", b"\\"))).encode()
