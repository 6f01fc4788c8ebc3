"""The counts of the rail: one query of what somebody may see, whose SQL is kept as long as it would be the same.

Putting together twenty counts takes longer than counting, and it is done for every page. The SQL depends on nothing but
what is in `Seen`: the query is made from that alone, so whoever gains or loses a right, or begins a new day, has
another one. What was given record by record is asked by the query itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection

from clauses.models import Position
from evidence.models import Evidence
from organisations.counting import HowMany
from organisations.mail_jobs import in_trouble
from organisations.models import Organisation, User
from organisations.roles import MANAGE_MEMBERS
from records.mentions import unread
from records.models import SOON, Record
from reports.due import due_parts, row_of
from risks.models import Concern, ImpactAssessment, Incident, Risk, Treatment
from systems.models import AISystem, Supplier


@dataclass(frozen=True)
class Seen:
    """All that decides which rows are counted: who looks, where, on which day there, and what memberships allow."""

    person: int
    is_active: bool
    organisation: int
    timezone: str
    today: date
    held: tuple[tuple[int, frozenset[str]], ...]
    days: tuple[tuple[int, date], ...]


def counts_for(user: Any, organisation: Organisation) -> dict[str, int]:
    """All counts in one query, each of them of what `user` may see, as noted for the request (records.grants)."""
    names, sql, parameters = counting(seen_by(user, organisation))
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return dict(zip(names, cursor.fetchone(), strict=True))


def seen_by(user: Any, organisation: Organisation) -> Seen:
    held, days = tuple(user.held.items()), tuple(user.days.items())
    return Seen(user.pk, user.is_active, organisation.pk, organisation.timezone, organisation.today(), held, days)


@lru_cache(maxsize=256)
def counting(seen: Seen) -> tuple[tuple[str, ...], str, tuple[Any, ...]]:
    """Names of the counts, and the SQL and parameters that count them in this order."""
    asked = rows_to_count(seen)
    counted = {f"n_{name}": HowMany(rows) for name, rows in asked.items()}
    sql, parameters = Organisation.objects.filter(pk=seen.organisation).values(**counted).query.sql_with_params()
    return tuple(asked), sql, parameters


def rows_to_count(seen: Seen) -> dict[str, Any]:
    person: Any = User(pk=seen.person, is_active=seen.is_active)
    organisation = Organisation(pk=seen.organisation, timezone=seen.timezone)
    person.held, person.days = dict(seen.held), dict(seen.days)

    def mine(kind: type[Record]) -> Any:
        return kind.objects.visible_to(person).of(organisation)

    due = due_parts(person, organisation, seen.today + SOON, owner=person)
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
    if MANAGE_MEMBERS in person.held.get(seen.organisation, frozenset()):
        asked["troubled"] = in_trouble(organisation)
    return asked
