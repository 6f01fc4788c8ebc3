"""What is released to a room: the records of its clauses and controls, and of its AI systems, and what proves them.

A kind that is not named here is never released; a test asks of each kind whether it is, or why not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from audits.models import (
    Audit,
    AuditProgramme,
    AuditRoom,
    AuditState,
    CorrectiveAction,
    Finding,
    Improvement,
    ManagementReview,
    ReviewState,
)
from clauses.models import Document, Position, ScopeStatement
from clauses.registers import changes, context, leadership, objectives, support, training
from evidence.models import Evidence
from organisations.models import Organisation
from records.approvable import SETTLED
from records.models import Record
from records.views import RecordViews
from risks.concerns.views import ConcernViews
from risks.golive.pages import GoLiveViews
from risks.incidents.views import IncidentViews
from risks.models import ImpactAssessment, OwnControl, Risk, RiskCriteria, Statement, Treatment, TreatmentPlan
from systems.models import AISystem, Supplier
from systems.registers.datasets import DatasetViews
from systems.registers.life_cycle import SystemRecordViews
from systems.registers.resources import SystemResourceViews

SETTLED_ONLY = Q(state__in=SETTLED)
# Registers that stand as they are under the clauses which their views name.
AS_THEY_ARE: tuple[type[RecordViews], ...] = (
    context.ContextIssueViews,
    context.InterestedPartyViews,
    context.LegalRequirementViews,
    leadership.AIMSProcessViews,
    leadership.RoleAssignmentViews,
    objectives.ObjectiveViews,
    changes.PlannedChangeViews,
    support.ResourceViews,
    training.CompetenceViews,
    training.TrainingViews,
    support.AwarenessViews,
    support.CommunicationViews,
)
# Registers of which only what concerns a system of the room is released, or no system at all; with the path to it.
OF_SYSTEMS: tuple[tuple[type[RecordViews], str], ...] = (
    (DatasetViews, "systems"),
    (SystemResourceViews, "systems"),
    (SystemRecordViews, "system"),
    (IncidentViews, "system"),
    (ConcernViews, "system"),
    (GoLiveViews, "system"),
)
RISK, TREATMENT, IMPACT = ("6.1.2", "8.2"), ("6.1.3", "8.3"), ("6.1.4", "8.4")
# Kinds that stay inside, and why.
KEPT_INSIDE = {
    "task": "who does what by when is the client's own work",
    "evidence-request": "what people of the client ask one another",
    "gap-run": "the client's own preparation, no record that the standard asks for",
    "audit-room": "who else was let in, and to what",
}


@dataclass(frozen=True)
class Released:
    """Records of one kind that a room shows."""

    kind: type[Record]
    records: QuerySet[Any]


@dataclass(frozen=True)
class Extent:
    """What an audit looks at: numbers of clauses and controls, ids of AI systems, which audits are its `own`.

    Evidence that covers a period counts where that did not end before `covers_from`.
    """

    organisation: Organisation
    numbers: frozenset[str]
    systems: list[int]
    own: Q
    covers_from: date | None = None


def extent_of(room: AuditRoom) -> Extent:
    earlier = AuditRoom.objects.of(room.organisation).filter(email__iexact=room.email).exclude(opened_at=None)
    return Extent(
        room.organisation,
        frozenset(room.requirements.values_list("number", flat=True)),
        list(room.systems.values_list("pk", flat=True)),
        Q(pk=room.for_audit_id) | Q(rooms__in=earlier.values("pk")),
        room.covers_from,
    )


def released(room: AuditRoom) -> list[Released]:
    """All that belongs to the scope of a room now, kind by kind; kinds out of its scope are left out."""
    return within(extent_of(room))


def within(extent: Extent) -> list[Released]:
    """All that belongs to an extent now, kind by kind."""
    found = [
        *as_they_are(extent),
        *of_systems(extent),
        *of_clauses(extent),
        *of_risks(extent),
        *of_audits(extent),
    ]
    keys = [Record.objects.filter(pk__in=one.records.values("pk")).values("pk") for one in found]
    shown: Any = keys[0].union(*keys[1:])
    proofs = Evidence.objects.of(extent.organisation).filter(proves__in=shown)
    if extent.covers_from:
        proofs = proofs.filter(Q(covers_to=None) | Q(covers_to__gte=extent.covers_from))
    return [*found, Released(Evidence, Evidence.objects.filter(pk__in=proofs.values("pk")))]


def all_of(kind: Any, extent: Extent) -> Any:
    return kind.objects.of(extent.organisation)


def meets(numbers: frozenset[str], clauses: Any) -> bool:
    """Whether one of the clauses that a register demonstrates is in scope."""
    asked = clauses.split(", ") if isinstance(clauses, str) else clauses
    return bool(numbers.intersection(asked))


def as_they_are(extent: Extent) -> Iterator[Released]:
    for views in AS_THEY_ARE:
        if meets(extent.numbers, views.clause):
            yield Released(views.model, all_of(views.model, extent))


def of_systems(extent: Extent) -> Iterator[Released]:
    yield Released(AISystem, all_of(AISystem, extent).filter(pk__in=extent.systems))
    for views, path in OF_SYSTEMS:
        if meets(extent.numbers, views.clause):
            concerned = Q(**{f"{path}__in": extent.systems}) | Q(**{path: None})
            yield Released(views.model, all_of(views.model, extent).filter(concerned).distinct())
    if meets(extent.numbers, ("A.10.2", "A.10.3")):
        supplies = (
            Q(supplied_systems__in=extent.systems)
            | Q(systems__in=extent.systems)
            | Q(responsibilities__system__in=extent.systems)
        )
        yield Released(Supplier, all_of(Supplier, extent).filter(supplies).distinct())


def of_clauses(extent: Extent) -> Iterator[Released]:
    positions = all_of(Position, extent).filter(requirement__number__in=extent.numbers)
    yield Released(Position, positions)
    approved = all_of(Document, extent).filter(versions__state__in=SETTLED).distinct()
    whole = meets(extent.numbers, ("7.5.1", "7.5.2", "7.5.3"))
    yield Released(Document, approved if whole else approved.filter(positions__in=positions.values("pk")))
    if "4.3" in extent.numbers:
        yield Released(ScopeStatement, all_of(ScopeStatement, extent).filter(SETTLED_ONLY))


def of_risks(extent: Extent) -> Iterator[Released]:
    risks = all_of(Risk, extent).filter(Q(system__in=extent.systems) | Q(system=None))
    if meets(extent.numbers, ("6.1.1", *RISK)):
        yield Released(RiskCriteria, all_of(RiskCriteria, extent).filter(SETTLED_ONLY))
    if meets(extent.numbers, RISK):
        yield Released(Risk, risks)
    if meets(extent.numbers, TREATMENT):
        yield Released(Treatment, all_of(Treatment, extent).filter(treats__in=risks.values("pk")))
        yield Released(TreatmentPlan, all_of(TreatmentPlan, extent).filter(SETTLED_ONLY))
    if "6.1.3" in extent.numbers:
        yield Released(Statement, all_of(Statement, extent).filter(SETTLED_ONLY))
        yield Released(OwnControl, all_of(OwnControl, extent))
    if meets(extent.numbers, IMPACT):
        assessments = all_of(ImpactAssessment, extent).filter(SETTLED_ONLY, system__in=extent.systems)
        yield Released(ImpactAssessment, assessments)


def of_audits(extent: Extent) -> Iterator[Released]:
    """The audit of the room; internal audits whose report is out; audits that the same person was let into before."""
    internal = Q(audit_kind="internal", state=AuditState.REPORT_ISSUED)
    shown = extent.own | internal if meets(extent.numbers, ("9.2.1", "9.2.2")) else extent.own
    audits = all_of(Audit, extent).filter(shown).distinct()
    yield Released(Audit, audits)
    if "9.2.2" in extent.numbers:
        yield Released(AuditProgramme, all_of(AuditProgramme, extent))
    findings = all_of(Finding, extent).filter(found_in__in=audits.values("pk"))
    yield Released(Finding, findings)
    if "10.2" in extent.numbers:
        yield Released(CorrectiveAction, all_of(CorrectiveAction, extent))
    if "10.1" in extent.numbers:
        yield Released(Improvement, all_of(Improvement, extent))
    if meets(extent.numbers, ("9.3.1", "9.3.2", "9.3.3")):
        yield Released(ManagementReview, all_of(ManagementReview, extent).filter(state=ReviewState.ISSUED))
