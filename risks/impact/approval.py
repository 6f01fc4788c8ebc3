"""Review of an impact assessment: who may approve it, and the decision that goes with it (ISO 42001 8.4, A.5.2)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _

from organisations.authority import Authority
from organisations.models import User
from organisations.requests import MemberRequest
from records.approval_pages import ApprovalPages, seen
from records.approving import approve
from risks.impact.completeness import contradiction
from risks.impact.rating import overall_of, review_due
from risks.models import Decision, ImpactAssessment, Level, Screening, Standing


def needed(assessment: ImpactAssessment) -> Authority:
    """Light: a head of department. Full: designated management. What remains high or critical: top management."""
    if overall_of(assessment) in {Level.HIGH, Level.CRITICAL}:
        return Authority.TOP
    return Authority.DESIGNATED if assessment.screening == Screening.FULL else Authority.HEAD


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

    def approve(self, request: MemberRequest, **where: Any) -> HttpResponse:
        version = self.deciding(request, **where)
        posted = request.POST
        return self.done(
            request,
            version,
            _("%(record)s is approved."),
            lambda: approve_assessment(
                version,
                by=request.user,
                seen=seen(request),
                decision=posted.get("decision", version.decision if version.state == Standing.IN_REVIEW else ""),
                conditions=posted.get("conditions", version.conditions).replace("\r\n", "\n"),
                note=posted.get("note", ""),
            ),
        )
