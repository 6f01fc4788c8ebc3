"""Reviews that are overdue: of each register a test of its own with its clause, and one of everything else."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Value, When
from django.utils.translation import gettext_lazy as _

from clauses.models import (
    AIMSProcess,
    Awareness,
    Communication,
    Competence,
    ContextIssue,
    InterestedParty,
    LegalRequirement,
    Objective,
    Resource,
    RoleAssignment,
)
from records.models import Record
from reports.dates import still_reviewed
from risks.models import ImpactAssessment, Risk
from systems.models import Supplier

from .lists import Group, Listed, Seen
from .risk_lists import unassessed

REVIEWED: tuple[tuple[str, type[Record], str, Any], ...] = (
    ("issue-reviews", ContextIssue, "4.1", _("Reviews of context issues overdue")),
    ("party-reviews", InterestedParty, "4.2", _("Reviews of interested parties overdue")),
    ("law-reviews", LegalRequirement, "4.2", _("Reviews of legal requirements overdue")),
    ("process-reviews", AIMSProcess, "4.4", _("Reviews of processes overdue")),
    ("role-reviews", RoleAssignment, "5.3", _("Reviews of roles overdue")),
    ("objective-reviews", Objective, "6.2", _("Reviews of AI objectives overdue")),
    ("resource-reviews", Resource, "7.1", _("Reviews of resources overdue")),
    ("competence-reviews", Competence, "7.2", _("Reviews of competences overdue")),
    ("awareness-reviews", Awareness, "7.3", _("Reviews of awareness campaigns overdue")),
    ("communication-reviews", Communication, "7.4", _("Reviews of communications overdue")),
    ("risk-reviews", Risk, "8.2", _("Risk reviews overdue")),
    ("supplier-reviews", Supplier, "8.1, A.10.3", _("Reviews of suppliers overdue")),
)
TOLD_APART = {kind.KIND for _code, kind, _clause, _title in REVIEWED}
OVERDUE = _("The day of their next review has passed.")


def late_reviews(seen: Seen) -> Any:
    """Whatever has a review that is overdue, but assessments whose system is told to have none in force."""
    expired = ImpactAssessment.objects.filter(pk=OuterRef("pk"), system__in=unassessed(seen))
    return still_reviewed(seen.of(Record).filter(review_on__lt=seen.on)).exclude(Exists(expired))


def reviews_of(kind: type[Record]) -> Any:
    return lambda seen: late_reviews(seen).filter(kind=kind.KIND)


def review_codes() -> Case:
    """The list in which an overdue review is told."""
    told = (When(kind=kind.KIND, then=Value(code)) for code, kind, _clause, _title in REVIEWED)
    return Case(*told, default=Value("overdue"), output_field=CharField())


GROUP = Group(late_reviews, review_codes)


def listed(code: str, kind: type[Record], clause: str, title: Any) -> Listed:
    return Listed(code, clause, title, OVERDUE, reviews_of(kind), blocks=False, group=GROUP)


REVIEWS = {code: listed(code, kind, clause, title) for code, kind, clause, title in REVIEWED}
RISK_REVIEWS = REVIEWS.pop("risk-reviews")
OTHERS = Listed(
    *("overdue", "", _("Other reviews overdue")),
    _("Requirements, AI systems and whatever else has a day of review that has passed."),
    lambda seen: late_reviews(seen).exclude(kind__in=TOLD_APART),
    blocks=False,
    group=GROUP,
)
REVIEW_TESTS = (*REVIEWS.values(), OTHERS)
