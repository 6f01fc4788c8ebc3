"""An internal audit of all clauses with its report, and a review with its minutes: nothing missing in 9 and 10."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from audits.models import Audit, AuditRequirement, ManagementReview
from clauses.models import Requirement
from tests.audits.improving_making import make_review, spoken


def keep_audit(stage: Any, *, covers: Iterable[Requirement] = (), **fields: Any) -> Audit:
    """An internal audit whose report was issued ten days ago; of every clause where none are named."""
    defaults = {"title": "Full scope", "audit_kind": "internal", "owner": stage.officer, "state": "under_way"}
    told = {"state": "report_issued", "report_on": stage.day(-10)} | fields
    audit = Audit.objects.create(organisation=stage.organisation, **defaults)
    AuditRequirement.objects.bulk_create(AuditRequirement(audit=audit, requirement=one) for one in covers)
    # Once its report is issued nothing in it changes.
    Audit.objects.filter(pk=audit.pk).update(**told)
    audit.refresh_from_db()
    return audit


def keep_review(stage: Any, **fields: Any) -> ManagementReview:
    """A review of five days ago that spoke about every input; its minutes are issued."""
    held: dict[str, Any] = {"chair": stage.officer, "owner": stage.officer, "held_on": stage.day(-5)}
    return issued(spoken(make_review(stage.organisation, **held | fields)))


def issued(review: ManagementReview) -> ManagementReview:
    review.state, review.issued_on = "issued", review.held_on
    review.save()
    return review
