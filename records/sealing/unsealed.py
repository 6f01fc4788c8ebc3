"""Events that stand under no root: some wait for the sealer; others were put in later, or their seal was cut off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from .belonging import event_tables, organisation_of
from .models import Progress, SealedEvent

UNSEALED = """
    SELECT e.pgh_id, e.pgh_created_at FROM "{table}" e
    WHERE NOT EXISTS (SELECT FROM {sealed} s WHERE s.table_id = %s AND s.event = e.pgh_id) ORDER BY e.pgh_id LIMIT %s
"""
# Asked only of what was found, which is little as a rule.
OWNERS = 'SELECT e.pgh_id, {organisation} FROM "{table}" e WHERE e.pgh_id = ANY(%s)'
# No more than so many of one table are looked at.
MOST = 1000


class Unsealed(NamedTuple):
    """An event under no root. `is_passed`: the sealer has settled higher numbers, so it will never be sealed."""

    table: str
    event: int
    at: datetime
    organisation: int | None
    is_passed: bool


def unsealed_events() -> Iterator[Unsealed]:
    """Of every event table, whosever they are."""
    progress = {row.table.name: row for row in Progress.objects.select_related("table")}
    for table in event_tables():
        yield from of_table(table, progress.get(table._meta.db_table))


def of_table(table: Any, row: Progress | None) -> Iterator[Unsealed]:
    name = table._meta.db_table
    with connection.cursor() as cursor:
        sealed = SealedEvent._meta.db_table
        cursor.execute(UNSEALED.format(table=name, sealed=sealed), [row.table_id if row else 0, MOST])
        found = cursor.fetchall()
        if not found:
            return
        owners = OWNERS.format(table=name, organisation=organisation_of(table))
        cursor.execute(owners, [[event for event, _at in found]])
        owner = dict(cursor.fetchall())
    for event, at in found:
        yield Unsealed(name, event, at, owner[event], bool(row and event <= row.settled))
