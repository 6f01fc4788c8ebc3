"""Tests and figures of the registers of clauses 4–9: context, roles, objectives, changes, support, operation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clauses.models import (
    AIMSProcess,
    Awareness,
    Communication,
    Competence,
    ContextIssue,
    LegalRequirement,
    Objective,
    PlannedChange,
    Resource,
    RoleAssignment,
    TrainingRecord,
)
from clauses.models.planning import Frequency
from reports.dates import RENEWED

from .lists import Listed, Seen

# Days after which the next measurement is late, with some grace for month ends.
BETWEEN = {
    Frequency.WEEKLY: 10,
    Frequency.MONTHLY: 40,
    Frequency.QUARTERLY: 110,
    Frequency.HALF_YEARLY: 200,
    Frequency.YEARLY: 380,
}


def measured(seen: Seen) -> Any:
    return seen.of(Objective).with_newest().filter(newest__isnull=False)


def unmeasured_again(seen: Seen) -> Any:
    """Objectives still to be reached whose newest measurement is older than they are to be measured."""
    late = Q()
    for frequency, days in BETWEEN.items():
        late |= Q(frequency=frequency, newest_on__lt=seen.on - timedelta(days=days))
    return measured(seen).filter(late).filter(Q(due_on=None) | Q(due_on__gte=seen.on))


def valid_training(seen: Seen) -> Any:
    return seen.of(TrainingRecord).filter(Q(expires_on=None) | Q(expires_on__gte=seen.on), completed_on__isnull=False)


CONTEXT = (
    Listed(
        *("issues-unanswered", "4.1", _("Context issues without a response")),
        _("What is done about them is not said."),
        lambda seen: seen.of(ContextIssue).filter(response=""),
        blocks=False,
        register=ContextIssue,
    ),
    Listed(
        *("laws-unanswered", "4.2", _("Legal requirements without an answer")),
        _("They apply already, and how we comply is not said."),
        lambda seen: (
            seen.of(LegalRequirement).filter(compliance="").filter(Q(applies_from=None) | Q(applies_from__lte=seen.on))
        ),
        blocks=False,
        day="applies_from",
        register=LegalRequirement,
    ),
    Listed(
        *("processes-unowned", "4.4", _("Processes without an owner")),
        _("Nobody answers for them."),
        lambda seen: seen.of(AIMSProcess).filter(owner=None),
        blocks=False,
        register=AIMSProcess,
    ),
    Listed(
        *("roles-unheld", "5.3", _("Roles that nobody holds")),
        _("Responsibility and authority are described but not assigned."),
        lambda seen: seen.of(RoleAssignment).filter(holder=None),
        blocks=False,
        register=RoleAssignment,
    ),
)
PLANNING = (
    Listed(
        *("objectives-unplanned", "6.2", _("AI objectives without a complete plan")),
        _("What is done, by when, or who answers for it is not said."),
        lambda seen: seen.of(Objective).filter(Q(plan="") | Q(due_on=None) | Q(owner=None)),
        blocks=False,
        day="due_on",
        register=Objective,
    ),
    Listed(
        *("objectives-missed", "6.2", _("AI objectives not reached in time")),
        _("Their day has passed, and the newest measurement misses the target."),
        lambda seen: measured(seen).overdue(seen.on),
        blocks=False,
        day="due_on",
        register=Objective,
    ),
    Listed(
        *("changes-overdue", "6.3", _("Planned changes overdue")),
        _("Their day has passed; they are neither done nor withdrawn."),
        lambda seen: seen.of(PlannedChange).overdue(seen.on),
        blocks=False,
        day="planned_on",
        register=PlannedChange,
    ),
    Listed(
        *("changes-unplanned", "6.3", _("Changes without resources or responsibilities")),
        _("What they need, or who does what, is not said."),
        lambda seen: seen.of(PlannedChange).open().filter(Q(resources="") | Q(responsibilities="")),
        blocks=False,
        day="planned_on",
        register=PlannedChange,
    ),
)
SUPPORT = (
    Listed(
        *("resources-short", "7.1", _("Resources that do not suffice")),
        _("What is missing is on record."),
        lambda seen: seen.of(Resource).filter(is_sufficient=False),
        blocks=False,
        register=Resource,
    ),
    Listed(
        *("competence-gaps", "7.2", _("Competences with a gap")),
        _("The level held is below the level required."),
        lambda seen: seen.of(Competence).with_gap(),
        blocks=False,
        register=Competence,
    ),
    Listed(
        *("training-overdue", "7.2", _("Training overdue")),
        _("It should have been completed by now."),
        lambda seen: seen.of(TrainingRecord).not_completed().filter(due_on__lt=seen.on),
        blocks=False,
        day="due_on",
        register=TrainingRecord,
    ),
    Listed(
        *("training-expired", "7.2", _("Training that ran out")),
        _("It held until a day that has passed, and was not done again."),
        lambda seen: seen.of(TrainingRecord).expired(seen.on).exclude(RENEWED),
        blocks=False,
        day="expires_on",
        register=TrainingRecord,
    ),
    Listed(
        *("training-unchecked", "7.2", _("Training whose effect was not checked")),
        _("Completed, and nothing says whether it worked."),
        lambda seen: valid_training(seen).filter(effective_check=""),
        blocks=False,
        day="completed_on",
        register=TrainingRecord,
    ),
    Listed(
        *("campaigns-unchecked", "7.3", _("Awareness campaigns without a result")),
        _("They ended, and what people then knew is not said."),
        lambda seen: seen.of(Awareness).filter(ends_on__lt=seen.on, result=""),
        blocks=False,
        day="ends_on",
        register=Awareness,
    ),
    Listed(
        *("communications-overdue", "7.4", _("Communications overdue")),
        _("They were to be told by now and were not."),
        lambda seen: seen.of(Communication).filter(next_on__lt=seen.on).exclude(sent_on__gte=F("next_on")),
        blocks=False,
        day="next_on",
        register=Communication,
    ),
)
OPERATION = (
    Listed(
        *("processes-uncontrolled", "8.1", _("Processes without criteria")),
        _("Nothing says when they are carried out as planned."),
        lambda seen: seen.of(AIMSProcess).filter(criteria=""),
        blocks=False,
        register=AIMSProcess,
    ),
    Listed(
        *("objectives-unmeasured", "9.1", _("AI objectives never measured")),
        _("Without a measurement nobody knows where they stand."),
        lambda seen: seen.of(Objective).with_newest().filter(newest=None),
        blocks=False,
        day="due_on",
        register=Objective,
    ),
    Listed(
        *("measurements-late", "9.1", _("AI objectives whose measurement is late")),
        _("The newest one is older than they are to be measured."),
        unmeasured_again,
        blocks=False,
        day="newest_on",
        day_word=_("measured on"),
        register=Objective,
    ),
)
REGISTER_TESTS: tuple[Listed, ...] = (*CONTEXT, *PLANNING, *SUPPORT, *OPERATION)
REGISTER_FIGURES: tuple[Listed, ...] = (
    Listed(
        *("objectives-reached", "6.2", _("AI objectives reached")),
        _("Their newest measurement meets the target."),
        lambda seen: seen.of(Objective).reached(),
        day="due_on",
        register=Objective,
    ),
    Listed(
        *("objectives-open", "6.2", _("AI objectives not reached")),
        _("Their newest measurement misses the target, or there is none."),
        lambda seen: seen.of(Objective).not_reached(),
        day="due_on",
        register=Objective,
    ),
    Listed(
        *("changes-open", "6.3", _("Changes under way")),
        _("Planned or approved, and neither done nor withdrawn."),
        lambda seen: seen.of(PlannedChange).open(),
        day="planned_on",
        register=PlannedChange,
    ),
    Listed(
        *("training-open", "7.2", _("Training not completed")),
        _("Whatever its day."),
        lambda seen: seen.of(TrainingRecord).not_completed(),
        day="due_on",
        register=TrainingRecord,
    ),
)
