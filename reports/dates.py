"""Every date that waits for somebody: one line for each kind of date, and all lists, reminders and counts have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, DateField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from clauses.models import Awareness, Communication, LegalRequirement, Objective, PlannedChange, TrainingRecord
from evidence.models import Evidence
from organisations.models import Organisation, User
from records.models import Record
from risks.models import (
    Acceptance,
    Concern,
    ConcernState,
    ImpactAssessment,
    Incident,
    Risk,
    RiskCriteria,
    Standing,
    Statement,
    Treatment,
    TreatmentPlan,
    TreatmentState,
)
from risks.models.treatment import UNDER_WAY
from systems.models import AISystem

# Days within which whoever is asked to accept a risk answers.
ANSWER_WITHIN = 7
# What is over needs no review any more; of an impact assessment only the one in force has a day until which it holds.
OVER: tuple[QuerySet[Any], ...] = (
    AISystem.objects.exclude(retired_on=None),
    Risk.objects.exclude(closed_on=None),
    Treatment.objects.exclude(status__in=[*UNDER_WAY, TreatmentState.IMPLEMENTED]),
    Incident.objects.exclude(closed_on=None),
    Concern.objects.filter(state=ConcernState.CLOSED),
    ImpactAssessment.objects.exclude(state=Standing.APPROVED),
    PlannedChange.objects.exclude(closed_on=None),
    *(kind.objects.filter(state=Standing.SUPERSEDED) for kind in (RiskCriteria, TreatmentPlan, Statement)),
)
ALWAYS = Q()


@dataclass(frozen=True, eq=False)
class Source:
    """One kind of date. `day` and `owner` are paths from `kind`; a `day` that is no column is an expression."""

    rule: str
    word: Any
    plural: Any
    kind: type[Record]
    day: str | Callable[[Organisation], Any]
    owner: str = "owner"
    # Path of the words for one of several that a record has, such as its measures.
    says: str = ""
    # Which records have the date. What is said of many rows of one record is said here, all of the same row.
    where: Q = ALWAYS

    def rows(
        self, organisation: Organisation, *, seen_by: Any = None, owner: User | int | None = None
    ) -> QuerySet[Any]:
        """Records of the organisation (that one person may see) with the day, `on`, and who is to act, `actor`."""
        found: Any = self.kind.objects.of(organisation)
        if seen_by is not None:
            found = found.visible_to(seen_by)
        theirs = Q() if owner is None else Q(**{self.owner: owner})
        on = F(self.day) if isinstance(self.day, str) else self.day(organisation)
        dated: QuerySet[Any] = found.filter(self.where & theirs).annotate(on=on, actor=F(self.owner))
        return dated


def still_reviewed(records: QuerySet[Any]) -> QuerySet[Any]:
    """Records that are not over: retired, closed, done or superseded."""
    return records.filter(*(~Exists(over.filter(pk=OuterRef("pk"))) for over in OVER))


class Reviews(Source):
    """Reviews of whatever is not over."""

    def rows(
        self, organisation: Organisation, *, seen_by: Any = None, owner: User | int | None = None
    ) -> QuerySet[Any]:
        return still_reviewed(super().rows(organisation, seen_by=seen_by, owner=owner))


def acceptance_ends(organisation: Organisation) -> Any:
    """The last day on which the residual risk is accepted; one that was renewed ends with its successor."""
    standing = Acceptance.objects.filter(risk=OuterRef("pk"), lapsed_on=None)
    return Subquery(standing.order_by("-until").values("until")[:1])


def answer_due(organisation: Organisation) -> Any:
    return ExpressionWrapper(F("acceptance_asked_on") + Value(ANSWER_WITHIN), DateField())


def notice_due(organisation: Organisation) -> Any:
    return TruncDate("notifications__due_at", tzinfo=organisation.zone)


def law_applies(organisation: Organisation) -> Any:
    """The day from which a requirement applies; once it does, only where nobody said how we comply."""
    waits = Q(applies_from__gte=organisation.today()) | Q(compliance="")
    return Case(When(waits, then=F("applies_from")), output_field=DateField())


REACHED = Exists(Objective.objects.reached().filter(pk=OuterRef("pk")))
# Whether the same person completed the same course again, later.
RENEWED = Exists(
    TrainingRecord.objects.filter(
        organisation=OuterRef("organisation"),
        owner=OuterRef("owner"),
        title__iexact=OuterRef("title"),
        completed_on__gt=OuterRef("completed_on"),
    )
)


# The next version of an assessment repeats the measures of the one in force until it takes its place.
IN_FORCE = Q(state=Standing.APPROVED) | (~Q(state=Standing.SUPERSEDED) & Q(replaces=None))

REVIEW, EVIDENCE = "review", "evidence"
SOURCES: tuple[Source, ...] = (
    Reviews(REVIEW, _("Review"), _("Reviews"), Record, "review_on"),
    Source(EVIDENCE, _("Evidence runs out"), _("Evidence"), Evidence, "valid_until"),
    Source(
        *("treatment", _("Treatment due"), _("Treatments"), Treatment, "due_on"),
        where=Q(status__in=UNDER_WAY, treats__closed_on=None),
    ),
    Source("acceptance", _("Acceptance ends"), _("Acceptances"), Risk, acceptance_ends, where=Q(closed_on=None)),
    Source(
        *("asked", _("Acceptance asked for"), _("Asked to accept"), Risk, answer_due, "acceptance_asked_of"),
        where=Q(closed_on=None, acceptance_asked_of__isnull=False),
    ),
    Source(
        *("measure", _("Measure due"), _("Measures"), ImpactAssessment, "measures__due_on", "measures__owner"),
        says="measures__measure",
        where=Q(measures__done_on=None, measures__due_on__isnull=False) & IN_FORCE,
    ),
    Source(
        *("notice", _("Notification due"), _("Notifications"), Incident, notice_due),
        says="notifications__recipient",
        where=Q(
            closed_on=None,
            notifications__is_needed=True,
            notifications__told_at=None,
            notifications__due_at__isnull=False,
        ),
    ),
    Source("applies", _("Begins to apply"), _("Legal requirements"), LegalRequirement, law_applies),
    Source(
        *("objective", _("Objective due"), _("Objectives"), Objective, "due_on"),
        where=~Q(REACHED),
    ),
    Source("change", _("Change planned"), _("Changes"), PlannedChange, "planned_on", where=Q(closed_on=None)),
    Source("training", _("Training due"), _("Training"), TrainingRecord, "due_on", where=Q(completed_on=None)),
    Source(
        *("renewal", _("Training runs out"), _("Training to renew"), TrainingRecord, "expires_on"),
        where=Q(completed_on__isnull=False) & ~Q(RENEWED),
    ),
    Source("campaign", _("Campaign ends"), _("Campaigns"), Awareness, "ends_on", where=Q(result="")),
    Source(
        *("message", _("Communication due"), _("Communication"), Communication, "next_on"),
        where=~Q(sent_on__gte=F("next_on")),
    ),
)
RULES = {source.rule: source for source in SOURCES}


def due_by(source: Source, by: date, organisation: Organisation, **whose: Any) -> QuerySet[Any]:
    """Rows of one kind of date that fall on `by` or before."""
    return source.rows(organisation, **whose).filter(on__lte=by)


def word_of(rule: str) -> str:
    """What a date is, in words: `Review`, `Evidence runs out`."""
    return str(RULES[rule].word)
