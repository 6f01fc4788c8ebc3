"""Gives the sample organisations a past, so that the demo can look back: each record was made when its own days say.

The sample is loaded in one moment, and history says so. Here its history is moved to the newest day that a record tells
of itself, never before what it points at. It is done past the triggers that keep history, by a superuser, on the demo's
own database, before anything is sealed: the one thing that no installation with people in it may do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from clauses.models import Position
from organisations.models import Organisation
from records.events import table_of
from records.models import Record

BEGAN = timedelta(days=400)
# Days that lie ahead of what is told: until when something is due or valid.
AHEAD = ("due", "valid", "expires", "review", "next", "until", "was_due", "check", "ends", "stage")
Row = tuple[type[models.Model], Any]


def give_a_past(organisation: Organisation) -> None:
    """Within the transaction that loaded the organisation. Raises ProgrammingError where the database refuses."""
    told = Past(organisation)
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        loaded = cursor.fetchone()[0]
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model, table in tracked():
            for pk in told.rows[model]:
                move(cursor, table, pk, told.moment(model, pk), loaded)
        begin(cursor, organisation, told.moment(Organisation, organisation.pk))
        cursor.execute("SET LOCAL session_replication_role = origin")


def tracked() -> Iterator[tuple[type[models.Model], type[models.Model]]]:
    for table in apps.get_models():
        model = getattr(table, "pgh_tracked_model", None)
        if model is not None:
            yield model, table


def move(cursor: Any, table: type[models.Model], pk: Any, at: datetime, loaded: datetime) -> None:
    """The history of one row, and of a record when it was made."""
    is_record = table is table_of(Record)
    own = ", created_at = %(at)s, changed_at = %(at)s" if is_record else ""
    values = {"at": at, "pk": str(pk), "loaded": loaded}
    its = "pgh_obj_id::text = %(pk)s AND pgh_created_at = %(loaded)s"
    cursor.execute(f"UPDATE {table._meta.db_table} SET pgh_created_at = %(at)s{own} WHERE {its}", values)
    if is_record:
        cursor.execute(
            "UPDATE records_record SET created_at = %(at)s, changed_at = %(at)s WHERE id::text = %(pk)s", values
        )


def begin(cursor: Any, organisation: Organisation, at: datetime) -> None:
    """Requirements wait for an answer from the first day on; what is said of them came later."""
    values = {"at": at, "organisation": organisation.pk}
    ours = "SELECT id FROM records_record WHERE kind = 'position' AND organisation_id = %(organisation)s"
    first = f"pgh_label = 'insert' AND pgh_obj_id IN ({ours})"
    cursor.execute(f"UPDATE {table_of(Record)._meta.db_table} SET pgh_created_at = %(at)s WHERE {first}", values)
    events = table_of(Position)._meta.db_table
    said = ", ".join(str(item.column) for item in table_of(Position)._meta.concrete_fields if not item.primary_key)
    kept = said.replace("pgh_label", "'update'")
    cursor.execute(f"INSERT INTO {events} ({said}) SELECT {kept} FROM {events} WHERE {first}", values)
    cursor.execute(
        f"""UPDATE {events} SET pgh_created_at = %(at)s, status = '', status_on = NULL, narrative = '',
            applicable = NULL, justification = '', basis = '{{}}' WHERE {first}""",
        values,
    )


class Past:
    """When each row of an organisation was made, as far as the rows tell."""

    def __init__(self, organisation: Organisation) -> None:
        self.zone, self.today = organisation.zone, organisation.today()
        self.rows = {model: {row.pk: row for row in model._default_manager.all()} for model, _table in tracked()}
        self.known: dict[Row, date] = {}
        self.kinds = {model.KIND: model for model in Record.__subclasses__()}

    def moment(self, model: type[models.Model], pk: Any) -> datetime:
        """In working hours of that day, and not ahead."""
        day = self.day(*self.as_record(model, pk))
        minutes = 540 + hash(str(pk)) % 60
        at = datetime.combine(day, time(), self.zone) + timedelta(minutes=minutes)
        return min(at, timezone.now())

    def day(self, model: type[models.Model], pk: Any) -> date:
        """The newest day of the row and of what it points at; of what points back at it, it is the first."""
        row = self.rows.get(model, {}).get(pk)
        if (model, pk) in self.known or row is None:
            return self.known.get((model, pk), self.today - BEGAN)
        self.known[model, pk] = self.today - BEGAN
        days = [*own_days(row, self.today), *(self.day(*self.as_record(*other)) for other in others(row))]
        self.known[model, pk] = max([self.today - BEGAN, *days])
        return self.known[model, pk]

    def as_record(self, model: type[models.Model], pk: Any) -> Row:
        """A record by its own type, whichever table points at it."""
        if model is Record and pk in self.rows[Record]:
            return self.kinds[self.rows[Record][pk].kind], pk  # type: ignore[attr-defined]
        return model, pk


def own_days(row: models.Model, today: date) -> Iterator[date]:
    for item in row._meta.local_concrete_fields:
        is_day = isinstance(item, models.DateField) and not isinstance(item, models.DateTimeField)
        value = getattr(row, item.attname) if is_day and not item.name.startswith(AHEAD) else None
        if value and value <= today:
            yield value


def others(row: models.Model) -> Iterator[Row]:
    for item in row._meta.local_concrete_fields:
        value = getattr(row, item.attname) if item.is_relation else None
        other: Any = item.related_model
        if value is not None and other is not Organisation and value != row.pk:
            yield other, value
