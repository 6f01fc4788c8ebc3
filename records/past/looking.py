"""Looks at a day gone by: for as long as it lasts, whatever is read is read as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import connection

from organisations.models import Organisation
from organisations.moment import LOOKED_AT, Past, end_of
from records.events import table_of
from records.models import Record

from .shadows import in_the_past

# As many changes of records, by the database's own estimate, are read as a whole in a moment.
SHORT = 20_000


@contextmanager
def looking_back(organisation: Organisation, day: date | None) -> Iterator[None]:
    """Everything read within is of the end of `day` at the organisation; of now where that is None.

    Of this organisation only: others have no records then. Rights, jobs and people are those of today
    (history.OF_TODAY).
    Raises shadows.PastStaysError where something would be changed.
    """
    token = LOOKED_AT.set(past_of(organisation, day) if day else None)
    try:
        with made_of_history():
            yield
    finally:
        LOOKED_AT.reset(token)


def past_of(organisation: Organisation, day: date) -> Past:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table_of(Record)._meta.db_table])
        is_short = cursor.fetchone()[0] < SHORT
    return Past(organisation.pk, day, end_of(day, organisation.zone), is_short)


@contextmanager
def made_of_history() -> Iterator[None]:
    """Puts shadows before every statement, once, and before pghistory puts anything there.

    A shadow has no primary key, so all columns are grouped by.
    """
    if read_then in connection.execute_wrappers:
        yield
        return
    features: Any = connection.features
    features.allows_group_by_selected_pks = False
    connection.execute_wrappers.insert(0, read_then)
    try:
        yield
    finally:
        connection.execute_wrappers.remove(read_then)
        del features.allows_group_by_selected_pks


def read_then(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: dict[str, Any]) -> Any:
    """One of `connection.execute_wrappers`."""
    looked_at = LOOKED_AT.get()
    if looked_at is not None:
        sql = in_the_past(sql, looked_at, has_values=values is not None)
    return execute(sql, values, many, context)
