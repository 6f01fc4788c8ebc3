"""Where an organisation stands: every position with its facts and verdict on a day, in a handful of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from evidence.models import Evidence, Proof
from records.models import SOON

from .models import Answer, ExpectedEvidence, ExpectedProof, Position, Question
from .verdict import Facts, Verdict, judge


@dataclass(frozen=True)
class Standing:
    """One position, what is on record about it, and what that amounts to."""

    position: Position
    facts: Facts
    verdict: Verdict


def standings(positions: Iterable[Position], *, on: date) -> list[Standing]:
    """Judges positions in the order given. Six queries however many there are; `requirement` should be selected."""
    positions = list(positions)
    gathered = Gathered(positions, on=on)
    facts = [gathered.facts(position) for position in positions]
    return [Standing(position, fact, judge(fact)) for position, fact in zip(positions, facts, strict=True)]


class Gathered:
    """Everything that the facts of some positions are counted from."""

    def __init__(self, positions: list[Position], *, on: date) -> None:
        ids = [position.pk for position in positions]
        requirement_ids = {position.requirement_id for position in positions}
        self.answers: dict[int, dict[str, int]] = defaultdict(dict)
        given = Answer.objects.filter(position__in=ids, question__is_withdrawn=False).exclude(value="")
        for row in given.values("position", "value").annotate(n=Count("pk")):
            self.answers[row["position"]][row["value"]] = row["n"]
        questions = Question.objects.filter(requirement__in=requirement_ids, is_withdrawn=False)
        self.questions = dict(questions.values_list("requirement").annotate(n=Count("pk")))
        self.expected: dict[int, list[ExpectedEvidence]] = defaultdict(list)
        for item in ExpectedEvidence.objects.filter(requirement__in=requirement_ids, is_withdrawn=False):
            self.expected[item.requirement_id].append(item)
        linked = Proof.objects.filter(record__in=ids, evidence__in=Evidence.objects.valid(on))
        valid = set(linked.values_list("record", "evidence"))
        self.shown: dict[int, set[int]] = defaultdict(set)
        for position, counted, proof in ExpectedProof.objects.filter(position__in=ids).values_list(
            "position", "expected", "evidence"
        ):
            if (position, proof) in valid:
                self.shown[position].add(counted)
        self.evidence = self.count_evidence(ids, {evidence for _position, evidence in valid}, on)

    @staticmethod
    def count_evidence(ids: list[int], valid: set[int], on: date) -> dict[int, Any]:
        until = "evidence__valid_until"
        rows = (
            Proof.objects.filter(record__in=ids)
            .values("record")
            .annotate(
                valid=Count("pk", filter=Q(evidence__in=valid)),
                expired=Count("pk", filter=Q(**{f"{until}__lt": on})),
                expiring=Count("pk", filter=Q(evidence__in=valid, **{f"{until}__lte": on + SOON})),
            )
        )
        return {row["record"]: row for row in rows}

    def facts(self, position: Position) -> Facts:
        expected = self.expected[position.requirement_id]
        shown = self.shown[position.pk]
        counts = self.evidence.get(position.pk, {})
        return Facts(
            is_control=position.requirement.is_control,
            applicable=position.applicable,
            status=position.status,
            questions=self.questions.get(position.requirement_id, 0),
            answers=self.answers[position.pk],
            expected=len(expected),
            expected_present=sum(item.pk in shown for item in expected),
            mandatory_missing=tuple(item.name for item in expected if item.is_mandatory and item.pk not in shown),
            evidence_valid=counts.get("valid", 0),
            evidence_expired=counts.get("expired", 0),
            evidence_expiring=counts.get("expiring", 0),
        )
