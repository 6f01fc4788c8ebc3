"""SQL that gives a table as it was at the end of a day, made of its history.

A shadow is a common table expression with the name of the table it stands for: a statement that reads the table reads
the shadow once that is put in front. So nothing that asks the database has to know of it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Field, GeneratedField, Model

from organisations.history import OF_TODAY
from organisations.moment import Past
from records.models import Record

WORD = re.compile(r"[a-z_]{4,}")
READS = re.compile(r"\s*\(*\s*(SELECT|WITH)\b", re.IGNORECASE)
BEGINS = re.compile(r"\s*WITH\s+", re.IGNORECASE)

# A statement as long as this reads the same tables dozens of times: to plan each takes longer than to read them once,
# unless there is very much to read.
LONG = 10_000


class PastStaysError(Exception):
    """Something tried to change what was."""


def in_the_past(sql: str, looked_at: Past, *, has_values: bool) -> str:
    """The statement, reading every table with a history as it was. Raises PastStaysError where it would change one."""
    named = needed(frozenset(WORD.findall(sql)).intersection(tables()))
    if not named:
        return sql
    if not READS.match(sql):
        raise PastStaysError(sql[:200])
    shadows = ", ".join(shadow(name, looked_at) for name in named)
    if looked_at.is_short and len(sql) > LONG:
        shadows = shadows.replace(" AS NOT MATERIALIZED ", " AS MATERIALIZED ")
    if has_values:
        shadows = shadows.replace("%", "%%")
    begins = BEGINS.match(sql)
    return f"WITH {shadows}, {sql[begins.end() :]}" if begins else f"WITH {shadows} {sql}"


def shadow(name: str, looked_at: Past) -> str:
    until = f"'{looked_at.until.isoformat()}'::timestamptz"
    return tables()[name].replace("{until}", until).replace("{organisation}", str(looked_at.organisation))


@cache
def tables() -> dict[str, str]:
    """By the name of a table or of its history: the shadow, with places for `{until}` and the `{organisation}`."""
    found = {}
    for table in apps.get_models():
        model = getattr(table, "pgh_tracked_model", None)
        if model is None:
            continue
        found[table._meta.db_table] = history_of(table._meta.db_table)
        if model not in OF_TODAY:
            found[model._meta.db_table] = table_then(model, table)
    return found


@cache
def needed(names: frozenset[str]) -> tuple[str, ...]:
    """Shadows a statement with these names needs, each after those it reads itself; histories come last.

    (A shadow reads the whole history, which it may not do once the history has a shadow.)
    """
    histories = {name for name in names if tables()[name] == history_of(name)}
    ordered: list[str] = []

    def put(name: str) -> None:
        for other in sorted(frozenset(WORD.findall(tables()[name])) & tables().keys() - {name, f"{name}event"}):
            if other not in ordered:
                put(other)
        if name not in ordered:
            ordered.append(name)

    for name in sorted(names - histories):
        put(name)
    return (*ordered, *sorted(histories))


def history_of(name: str) -> str:
    """What had happened by then."""
    return f'"{name}" AS NOT MATERIALIZED (SELECT * FROM "{name}" WHERE pgh_created_at < {{until}})'


def table_then(model: type[Model], table: type[Model]) -> str:
    """The newest state of each row that had been written by then and was not deleted."""
    events, own = table._meta.db_table, ""
    if model is Record:
        own = "AND e.organisation_id = {organisation}"
    kept, made = columns(model, table)
    live = any(part.startswith("live.") for part in kept)
    joined = f'LEFT JOIN "{model._meta.db_table}" live ON live."{model._meta.pk.column}" = e.pgh_obj_id' if live else ""
    rows = (
        f"SELECT {', '.join(kept)} FROM {events} e {joined} WHERE e.pgh_created_at < {{until}} {own} "
        f"AND e.pgh_label <> 'delete' AND NOT EXISTS (SELECT 1 FROM {events} later WHERE "
        f"later.pgh_obj_id = e.pgh_obj_id AND later.pgh_id > e.pgh_id AND later.pgh_created_at < {{until}})"
    )
    if made:
        rows = f"SELECT kept.*, {', '.join(made)} FROM ({rows}) kept"
    return f'"{model._meta.db_table}" AS NOT MATERIALIZED ({rows})'


def columns(model: type[Model], table: type[Model]) -> tuple[list[str], list[str]]:
    """SQL for each column: from history, from what the model says of then (`THEN`), or from the row as it is now;
    and apart from them those that the database makes of others.
    """
    told = {item.column for item in table._meta.concrete_fields}
    then: dict[str, str] = getattr(model, "THEN", {})
    kept, made = [], []
    for item in model._meta.local_concrete_fields:
        name = f'"{item.column}"'
        if isinstance(item, GeneratedField):
            made.append(f"{generated(item)} AS {name}")
        elif item.primary_key:
            kept.append(f"e.pgh_obj_id AS {name}")
        elif item.column in told:
            kept.append(f"e.{name}")
        elif item.column in then:
            kept.append(f"{then[item.column]} AS {name}")
        else:
            kept.append(f"live.{name}")
    return kept, made


def generated(item: Field[Any, Any]) -> str:
    sql, values = item.generated_sql(connection)  # type: ignore[attr-defined]
    quoted = connection.schema_editor().quote_value
    return f"({sql % tuple(map(quoted, values))})" if values else f"({sql})"
