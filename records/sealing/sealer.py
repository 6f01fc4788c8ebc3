"""The sealer: gives committed events their place, in bundles, and each bundle a root for every chain in it.

Events commit out of order and their numbers have gaps, so "after the last one sealed" would lose some. Asked for is
instead: which events beyond `settled` are not sealed (see `models.Progress`)? `settled` moves to `ceiling` only when no
transaction runs any more whose number is below `horizon`, the number that the sealer's own transaction got after it had
seen `ceiling`. An event is written by a trigger after its row was, so whoever holds an event's number below the ceiling
had a transaction's number by then, and a lower one: none can appear below the ceiling later. (The `xmax` of a snapshot
would not do: it is one past the last transaction that *ended*, and others with higher numbers may be running.) Neither
clocks nor how long somebody keeps a transaction open matter.

One bundle is one transaction under a lock: a sealer that is killed leaves nothing, two at once work one after the
other, and unique constraints stand behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from itertools import groupby
from time import monotonic
from typing import Any, NamedTuple

from django.db import connection, transaction

from .belonging import event_tables, organisation_of
from .lines import columns_of, copied, pin, read_lines
from .merkle import BEFORE_THE_FIRST, head_of, leaf_of, merkle_root
from .models import Chain, EventTable, Progress, Root, SealedEvent, Shape

BUNDLE = 5000
# Names the sealer's lock among the advisory locks of the database.
LOCK = 42_001
# Seconds one go may take.
LONGEST = 300.0

NEW = """
    SELECT e.pgh_id, e.pgh_created_at, {organisation} FROM "{table}" e WHERE e.pgh_id > %s AND NOT EXISTS (
        SELECT FROM {sealed} s WHERE s.table_id = %s AND s.event = e.pgh_id AND s.event > %s
    ) ORDER BY e.pgh_id LIMIT %s
"""
HIGHEST = """SELECT '{table}', (SELECT max(pgh_id) FROM "{table}")"""
ENDED = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
OURS = "SELECT pg_current_xact_id()::text::bigint"


class Found(NamedTuple):
    """An unsealed event."""

    at: datetime
    table: str
    event: int
    organisation: int | None


@dataclass
class Bundle:
    """What one transaction seals: the events, and the tables of which nothing was left over."""

    found: list[Found] = field(default_factory=list)
    emptied: list[Progress] = field(default_factory=list)
    is_full: bool = False


@dataclass
class Run:
    """One go of the sealer. All transactions below `ended` had ended before it read anything.

    `reached`: up to which number it has read each table, so that the next bundle goes on from there.
    """

    ended: int
    reached: dict[str, int] = field(default_factory=dict)


def seal(size: int = BUNDLE, *, longest: float = LONGEST) -> int:
    """Seals every committed event that is not; returns how many. Nothing where another sealer is at work.

    Goes on for `longest` seconds at most; what is left then, the next one finds.
    """
    run, total, until = Run(number(ENDED)), 0, monotonic() + longest
    while True:
        sealed, is_full = seal_bundle(run, size)
        total += sealed
        if not is_full or monotonic() > until:
            return total


@transaction.atomic(durable=True)
def seal_bundle(run: Run, size: int) -> tuple[int, bool]:
    """Seals up to `size` events; returns how many, and whether there may be more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0, False
    pin()
    # Before this transaction writes, so that its own number, the horizon, is higher than that of whoever wrote this.
    highest = highest_events()
    moved = moved_since(highest)
    if not moved:
        return 0, False
    bundle = unsealed(run, moved, size)
    if bundle.found:
        keep(bundle)
    settle(bundle.emptied, highest, run.ended, number(OURS))
    return len(bundle.found), bundle.is_full


