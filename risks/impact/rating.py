"""Levels of impact on people, by the criteria an assessment was made with, or by those in force (ISO 42001 6.1.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from organisations.models import Organisation
from records.months import months_after
from risks.criteria.in_force import criteria_in_force, starting_values
from risks.models import LEVELS, Impact, ImpactAssessment, Level, RiskCriteria

REMAINING = Q(residual_severity__isnull=False, residual_likelihood__isnull=False)


@dataclass(frozen=True)
class Rated:
    """A score with its level, as a swatch shows it."""

    score: int
    level: Level

    def __str__(self) -> str:
        return f"{self.score} {self.level.label}"


def approved_or_usual(organisation: Organisation) -> RiskCriteria:
    """The approved criteria; where there are none yet, unsaved ones with the usual 5 × 5 scale."""
    found = criteria_in_force(organisation)
    if found and found.is_approved:
        return found
    return RiskCriteria(organisation=organisation, **starting_values())


def criteria_of(assessment: ImpactAssessment) -> RiskCriteria:
    return assessment.criteria or approved_or_usual(assessment.organisation)


def rating(criteria: RiskCriteria, severity: int | None, likelihood: int | None) -> Rated | None:
    if severity is None or likelihood is None:
        return None
    return Rated(severity * likelihood, criteria.level_of(likelihood, severity, individuals=severity))


def inherent(impact: Impact, criteria: RiskCriteria) -> Rated | None:
    return rating(criteria, impact.severity, impact.likelihood)


def residual(impact: Impact, criteria: RiskCriteria) -> Rated | None:
    return rating(criteria, impact.residual_severity, impact.residual_likelihood)


def overall(impacts: Iterable[Impact], criteria: RiskCriteria) -> Level | None:
    """The highest level that remains in a dimension; where none is given for it, the one before measures."""
    found = [residual(impact, criteria) or inherent(impact, criteria) for impact in impacts if impact.is_affected]
    return max((one.level for one in found if one), key=LEVELS.index, default=None)


def overall_of(assessment: ImpactAssessment) -> Level | None:
    return overall(assessment.impacts.all(), criteria_of(assessment))


def with_level(assessments: QuerySet[Any], organisation: Organisation | None = None) -> QuerySet[Any]:
    """Annotates `level_rank`, the place of `overall_of` in LEVELS (None: not rated): one query for a whole list.

    Without an `organisation` for those that have criteria, as everything has that was submitted; nothing is asked.
    """
    usual = approved_or_usual(organisation) if organisation else RiskCriteria(**starting_values())

    def theirs(name: str, output: Any) -> Any:
        return Coalesce(F(f"assessment__criteria__{name}"), Value(getattr(usual, name)), output_field=output)

    numbers = ("medium_from", "high_from", "critical_from", "size")
    rows = Impact.objects.filter(assessment=OuterRef("pk"), is_affected=True).annotate(
        by_severity=Case(When(REMAINING, then=F("residual_severity")), default=F("severity")),
        by_likelihood=Case(When(REMAINING, then=F("residual_likelihood")), default=F("likelihood")),
        score=F("by_severity") * F("by_likelihood"),
        overrides=theirs("individuals_override", BooleanField()),
        **{name: theirs(name, IntegerField()) for name in numbers},
    )
    is_grave = Q(overrides=True, by_severity=F("size"))
    rank = Case(
        When(score__gte=F("critical_from"), then=Value(3)),
        When(Q(score__gte=F("high_from")) | is_grave, then=Value(2)),
        When(score__gte=F("medium_from"), then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    highest = rows.exclude(score=None).annotate(rank=rank).order_by("-rank").values("rank")[:1]
    return assessments.annotate(level_rank=Subquery(highest, output_field=IntegerField()))


def review_due(assessment: ImpactAssessment, today: date) -> date:
    """Until when it is current by the criteria, counted from the assessment, or from today if that has run out."""
    months = criteria_of(assessment).months_for(assessment.system.risk_class)
    due = months_after(assessment.assessed_on or today, months)
    return due if due > today else months_after(today, months)
