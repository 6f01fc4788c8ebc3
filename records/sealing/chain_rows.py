"""Reads a chain in order: what was sealed, and beside it what its events give now. In blocks, as columns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from types import SimpleNamespace
from typing import NamedTuple

from django.db import connection

from .lines import MOMENT, copied, read_lines
from .models import Chain, Root, SealedEvent
from .shapes import KnownShape

BLOCK = 20_000
# By COPY, as lines are read: a row of psycopg2 costs more than all that is done with it.
SEALED = """COPY (
    SELECT sequence, shape_id, event, leaf FROM {sealed} WHERE chain_id = {chain} AND sequence > {after}
    ORDER BY sequence LIMIT {most}
) TO STDOUT"""
ROOTS = f"SELECT number, first, last, merkle, head, made_at, was_complete FROM {Root._meta.db_table} WHERE chain_id = %s ORDER BY number, id"  # noqa: S608, E501
UNREADABLE = b""


class SealedRoot(NamedTuple):
    """A root as it is stored."""

    number: int
    first: int
    last: int
    merkle: bytes
    head: bytes
    made_at: datetime
    was_complete: bool

    @property
    def made_at_text(self) -> str:
        return self.made_at.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass
class Rows:
    """Consecutive rows of a chain, column by column. `now`: the leaf its event gives today, None if it is gone."""

    sequences: list[int] = field(default_factory=list)
    shapes: list[int] = field(default_factory=list)
    events: list[int] = field(default_factory=list)
    stored: list[bytes] = field(default_factory=list)
    now: list[bytes | None] = field(default_factory=list)
    at: list[bytes] = field(default_factory=list)

    def cut(self, begin: int, end: int | None = None) -> Rows:
        part = slice(begin, end)
        return Rows(*(column[part] for column in self.columns()))  # type: ignore[arg-type]

    def columns(self) -> tuple[list[object], ...]:
        return self.sequences, self.shapes, self.events, self.stored, self.now, self.at  # type: ignore[return-value]

    def extend(self, other: Rows) -> None:
        for column, more in zip(self.columns(), other.columns(), strict=True):
            column.extend(more)


class Reader:
    """Hands out the rows of a chain from its beginning, up to one sequence after the other."""

    def __init__(self, chain: Chain, shapes: dict[int, KnownShape]) -> None:
        self.shapes, self.unreadable = shapes, set[int]()
        self.blocks = self.read(chain)
        self.held, self.begin = Rows(), 0

    def up_to(self, last: int) -> Rows:
        """The next rows with sequences up to `last`."""
        while not (self.held.sequences and self.held.sequences[-1] >= last):
            block = next(self.blocks, None)
            if block is None:
                break
            self.held, self.begin = self.held.cut(self.begin), 0
            self.held.extend(block)
        end = bisect_right(self.held.sequences, last, self.begin)
        rows, self.begin = self.held.cut(self.begin, end), end
        return rows

    def rest(self) -> Iterator[Rows]:
        """All that was not handed out yet."""
        yield self.held.cut(self.begin)
        yield from self.blocks

    def read(self, chain: Chain) -> Iterator[Rows]:
        after = -1
        while found := sealed_rows(chain, after):
            fields = [row.split(b"\t") for row in found]
            sequences = [int(row[0]) for row in fields]
            shapes = [int(row[1]) for row in fields]
            events = [int(row[2]) for row in fields]
            # As COPY writes bytes: two backslashes, an x, hex, the end of the line.
            stored = [bytes.fromhex(row[3][3:-1].decode()) for row in fields]
            yield Rows(sequences, shapes, events, stored, *self.leaves_now(sequences, shapes, events))
            after = sequences[-1]

    def leaves_now(
        self, sequences: Sequence[int], shapes: Sequence[int], events: Sequence[int]
    ) -> tuple[list[bytes | None], list[bytes]]:
        """The leaf that each event gives today, and the moment it says it is of."""
        places: dict[int, list[tuple[int, int]]] = {}
        for sequence, shape, event in zip(sequences, shapes, events, strict=True):
            places.setdefault(shape, []).append((sequence, event))
        leaves: dict[int, bytes] = {}
        moments: dict[int, bytes] = {}

        def take(sequence: int, line: bytes | None) -> None:
            if line is not None:
                leaves[sequence] = sha256(b"\x00" + line).digest()  # merkle.leaf_of, without the call
                moments[sequence] = line[MOMENT]

        for number, of_shape in places.items():
            known = self.shapes[number]
            if known.gone:
                self.unreadable.add(number)
                leaves.update((sequence, UNREADABLE) for sequence, _event in of_shape)
            else:
                read_lines(known.table, known.columns, of_shape, take)
        return [leaves.get(sequence) for sequence in sequences], [moments.get(one, b"") for one in sequences]


def sealed_rows(chain: Chain, after: int) -> list[bytes]:
    """The next rows of a chain as COPY writes them."""
    rows: list[bytes] = []
    sql = SEALED.format(sealed=SealedEvent._meta.db_table, chain=chain.pk, after=after, most=BLOCK)
    copied(sql, SimpleNamespace(write=rows.append))
    return rows


def roots_in_order(chain: Chain) -> Iterator[SealedRoot]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(ROOTS, [chain.pk])
        while rows := cursor.fetchmany(2000):
            for number, first, last, merkle, head, made_at, was_complete in rows:
                yield SealedRoot(number, first, last, bytes(merkle), bytes(head), made_at, was_complete)
