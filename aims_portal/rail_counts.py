"""The counts of the rail: one query of what somebody may see, kept as SQL (organisations.kept_sql)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db import connection

from clauses.models import Position
from evidence.models import Evidence
from organisations.counting import HowMany
from organisations.kept_sql import Reader, reader_of
from organisations.mail_jobs import in_trouble
from organisations.models import Organisation
from organisations.roles import MANAGE_MEMBERS
from records.mentions import unread
from records.models import SOON, Record
from reports.due import due_parts, row_of
from risks.models import Concern, ImpactAssessment, Incident, Risk, Treatment
from systems.models import AISystem, Supplier


def counts_for(user: Any, organisation: Organisation) -> dict[str, int]:
    """All counts in one query, each of them of what `user` may see, as noted for the request (records.grants)."""
    reader = reader_of(user, organisation)
    assert reader, "the rail is drawn for a request"
    names, sql, parameters = counting(reader)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return dict(zip(names, cursor.fetchone(), strict=True))


@lru_cache(maxsize=256)
def counting(reader: Reader) -> tuple[tuple[str, ...], str, tuple[Any, ...]]:
    """Names of the counts, and the SQL and parameters that count them in this order."""
    asked = rows_to_count(reader)
    counted = {f"n_{name}": HowMany(rows) for name, rows in asked.items()}
    sql, parameters = Organisation.objects.filter(pk=reader.place).values(**counted).query.sql_with_params()
    return tuple(asked), sql, parameters


def rows_to_count(reader: Reader) -> dict[str, Any]:
    person, organisation = reader.user, reader.organisation

    def mine(kind: type[Record]) -> Any:
        return kind.objects.visible_to(person).of(organisation)

    due = due_parts(person, organisation, reader.today + SOON, owner=person)
    asked: dict[str, Any] = {
        "systems": mine(AISystem),
        "risks": mine(Risk).open(),
        "suppliers": mine(Supplier),
        "treatments": mine(Treatment),
        "impact": mine(ImpactAssessment),
        "incidents": mine(Incident),
        "concerns": mine(Concern),
        "evidence": mine(Evidence),
        "controls": mine(Position).controls(),
        "mentions": unread(person, organisation),
        **{f"due_{source.rule}": row_of(rows, source) for source, rows in due.items()},
    }
    if MANAGE_MEMBERS in person.held.get(reader.place, frozenset()):
        asked["troubled"] = in_trouble(organisation)
    return asked
