"""Review of an impact assessment: who may approve it, and the decision that goes with it (ISO 42001 8.4, A.5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from organisations.authority import Authority
from organisations.models import User
from organisations.requests import MemberRequest
from records.approval_pages import ApprovalPages
from records.approving import approve
from risks.impact.completeness import contradiction
from risks.impact.rating import overall_of, review_due, with_level
from risks.impact.screening import full_by_answers, proposed
from risks.models import LEVELS, Decision, ImpactAssessment, Level, Screening, Standing


def needed(assessment: ImpactAssessment) -> Authority:
    """Light: a head of department. Full: designated management. What remains high or critical: top management.

    Where full was proposed, a lighter one that was chosen needs designated management as well.
    """
    if overall_of(assessment) in {Level.HIGH, Level.CRITICAL}:
        return Authority.TOP
    is_full = Screening.FULL in {assessment.screening, proposed(assessment).depth}
    return Authority.DESIGNATED if is_full else Authority.HEAD


def with_needed(assessments: QuerySet[Any]) -> QuerySet[Any]:
    """Annotates `needs`, what `needed` says of each of these that were submitted."""
    is_high = Q(level_rank__gte=LEVELS.index(Level.HIGH))
    is_full = Q(screening=Screening.FULL) | full_by_answers()
    needs = Case(
        When(is_high, then=Value(Authority.TOP.value)),
        When(is_full, then=Value(Authority.DESIGNATED.value)),
        default=Value(Authority.HEAD.value),
        output_field=CharField(),
    )
    return with_level(assessments).annotate(needs=needs)


def earlier(assessment: ImpactAssessment) -> Any:
    return ImpactAssessment.objects.filter(organisation=assessment.organisation, system=assessment.system)


def approve_assessment(
    assessment: ImpactAssessment, *, by: User, seen: int | None, decision: str, conditions: str, note: str
) -> None:
    """Approves the version that was shown, with the decision as it was proposed, or another one with a remark.

    The system's earlier approved ones are superseded. Raises ValidationError with the reason where it is refused.
    """
    if decision not in Decision.values and (decision or assessment.screening != Screening.NONE):
        raise ValidationError(_("Say how you decide: go, go with conditions, no go or stop."))
    if why := contradiction(assessment, decision, conditions):
        raise ValidationError(why)
    if assessment.decision and decision != assessment.decision and not note.strip():
        raise ValidationError(_("Say why you decide otherwise than was proposed."))
    today = assessment.organisation.today()
    approve(
        assessment,
        by=by,
        seen=seen,
        needed=needed(assessment),
        earlier=earlier(assessment),
        note=note,
        decision=decision,
        conditions=conditions.strip(),
        review_on=assessment.review_on or review_due(assessment, today),
    )


class ImpactApprovalPages(ApprovalPages):
    """The three addresses, where approving also decides."""

    def section(self, request: MemberRequest, version: Any, *, may_change: bool) -> dict[str, Any]:
        shown = super().section(request, version, may_change=may_change)
        return shown | {"decide_with": "risks/impact_decision.html", "decisions": Decision.choices}

    def decide(self, version: Any, *, by: User, seen: int | None, given: Mapping[str, str]) -> None:
        approve_assessment(
            version,
            by=by,
            seen=seen,
            decision=given.get("decision", version.decision if version.state == Standing.IN_REVIEW else ""),
            conditions=given.get("conditions", version.conditions).replace("\r\n", "\n"),
            note=given.get("note", ""),
        )
