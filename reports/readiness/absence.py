"""What must be there and is not, or no longer says what is true: tests that have no records to list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audits.models import Audit, AuditKind, AuditState, ManagementReview, ReviewState
from clauses.models import (
    AIMSProcess,
    Awareness,
    Communication,
    Competence,
    ContextIssue,
    InterestedParty,
    LegalRequirement,
    Objective,
    PlannedChange,
    Position,
    Resource,
    RoleAssignment,
    TrainingRecord,
)
from clauses.models.context import Side, Topic
from organisations.models import Membership, Organisation
from records.months import months_after
from risks.models import RiskCriteria, Standing, Statement, TreatmentPlan

from .lists import Seen
from .result import Obstacle, Place
from .statement_truth import is_true


@dataclass(frozen=True)
class Absent:
    """A test of something that must be there; `list` is the URL name of the list where it begins."""

    clause: str
    title: Any
    text: Any
    list: str
    blocks: bool = True


APPROVED_BY = _("It is approved by designated management.")
OF_RISKS = {
    "no-criteria": Absent(
        *("6.1.1", _("No approved risk criteria"), _("Without them no score means anything."), "risk-criteria-list")
    ),
    "no-risks": Absent("6.1.2", _("No risk on record"), _("The register is empty."), "risk-list"),
    "no-plan": Absent("6.1.3", _("No approved treatment plan"), APPROVED_BY, "treatment-plan-list"),
    "no-statement": Absent("6.1.3", _("No approved Statement of Applicability"), APPROVED_BY, "statement-list"),
    "statement-differs": Absent(
        *("6.1.3", _("The approved Statement of Applicability is no longer true")),
        _("A control has another decision, reason, status or owner since, or evidence that it names no longer holds."),
        "statement-list",
        blocks=False,
    ),
}
OF_REGISTERS = {
    "no-issues": Absent(
        *("4.1", _("No context issue on record"), _("What bears on the AIMS from outside and inside is not told.")),
        "context-issue-list",
        blocks=False,
    ),
    "no-external-issues": Absent(
        *("4.1", _("No external issue on record"), _("Only internal ones are told.")),
        "context-issue-list",
        blocks=False,
    ),
    "no-internal-issues": Absent(
        *("4.1", _("No internal issue on record"), _("Only external ones are told.")),
        "context-issue-list",
        blocks=False,
    ),
    "no-climate": Absent(
        *("4.1", _("Climate change not considered"), _("Whether it matters to the AIMS is determined, even if not.")),
        "context-issue-list",
        blocks=False,
    ),
    "no-parties": Absent(
        *("4.2", _("No interested party on record"), _("Whose needs the AIMS takes on is not told.")),
        "interested-party-list",
        blocks=False,
    ),
    "no-laws": Absent(
        *("4.2", _("No legal requirement on record"), _("What laws, regulators and contracts ask is not told.")),
        "legal-requirement-list",
        blocks=False,
    ),
    "no-processes": Absent(
        *("4.4", _("No process of the AIMS on record"), _("Which processes it needs is not told.")),
        "aims-process-list",
        blocks=False,
    ),
    "no-top": Absent(
        *("5.1", _("Nobody is top management"), _("An administrator says so of a member.")), "member-list", blocks=False
    ),
    "no-roles": Absent(
        *("5.3", _("No role of the AIMS on record"), _("Who answers for what is not told.")),
        "role-assignment-list",
        blocks=False,
    ),
    "no-objectives": Absent(
        *("6.2", _("No AI objective on record"), _("What is to be achieved, and measured, is not told.")),
        "objective-list",
    ),
    "no-resources": Absent(
        *("7.1", _("No resource on record"), _("What the AIMS needs, and whether it suffices, is not told.")),
        "resource-list",
        blocks=False,
    ),
    "no-competences": Absent(
        *("7.2", _("No competence on record"), _("What each role needs to be able to do is not told.")),
        "competence-list",
        blocks=False,
    ),
    "no-training": Absent(
        *("7.2", _("No training on record"), _("How competence was acquired is not shown.")),
        "training-record-list",
        blocks=False,
    ),
    "no-awareness": Absent(
        *("7.3", _("No awareness campaign on record"), _("How people learn of the AI policy is not told.")),
        "awareness-list",
        blocks=False,
    ),
    "no-communication": Absent(
        *("7.4", _("No communication on record"), _("What is told about the AIMS, when and to whom is not planned.")),
        "communication-list",
        blocks=False,
    ),
    "no-audit": Absent(
        *("9.2.2", _("No internal audit in the last 12 months"), _("None has a report that was issued since.")),
        "audit-list",
    ),
    "no-review": Absent(
        *("9.3.3", _("No management review in the last 12 months"), _("None has minutes that were issued since.")),
        "management-review-list",
    ),
}
ABSENT = OF_RISKS | OF_REGISTERS


@dataclass(frozen=True)
class Absence:
    """Codes of what is not there at all, or no longer true, and the registers that are empty."""

    codes: tuple[str, ...]
    empty: frozenset[Any]


def absence_of(seen: Seen, positions: Sequence[Position]) -> Absence:
    """One query, two more where a Statement is in force."""
    asked = approvals() | registers() | reviewed(seen.on)
    there: Any = Organisation.objects.filter(pk=seen.organisation.pk).values(**asked).get()
    statement = there["statement"]
    issues = there["external"] or there["internal"]
    found = {
        "no-criteria": not there["criteria"],
        "no-plan": not there["plan"],
        "no-statement": statement is None,
        "statement-differs": statement is not None and not is_true(statement["lines"], positions, seen),
        "no-issues": not issues,
        "no-external-issues": issues and not there["external"],
        "no-internal-issues": issues and not there["internal"],
        "no-climate": issues and not there["climate"],
        **{f"no-{name}": not there[name] for name in REGISTERS},
        "no-top": not there["top"],
        "no-audit": not there["audit"],
        "no-review": not there["review"],
    }
    empty = {kind for name, kind in REGISTERS.items() if not there[name]}
    return Absence(
        tuple(code for code in ABSENT if found.get(code)), frozenset(empty | ({ContextIssue} if not issues else set()))
    )


def of_organisation(kind: Any, **wanted: Any) -> Any:
    return kind.objects.filter(organisation=OuterRef("pk"), **wanted)


def approvals() -> dict[str, Any]:
    newest = of_organisation(Statement, state=Standing.APPROVED).order_by("-number", "-pk")
    return {
        "criteria": Exists(of_organisation(RiskCriteria, state=Standing.APPROVED)),
        "plan": Exists(of_organisation(TreatmentPlan, state=Standing.APPROVED)),
        "statement": Subquery(newest.values(said=JSONObject(lines="content"))[:1]),
    }


REGISTERS: dict[str, Any] = {
    "parties": InterestedParty,
    "laws": LegalRequirement,
    "processes": AIMSProcess,
    "roles": RoleAssignment,
    "objectives": Objective,
    "changes": PlannedChange,
    "resources": Resource,
    "competences": Competence,
    "training": TrainingRecord,
    "awareness": Awareness,
    "communication": Communication,
}


def registers() -> dict[str, Any]:
    top = Membership.objects.current().filter(organisation=OuterRef("pk"), top_management=True)
    return {
        "external": Exists(of_organisation(ContextIssue, side=Side.EXTERNAL)),
        "internal": Exists(of_organisation(ContextIssue, side=Side.INTERNAL)),
        "climate": Exists(of_organisation(ContextIssue, topic=Topic.CLIMATE)),
        "top": Exists(top),
        **{name: Exists(of_organisation(kind)) for name, kind in REGISTERS.items()},
    }


def reviewed(on: date) -> dict[str, Any]:
    """Whether an internal audit was reported, and a management review recorded, in the twelve months before a day."""
    since = months_after(on, -12)
    audit = {"audit_kind": AuditKind.INTERNAL, "state": AuditState.REPORT_ISSUED, "report_on__gte": since}
    return {
        "audit": Exists(of_organisation(Audit, **audit)),
        "review": Exists(of_organisation(ManagementReview, state=ReviewState.ISSUED, held_on__gte=since)),
    }


def obstacle_of(code: str, organisation: Organisation) -> Obstacle:
    """Its place is the list where it begins."""
    test = ABSENT[code]
    place = Place(test.clause, reverse(test.list, kwargs={"organisation": organisation.slug}))
    title, text = str(test.title), str(test.text)
    return Obstacle(code, title, text, 1, (place,), (), None, blocks=test.blocks, clause=test.clause)
