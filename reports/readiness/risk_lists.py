"""Lists of risks, AI systems and incidents that readiness counts: each is a query, a test or a figure, and a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from risks.models import (
    ImpactAssessment,
    Incident,
    Level,
    Notification,
    Option,
    Process,
    Risk,
    Standing,
    Treatment,
    TreatmentState,
)
from systems.models import AISystem

ABOVE_LOW = (Level.MEDIUM, Level.HIGH, Level.CRITICAL)
GRAVE = (Level.HIGH, Level.CRITICAL)


@dataclass(frozen=True)
class Seen:
    """What one person may see in an organisation, judged at a moment."""

    organisation: Organisation
    user: Any
    at: datetime
    on: date

    def of(self, kind: Any) -> Any:
        return kind.objects.visible_to(self.user).of(self.organisation)

    def risks(self) -> Any:
        return self.of(Risk).open()

    def systems(self) -> Any:
        return self.of(AISystem).in_scope()


@dataclass(frozen=True, eq=False)
class Listed:
    """One list. `blocks` is None for a figure that is no test; `day` is the column of the day that counts."""

    code: str
    clause: str
    title: Any
    reason: Any
    rows: Callable[[Seen], QuerySet[Any]]
    blocks: bool | None = None
    day: str = "review_on"


def untreated(seen: Seen) -> Any:
    """Open risks above low that are neither treated, nor to be retained, nor accepted (ISO 42001 6.1.3)."""
    lines = Treatment.objects.filter(treats=OuterRef("pk")).exclude(status=TreatmentState.DROPPED)
    above = seen.risks().rated(*ABOVE_LOW).unaccepted(seen.on)
    return above.exclude(option=Option.ACCEPT).filter(~Exists(lines))


def current(seen: Seen) -> Exists:
    """Whether a system has an approved, unexpired impact assessment on the day."""
    return Exists(ImpactAssessment.objects.current(seen.on).filter(system=OuterRef("pk")))


def in_review() -> Exists:
    return Exists(ImpactAssessment.objects.filter(system=OuterRef("pk"), state=Standing.IN_REVIEW))


def expired(seen: Seen) -> Exists:
    return Exists(ImpactAssessment.objects.expired(seen.on).filter(system=OuterRef("pk")))


def unassessed(seen: Seen) -> Any:
    return seen.systems().filter(~current(seen))


def changed(seen: Seen) -> Any:
    """Assessments in force of systems in scope that are no longer as they were (ISO 42001 8.4)."""
    return seen.of(ImpactAssessment).to_look_at_again().filter(system__in_scope=True, system__retired_on=None)


def unheard(seen: Seen) -> Any:
    """Open incidents of which somebody should have been told by now and was not (A.8.4)."""
    late = Notification.objects.filter(incident=OuterRef("pk"), told_at=None, due_at__lt=seen.at)
    return seen.of(Incident).open().filter(Exists(late))


TESTS: tuple[Listed, ...] = (
    Listed(
        "unscored",
        "6.1.2",
        _("Risks not scored"),
        _("An open risk without a score cannot be compared with the criteria."),
        lambda seen: seen.risks().filter(level=""),
        blocks=True,
    ),
    Listed(
        "untreated",
        "6.1.3",
        _("Risks above low without treatment"),
        _("Neither treated, nor to be retained, nor accepted."),
        untreated,
        blocks=True,
    ),
    Listed(
        "unaccepted-high",
        "6.1.3, 8.3",
        _("High and critical risks without acceptance"),
        _("Whoever may accept this level has not, or their acceptance no longer stands."),
        lambda seen: seen.risks().unaccepted(seen.on).rated(*GRAVE),
        blocks=True,
    ),
    Listed(
        "assessment-missing",
        "6.1.4, A.5",
        _("AI systems without an impact assessment"),
        _("In scope, and no assessment was ever approved or is in review."),
        lambda seen: unassessed(seen).filter(~in_review(), ~expired(seen)),
        blocks=True,
    ),
    Listed(
        "assessment-pending",
        "6.1.4, A.5",
        _("AI systems whose impact assessment waits for approval"),
        _("In scope; an assessment is in review and none is in force."),
        lambda seen: unassessed(seen).filter(in_review()),
        blocks=True,
    ),
    Listed(
        "assessment-expired",
        "8.4, A.5",
        _("AI systems whose impact assessment expired"),
        _("In scope; the day until which the approved assessment holds has passed."),
        lambda seen: unassessed(seen).filter(~in_review(), expired(seen)),
        blocks=True,
    ),
    Listed(
        "unaccepted-medium",
        "6.1.3, 8.3",
        _("Medium risks without acceptance"),
        _("Whoever may accept this level has not, or their acceptance no longer stands."),
        lambda seen: seen.risks().unaccepted(seen.on).rated(Level.MEDIUM),
        blocks=False,
    ),
    Listed(
        "untriggered",
        "8.2",
        _("Operational risks without a trigger"),
        _("An operational assessment says why it was made."),
        lambda seen: seen.risks().filter(process=Process.OPERATIONAL, trigger=""),
        blocks=False,
    ),
    Listed(
        "treatments-overdue",
        "8.3",
        _("Treatments overdue"),
        _("Under way, and their day has passed."),
        lambda seen: seen.of(Treatment).overdue(seen.on),
        blocks=False,
        day="due_on",
    ),
    Listed(
        "risk-reviews",
        "8.2",
        _("Risk reviews overdue"),
        _("Open risks are assessed again at planned intervals."),
        lambda seen: seen.risks().filter(review_on__lt=seen.on),
        blocks=False,
    ),
    Listed(
        "risks-changed",
        "8.2",
        _("Risks of AI systems that changed"),
        _("The system is no longer as it was when the risk was last assessed."),
        lambda seen: seen.risks().to_look_at_again(),
        blocks=False,
    ),
    Listed(
        "assessments-changed",
        "8.4",
        _("Impact assessments of AI systems that changed"),
        _("The system is no longer as it was when the assessment was approved."),
        changed,
        blocks=False,
    ),
    Listed(
        "notifications-late",
        "8.1, A.8.4",
        _("Incidents with late notifications"),
        _("Somebody should have been told by now."),
        unheard,
        blocks=False,
        day="happened_on",
    ),
)
FIGURES: tuple[Listed, ...] = (
    Listed(
        "unaccepted",
        "6.1.3, 8.3",
        _("Open risks without acceptance"),
        _("Of any level; an acceptance counts until it ends, the score rises or the system changes."),
        lambda seen: seen.risks().unaccepted(seen.on),
    ),
    Listed(
        "assessed",
        "6.1.4, A.5",
        _("AI systems with a current impact assessment"),
        _("In scope, with an approved assessment that has not expired."),
        lambda seen: seen.systems().filter(current(seen)),
    ),
    Listed(
        "unassessed",
        "6.1.4, A.5",
        _("AI systems without a current impact assessment"),
        _("In scope, and no approved assessment that has not expired."),
        unassessed,
    ),
    Listed(
        "incidents-open",
        "8.1, A.8.4",
        _("Open incidents"),
        _("Not closed with a review yet."),
        lambda seen: seen.of(Incident).open(),
        day="happened_on",
    ),
)
LISTS = {one.code: one for one in (*TESTS, *FIGURES)}
