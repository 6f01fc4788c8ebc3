"""An internal audit of all clauses with its report, and a review with its minutes: nothing missing in 9 and 10."""

from __future__ import annotations

from typing import Any

from audits.models import Audit, ManagementReview
from tests.audits.improving_making import make_review, spoken


def keep_audit(stage: Any, **fields: Any) -> Audit:
    """An internal audit of every clause whose report was issued ten days ago."""
    defaults = {"title": "Full scope", "audit_kind": "internal", "owner": stage.officer}
    issued = {"state": "report_issued", "report_on": stage.day(-10)}
    return Audit.objects.create(organisation=stage.organisation, **defaults | issued | fields)


def keep_review(stage: Any, **fields: Any) -> ManagementReview:
    """A review of five days ago that spoke about every input; its minutes are issued."""
    held: dict[str, Any] = {"chair": stage.officer, "owner": stage.officer, "held_on": stage.day(-5)}
    return issued(spoken(make_review(stage.organisation, **held | fields)))


def issued(review: ManagementReview) -> ManagementReview:
    review.state, review.issued_on = "issued", review.held_on
    review.save()
    return review
