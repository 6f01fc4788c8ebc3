"""Every date that waits for somebody: one line for each kind of date, and all lists, reminders and counts have it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext_lazy as _

from audits.models import (
    ANSWERING_IS_OVER,
    SETTLED_IMPROVEMENT,
    TO_DO,
    UNANSWERED,
    ActionState,
    Audit,
    AuditState,
    CorrectiveAction,
    Finding,
    FindingState,
    Improvement,
    InformationRequest,
    ManagementReview,
    ReviewState,
)
from audits.models.finding import NONCONFORMITIES
from audits.models.finding import OVER as SETTLED_FINDINGS
from clauses.models import (
    Awareness,
    Communication,
    Document,
    EvidenceRequest,
    LegalRequirement,
    Objective,
    PlannedChange,
    ScopeStatement,
    Task,
    TrainingRecord,
)
from clauses.models.asking import SETTLED, WAITING, RequestState, TaskState
from clauses.models.planning import ChangeState
from evidence.models import Evidence
from organisations.authority import Authority
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
from systems.models import AISystem, Dataset, Supplier, SystemResource

from .date_sources import (
    Approvals,
    LightOfAssessment,
    OfAssessment,
    Readings,
    Source,
    TopApprovals,
    TopOfAssessment,
)

# Days within which whoever is asked to accept or to approve something answers, and somebody takes up a concern.
ANSWER_WITHIN = 7
VERSIONED = (RiskCriteria, TreatmentPlan, Statement, ScopeStatement)
# What is over needs no review any more; of an impact assessment only the one in force has a day until which it holds.
OVER: tuple[QuerySet[Any], ...] = (
    AISystem.objects.exclude(retired_on=None),
    Dataset.objects.exclude(ended_on=None),
    SystemResource.objects.exclude(ended_on=None),
    Risk.objects.exclude(closed_on=None),
    Treatment.objects.exclude(status__in=[*UNDER_WAY, TreatmentState.IMPLEMENTED]),
    Incident.objects.exclude(closed_on=None),
    Concern.objects.filter(state=ConcernState.CLOSED),
    ImpactAssessment.objects.exclude(state=Standing.APPROVED),
    PlannedChange.objects.exclude(closed_on=None),
    Task.objects.exclude(state=TaskState.OPEN),
    EvidenceRequest.objects.filter(state__in=SETTLED),
    CorrectiveAction.objects.filter(state=ActionState.CLOSED),
    Improvement.objects.filter(state__in=SETTLED_IMPROVEMENT),
    ManagementReview.objects.filter(state=ReviewState.ISSUED),
    InformationRequest.objects.filter(state__in=ANSWERING_IS_OVER),
    Audit.objects.filter(state__in=[AuditState.REPORT_ISSUED, AuditState.CANCELLED]),
    Finding.objects.filter(state__in=SETTLED_FINDINGS),
    *(kind.objects.filter(state=Standing.SUPERSEDED) for kind in VERSIONED),
)


def still_reviewed(records: QuerySet[Any]) -> QuerySet[Any]:
    """Records that are not over: retired, closed, done or superseded.

    A choice by kind: to plan fifteen joins takes longer than to look up the one table that a record is in.
    """
    is_open = (When(kind=over.model.KIND, then=~Exists(over.filter(pk=OuterRef("pk")))) for over in OVER)
    return records.filter(Case(*is_open, default=Value(True), output_field=BooleanField()))


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


def take_up_due(organisation: Organisation) -> Any:
    return ExpressionWrapper(F("received_on") + Value(ANSWER_WITHIN), DateField())


def version_decided_by(organisation: Organisation) -> Any:
    submitted = TruncDate("versions__submitted_at", tzinfo=organisation.zone)
    return ExpressionWrapper(submitted + Value(ANSWER_WITHIN), DateField())


def decision_due(organisation: Organisation) -> Any:
    submitted = TruncDate("submitted_at", tzinfo=organisation.zone)
    return ExpressionWrapper(submitted + Value(ANSWER_WITHIN), DateField())


def change_decided_by(organisation: Organisation) -> Any:
    """The day for which a change is planned; without one the week after it was proposed."""
    proposed = TruncDate("created_at", tzinfo=organisation.zone)
    return Coalesce(F("planned_on"), ExpressionWrapper(proposed + Value(ANSWER_WITHIN), DateField()))


def delivery_due(organisation: Organisation) -> Any:
    return ExpressionWrapper(F("delivered_on") + Value(ANSWER_WITHIN), DateField())


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
IN_REVIEW = Q(state=Standing.IN_REVIEW)
SOURCES: tuple[Source, ...] = (
    Reviews(REVIEW, _("Review"), _("Reviews"), Record, "review_on"),
    Source(EVIDENCE, _("Evidence runs out"), _("Evidence"), Evidence, "valid_until"),
    Source(
        *("damaged", _("File altered: restore it"), _("Altered files"), Evidence, "damaged_on"),
        where=Q(damaged_on__isnull=False),
    ),
    Source("task", _("Action due"), _("Actions"), Task, "due_on", where=Q(state=TaskState.OPEN)),
    Source(
        *("corrective", _("Corrective action due"), _("Corrective actions"), CorrectiveAction, "due_on"),
        where=Q(state__in=TO_DO),
    ),
    Source(
        *("effect", _("Effect to be checked"), _("Effects to check"), CorrectiveAction, "check_on", "checker"),
        where=Q(state=ActionState.DONE, check_on__isnull=False),
    ),
    Source(
        *("improve", _("Improvement due"), _("Improvements"), Improvement, "due_on"),
        where=~Q(state__in=SETTLED_IMPROVEMENT) & Q(due_on__isnull=False),
    ),
    Source(
        *("mreview", _("Management review"), _("Management reviews"), ManagementReview, "held_on"),
        where=~Q(state=ReviewState.ISSUED),
    ),
    Source(
        *("request", _("Evidence asked for"), _("Evidence to deliver"), EvidenceRequest, "due_on"),
        where=Q(state__in=WAITING),
    ),
    Source(
        *("delivered", _("Evidence delivered"), _("Evidence to accept"), EvidenceRequest, delivery_due, "asked_by"),
        where=Q(state=RequestState.DELIVERED),
    ),
    Source(
        *("question", _("Asked by an auditor"), _("Questions of auditors"), InformationRequest, "due_on"),
        where=Q(state__in=UNANSWERED),
    ),
    *(
        Approvals(rule, _("To approve"), word, kind, decision_due, "decider__user", where=IN_REVIEW)
        for rule, word, kind in (
            ("appr-crit", _("Risk criteria to approve"), RiskCriteria),
            ("appr-plan", _("Treatment plans to approve"), TreatmentPlan),
            ("appr-soa", _("Statements to approve"), Statement),
        )
    ),
    TopApprovals(
        *("appr-scope", _("To approve"), _("Scopes to approve"), ScopeStatement, decision_due),
        *("decider__user", IN_REVIEW),
    ),
    *(
        source(rule, _("To approve"), word, ImpactAssessment, decision_due, "decider__user", where=IN_REVIEW & needs)
        for source, rule, word, needs in (
            (TopOfAssessment, "appr-top", _("Grave assessments to approve"), Q(needs=Authority.TOP)),
            (OfAssessment, "appr-full", _("Impact assessments to approve"), Q(needs=Authority.DESIGNATED)),
            (LightOfAssessment, "appr-light", _("Light assessments to approve"), Q(needs=Authority.HEAD)),
        )
    ),
    Approvals(
        *("appr-chg", _("To approve"), _("Changes to approve"), PlannedChange, change_decided_by),
        *("decider__user", Q(state=ChangeState.PLANNED)),
    ),
    Source(
        *("treatment", _("Treatment due"), _("Treatments"), Treatment, "due_on"),
        where=Q(status__in=UNDER_WAY, treats__closed_on=None),
    ),
    Source(
        *("check", _("Data check due"), _("Data checks"), Dataset, "next_check_on"),
        where=Q(ended_on=None, next_check_on__isnull=False),
    ),
    Source(
        *("conditions", _("Conditions of a supplier due"), _("Conditions"), Supplier, "conditions_due_on"),
        where=~Q(open_conditions="") & Q(conditions_due_on__isnull=False),
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
        *("decision", _("Approval asked for"), _("To approve"), Document, version_decided_by, "approver"),
        where=Q(versions__state=Standing.IN_REVIEW),
    ),
    Readings(
        *("reading", _("To be read"), _("To be read"), Document, "versions__readings__due_on"),
        owner="versions__readings__person",
        where=Q(
            versions__state=Standing.APPROVED,
            versions__readings__confirmed_at=None,
            versions__readings__due_on__isnull=False,
        ),
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
    Source(
        *("audit", _("Audit planned"), _("Audits"), Audit, "planned_from"),
        where=Q(state=AuditState.PLANNED, planned_from__isnull=False),
    ),
    Source(
        *("response", _("Response due"), _("Findings to answer"), Finding, "respond_by"),
        where=Q(state=FindingState.OPEN, respond_by__isnull=False),
    ),
    Source(
        *("finding", _("Finding due"), _("Findings"), Finding, "due_on"),
        where=Q(grade__in=NONCONFORMITIES, issued_on__isnull=False, due_on__isnull=False)
        & ~Q(state__in=SETTLED_FINDINGS),
    ),
    # Its title says the day it came, and nothing else.
    Source(
        *("concern", _("Concern to take up"), _("Concerns"), Concern, take_up_due),
        where=Q(state=ConcernState.RECEIVED),
    ),
)
RULES = {source.rule: source for source in SOURCES}


def due_by(source: Source, by: date, organisation: Organisation, **whose: Any) -> QuerySet[Any]:
    """Rows of one kind of date that fall on `by` or before."""
    return source.rows(organisation, **whose).filter(on__lte=by)


def word_of(rule: str) -> str:
    """What a date is, in words: `Review`, `Evidence runs out`."""
    return str(RULES[rule].word)


def kinds() -> list[str]:
    """All kinds of dates in words, each once."""
    return list(dict.fromkeys(str(source.plural) for source in SOURCES))
