"""Where an organisation stands: every position with its facts and verdict on a day, in one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection

from evidence.models import Evidence
from records.models import SOON

from .models import Position
from .verdict import Facts, Verdict, judge

# What the facts of positions are counted from; `{valid}` is the evidence that proves something on the day.
GATHER = """
    WITH proof AS (
        SELECT link.record_id, link.evidence_id, item.valid_until,
            proving.pk IS NOT NULL AS is_valid
        FROM evidence_proof link
        -- Looked up one by one (LIMIT): few are linked, and a join would read the whole library.
        JOIN LATERAL (
            SELECT valid_until FROM evidence_evidence WHERE record_ptr_id = link.evidence_id LIMIT 1
        ) item ON true
        LEFT JOIN LATERAL (
            SELECT pk FROM ({valid}) valid WHERE valid.pk = link.evidence_id LIMIT 1
        ) proving ON true
        WHERE link.record_id = ANY(%s)
    ), counted AS (
        SELECT record_id, count(*) FILTER (WHERE is_valid) AS valid,
            count(*) FILTER (WHERE valid_until < %s) AS expired,
            count(*) FILTER (WHERE is_valid AND valid_until <= %s) AS expiring
        FROM proof GROUP BY record_id
    ), shown AS (
        SELECT DISTINCT one.position_id, one.expected_id
        FROM clauses_expectedproof one
        JOIN proof ON proof.record_id = one.position_id AND proof.evidence_id = one.evidence_id
        WHERE proof.is_valid
    )
    SELECT position.record_ptr_id, requirement.kind = 'control', position.applicable, position.status,
        (SELECT count(*) FROM clauses_question question
            WHERE question.requirement_id = position.requirement_id AND NOT question.is_withdrawn),
        (SELECT array_agg(answer.value) FROM clauses_answer answer
            JOIN clauses_question question ON question.id = answer.question_id
            WHERE answer.position_id = position.record_ptr_id AND answer.value <> '' AND NOT question.is_withdrawn),
        (SELECT json_agg(json_build_array(expected.name, expected.is_mandatory,
                (position.record_ptr_id, expected.id) IN (SELECT position_id, expected_id FROM shown))
                ORDER BY expected."order")
            FROM clauses_expectedevidence expected
            WHERE expected.requirement_id = position.requirement_id AND NOT expected.is_withdrawn),
        coalesce(counted.valid, 0), coalesce(counted.expired, 0), coalesce(counted.expiring, 0)
    FROM clauses_position position JOIN clauses_requirement requirement ON requirement.id = position.requirement_id
    LEFT JOIN counted ON counted.record_id = position.record_ptr_id
    WHERE position.record_ptr_id = ANY(%s)
"""


@dataclass(frozen=True)
class Standing:
    """One position, what is on record about it, and what that amounts to."""

    position: Position
    facts: Facts
    verdict: Verdict


def standings(positions: Iterable[Position], *, on: date) -> list[Standing]:
    """Judges positions in the order given. One query however many there are."""
    positions = list(positions)
    facts = facts_of([position.pk for position in positions], on=on)
    return [Standing(position, facts[position.pk], judge(facts[position.pk])) for position in positions]


def facts_of(positions: list[int], *, on: date) -> dict[int, Facts]:
    """What is on record about positions, by their ids."""
    if not positions:
        return {}
    valid, parameters = valid_evidence(on)
    with connection.cursor() as cursor:
        cursor.execute(GATHER.format(valid=valid), [*parameters, positions, on, on + SOON, positions])
        return {row[0]: as_facts(*row[1:]) for row in cursor.fetchall()}


@lru_cache(maxsize=8)
def valid_evidence(on: date) -> tuple[str, tuple[Any, ...]]:
    """SQL and parameters of the ids of all evidence that proves something on the day."""
    return Evidence.objects.valid(on).values("pk").query.sql_with_params()


def as_facts(
    is_control: bool,
    applicable: bool | None,
    status: str,
    questions: int,
    answers: list[str] | None,
    expected: list[tuple[str, bool, bool]] | None,
    *evidence: int,
) -> Facts:
    values, items = answers or [], expected or []
    missing = [(name, is_mandatory) for name, is_mandatory, is_shown in items if not is_shown]
    valid, expired, expiring = evidence
    return Facts(
        is_control=is_control,
        applicable=applicable,
        status=status,
        questions=questions,
        answers={value: values.count(value) for value in values},
        expected=len(items),
        expected_present=len(items) - len(missing),
        mandatory=sum(is_mandatory for _name, is_mandatory, _is_shown in items),
        mandatory_missing=tuple(name for name, is_mandatory in missing if is_mandatory),
        usual_missing=tuple(name for name, is_mandatory in missing if not is_mandatory),
        evidence_valid=valid,
        evidence_expired=expired,
        evidence_expiring=expiring,
    )
