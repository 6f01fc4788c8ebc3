"""Tests and figures of the floor of risks: risks, treatments, impact assessments, incidents (ISO 42001 6.1, 8, A.5)."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, Min, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from organisations.authority import Authority
from reports.dates import IN_FORCE
from risks.models import (
    ImpactAssessment,
    Incident,
    Level,
    Notification,
    Option,
    Process,
    Risk,
    RiskCriteria,
    Standing,
    Treatment,
    TreatmentState,
)
from systems.models import AISystem

from .lists import Listed, Seen

ABOVE_LOW = (Level.MEDIUM, Level.HIGH, Level.CRITICAL)
GRAVE = (Level.HIGH, Level.CRITICAL)


def open_risks(seen: Seen) -> Any:
    return seen.of(Risk).open()


def systems(seen: Seen) -> Any:
    return seen.of(AISystem).in_scope()


def untreated(seen: Seen) -> Any:
    """Open risks above low that are neither treated, nor to be retained, nor accepted (ISO 42001 6.1.3)."""
    lines = Treatment.objects.filter(treats=OuterRef("pk")).exclude(status=TreatmentState.DROPPED)
    above = open_risks(seen).rated(*ABOVE_LOW).unaccepted(seen.on)
    return above.exclude(option=Option.ACCEPT).filter(~Exists(lines))


def unaccepted(seen: Seen, *levels: str) -> Any:
    """Open risks of these levels that wait for acceptance; one that is not even treated is told as that."""
    return open_risks(seen).unaccepted(seen.on).rated(*levels).exclude(pk__in=untreated(seen).values("pk"))


def owner_may() -> Q:
    """Whether the criteria in force leave the acceptance of medium risks to their owner."""
    criteria = RiskCriteria.objects.filter(organisation=OuterRef("organisation"), state=Standing.APPROVED)
    return Q(Exists(criteria.filter(accepts_medium=Authority.OWNER)))


def to_accept(seen: Seen) -> Any:
    """Medium risks that remain after treatment and that somebody above their owner must accept (ISO 42001 6.1.3)."""
    return unaccepted(seen, Level.MEDIUM).filter(~owner_may(), residual_level=Level.MEDIUM)


def not_yet_accepted(seen: Seen) -> Any:
    """The other medium risks without acceptance."""
    return unaccepted(seen, Level.MEDIUM).filter(owner_may() | ~Q(residual_level=Level.MEDIUM))


def current(seen: Seen) -> Exists:
    """Whether a system has an approved, unexpired impact assessment on the day."""
    return Exists(ImpactAssessment.objects.current(seen.on).filter(system=OuterRef("pk")))


def in_review() -> Exists:
    return Exists(ImpactAssessment.objects.filter(system=OuterRef("pk"), state=Standing.IN_REVIEW))


def expired(seen: Seen) -> Exists:
    return Exists(ImpactAssessment.objects.expired(seen.on).filter(system=OuterRef("pk")))


def unassessed(seen: Seen) -> Any:
    return systems(seen).filter(~current(seen))


def changed(seen: Seen) -> Any:
    """Assessments in force of systems in scope that are no longer as they were (ISO 42001 8.4)."""
    return seen.of(ImpactAssessment).to_look_at_again().filter(system__in_scope=True, system__retired_on=None)


def unheard(seen: Seen) -> Any:
    """Open incidents of which somebody should have been told by now and was not (A.8.4)."""
    late = Notification.objects.filter(incident=OuterRef("pk"), is_needed=True, told_at=None, due_at__lt=seen.at)
    return seen.of(Incident).open().filter(Exists(late))


def measures_late(seen: Seen) -> Any:
    """Assessments with a measure that is not done though its day has passed, and the first of those days."""
    late = Q(measures__done_on=None, measures__due_on__lt=seen.on)
    told = seen.of(ImpactAssessment).filter(IN_FORCE).annotate(late_since=Min("measures__due_on", filter=late))
    return told.filter(late_since__isnull=False)


RISK_TESTS: tuple[Listed, ...] = (
    Listed(
        "unscored",
        "6.1.2",
        _("Risks not scored"),
        _("An open risk without a score cannot be compared with the criteria."),
        lambda seen: open_risks(seen).filter(level=""),
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
        lambda seen: unaccepted(seen, *GRAVE),
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
        _("Medium risks that remain without acceptance"),
        _("Their residual score is medium, and whoever may accept it has not, or their acceptance no longer stands."),
        to_accept,
        blocks=True,
    ),
    Listed(
        "medium-open",
        "6.1.3, 8.3",
        _("Other medium risks without acceptance"),
        _("Their residual risk is not scored yet, or the criteria leave its acceptance to their owner."),
        not_yet_accepted,
        blocks=False,
    ),
    Listed(
        "untriggered",
        "8.2",
        _("Operational risks without a trigger"),
        _("An operational assessment says why it was made."),
        lambda seen: open_risks(seen).filter(process=Process.OPERATIONAL, trigger=""),
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
        "risks-changed",
        "8.2",
        _("Risks of AI systems that changed"),
        _("The system is no longer as it was when the risk was last assessed."),
        lambda seen: open_risks(seen).to_look_at_again(),
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
        "measures-late",
        "8.4, A.5",
        _("Impact assessments with overdue measures"),
        _("A measure is not done, and its day has passed."),
        measures_late,
        blocks=False,
        day="late_since",
        day_word=_("due since"),
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
RISK_FIGURES: tuple[Listed, ...] = (
    Listed(
        "unaccepted",
        "6.1.3, 8.3",
        _("Open risks without acceptance"),
        _("Of any level; an acceptance counts until it ends, the score rises or the system changes."),
        lambda seen: open_risks(seen).unaccepted(seen.on),
    ),
    Listed(
        "assessed",
        "6.1.4, A.5",
        _("AI systems with a current impact assessment"),
        _("In scope, with an approved assessment that has not expired."),
        lambda seen: systems(seen).filter(current(seen)),
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