def number(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found: int = cursor.fetchone()[0]
    return found


def highest_events() -> dict[str, int]:
    """The highest number in each event table, of those that have any."""
    parts = " UNION ALL ".join(HIGHEST.format(table=table._meta.db_table) for table in event_tables())
    with connection.cursor() as cursor:
        cursor.execute(parts)
        return {table: highest for table, highest in cursor.fetchall() if highest is not None}


def moved_since(highest: dict[str, int]) -> list[tuple[Any, Progress]]:
    """The event tables that may hold something new, with how far each was sealed."""
    progress = {row.table.name: row for row in Progress.objects.select_related("table")}
    for name in highest.keys() - progress.keys():
        table, _made = EventTable.objects.get_or_create(name=name)
        progress[name] = Progress.objects.create(table=table)
    names = [(table, table._meta.db_table) for table in event_tables()]
    return [
        (table, progress[name]) for table, name in names if name in highest and highest[name] > progress[name].settled
    ]


def unsealed(run: Run, moved: Sequence[tuple[Any, Progress]], size: int) -> Bundle:
    """Up to `size` unsealed events of these tables."""
    bundle = Bundle()
    for table, row in moved:
        room = size - len(bundle.found)
        new = new_events(table, row, max(row.settled, run.reached.get(row.table.name, 0)), room + 1)
        bundle.found += new[:room]
        if len(new) > room:
            if room:
                run.reached[row.table.name] = new[room - 1].event
            bundle.is_full = True
            break
        bundle.emptied.append(row)
    return bundle


def new_events(table: Any, row: Progress, after: int, most: int) -> list[Found]:
    name = table._meta.db_table
    sql = NEW.format(table=name, sealed=SealedEvent._meta.db_table, organisation=organisation_of(table))
    with connection.cursor() as cursor:
        cursor.execute(sql, [after, row.table_id, after, most])
        return [Found(at, name, event, organisation) for event, at, organisation in cursor.fetchall()]


def keep(bundle: Bundle) -> None:
    """Gives the events of a bundle their places in their chains, and each chain a root over them."""
    shapes = shapes_of({found.table for found in bundle.found})
    made_at = now()
    by_chain = sorted(bundle.found, key=lambda found: (found.organisation or 0, *found[:3]))
    for organisation, events in groupby(by_chain, key=lambda found: found.organisation):
        chain, _made = Chain.objects.get_or_create(organisation_id=organisation)
        before = chain.roots.order_by("-number").first()
        first = before.last + 1 if before else 1
        placed = list(enumerate(events, first))
        leaves = leaves_of(placed, shapes)
        write(chain, placed, leaves, shapes)
        root = Root(chain=chain, number=before.number + 1 if before else 1, first=first, last=placed[-1][0])
        root.made_at, root.was_complete = made_at, not bundle.is_full
        close(root, bytes(before.head) if before else BEFORE_THE_FIRST, [leaves[place] for place, _event in placed])


def close(root: Root, before: bytes, leaves: Sequence[bytes]) -> None:
    """Computes the root over its leaves, chains it to the head before it, and saves it."""
    root.merkle = merkle_root(leaves)
    facts = {"number": root.number, "first": root.first, "last": root.last}
    root.head = head_of(before, root.merkle, **facts, made_at=root.made_at_text)
    root.save(force_insert=True)


def now() -> datetime:
    """By the clock that also dates the events."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)


def shapes_of(tables: Iterable[str]) -> dict[str, tuple[Shape, dict[str, str]]]:
    """The shape each table has now, made if it is new, and the types of its columns."""
    found = {}
    for table, columns in columns_of(sorted(tables)).items():
        shape, _made = Shape.objects.get_or_create(table=EventTable.objects.get(name=table), columns=list(columns))
        found[table] = shape, columns
    return found


def leaves_of(placed: Sequence[tuple[int, Found]], shapes: dict[str, tuple[Shape, dict[str, str]]]) -> dict[int, bytes]:
    """The leaf of each sequence; the lines are hashed as they stream by."""
    by_table: dict[str, list[tuple[int, int]]] = {}
    for sequence, found in placed:
        by_table.setdefault(found.table, []).append((sequence, found.event))
    leaves: dict[int, bytes] = {}

    def take(sequence: int, line: bytes | None) -> None:
        assert line is not None
        leaves[sequence] = leaf_of(line)

    for table, places in by_table.items():
        read_lines(table, shapes[table][1], places, take)
    return leaves


def write(chain: Chain, placed: Sequence[tuple[int, Found]], leaves: dict[int, bytes], shapes: dict[str, Any]) -> None:
    rows = StringIO()
    for sequence, found in placed:
        shape = shapes[found.table][0]
        rows.write(
            f"{chain.pk}\t{sequence}\t{shape.table_id}\t{found.event}\t{shape.pk}\t\\\\x{leaves[sequence].hex()}\n"
        )
    rows.seek(0)
    columns = "chain_id, sequence, table_id, event, shape_id, leaf"
    copied(f"COPY {SealedEvent._meta.db_table} ({columns}) FROM STDIN", rows)


def settle(emptied: Sequence[Progress], highest: dict[str, int], ended: int, horizon: int) -> None:
    """Moves each table of which everything seen is sealed as far as it is safe, and sets the next ceiling."""
    for row in emptied:
        # A horizon that lies ahead is of another cluster: this database was restored from a backup.
        if row.ceiling and row.horizon <= ended:
            row.settled, row.ceiling = max(row.settled, row.ceiling), 0
        if not row.ceiling or row.horizon > horizon:
            row.ceiling, row.horizon = highest[row.table.name], horizon
    Progress.objects.bulk_update(emptied, ["settled", "ceiling", "horizon"])
