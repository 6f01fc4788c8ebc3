"""What is released to a room: the records of its clauses and controls, and of its AI systems, and what proves them.

A kind that is not named here is never released; a test asks of each kind whether it is, or why not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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


def released(room: AuditRoom) -> list[Released]:
    """All that belongs to the scope of a room now, kind by kind; kinds out of its scope are left out."""
    numbers = frozenset(room.requirements.values_list("number", flat=True))
    systems = list(room.systems.values_list("pk", flat=True))
    found = [
        *as_they_are(room, numbers),
        *of_systems(room, numbers, systems),
        *of_clauses(room, numbers),
        *of_risks(room, numbers, systems),
        *of_audits(room, numbers),
    ]
    keys = [Record.objects.filter(pk__in=one.records.values("pk")).values("pk") for one in found]
    shown: Any = keys[0].union(*keys[1:])
    proofs = Evidence.objects.of(room.organisation).filter(proves__in=shown)
    if room.covers_from:
        proofs = proofs.filter(Q(covers_to=None) | Q(covers_to__gte=room.covers_from))
    return [*found, Released(Evidence, Evidence.objects.filter(pk__in=proofs.values("pk")))]


def all_of(kind: Any, room: AuditRoom) -> Any:
    return kind.objects.of(room.organisation)


def meets(numbers: frozenset[str], clauses: Any) -> bool:
    """Whether one of the clauses that a register demonstrates is in scope."""
    asked = clauses.split(", ") if isinstance(clauses, str) else clauses
    return bool(numbers.intersection(asked))


def as_they_are(room: AuditRoom, numbers: frozenset[str]) -> Iterator[Released]:
    for views in AS_THEY_ARE:
        if meets(numbers, views.clause):
            yield Released(views.model, all_of(views.model, room))


def of_systems(room: AuditRoom, numbers: frozenset[str], systems: list[int]) -> Iterator[Released]:
    yield Released(AISystem, all_of(AISystem, room).filter(pk__in=systems))
    for views, path in OF_SYSTEMS:
        if meets(numbers, views.clause):
            concerned = Q(**{f"{path}__in": systems}) | Q(**{path: None})
            yield Released(views.model, all_of(views.model, room).filter(concerned).distinct())
    if meets(numbers, ("A.10.2", "A.10.3")):
        supplies = Q(supplied_systems__in=systems) | Q(systems__in=systems) | Q(responsibilities__system__in=systems)
        yield Released(Supplier, all_of(Supplier, room).filter(supplies).distinct())


def of_clauses(room: AuditRoom, numbers: frozenset[str]) -> Iterator[Released]:
    positions = all_of(Position, room).filter(requirement__number__in=numbers)
    yield Released(Position, positions)
    approved = all_of(Document, room).filter(versions__state__in=SETTLED).distinct()
    whole = meets(numbers, ("7.5.1", "7.5.2", "7.5.3"))
    yield Released(Document, approved if whole else approved.filter(positions__in=positions.values("pk")))
    if "4.3" in numbers:
        yield Released(ScopeStatement, all_of(ScopeStatement, room).filter(SETTLED_ONLY))


def of_risks(room: AuditRoom, numbers: frozenset[str], systems: list[int]) -> Iterator[Released]:
    risks = all_of(Risk, room).filter(Q(system__in=systems) | Q(system=None))
    if meets(numbers, ("6.1.1", *RISK)):
        yield Released(RiskCriteria, all_of(RiskCriteria, room).filter(SETTLED_ONLY))
    if meets(numbers, RISK):
        yield Released(Risk, risks)
    if meets(numbers, TREATMENT):
        yield Released(Treatment, all_of(Treatment, room).filter(treats__in=risks.values("pk")))
        yield Released(TreatmentPlan, all_of(TreatmentPlan, room).filter(SETTLED_ONLY))
    if "6.1.3" in numbers:
        yield Released(Statement, all_of(Statement, room).filter(SETTLED_ONLY))
        yield Released(OwnControl, all_of(OwnControl, room))
    if meets(numbers, IMPACT):
        assessments = all_of(ImpactAssessment, room).filter(SETTLED_ONLY, system__in=systems)
        yield Released(ImpactAssessment, assessments)


def of_audits(room: AuditRoom, numbers: frozenset[str]) -> Iterator[Released]:
    """The audit of the room; internal audits whose report is out; audits that the same person was let into before."""
    earlier = AuditRoom.objects.of(room.organisation).filter(email__iexact=room.email).exclude(opened_at=None)
    own = Q(pk=room.for_audit_id) | Q(rooms__in=earlier.values("pk"))
    internal = Q(audit_kind="internal", state=AuditState.REPORT_ISSUED)
    shown = own | internal if meets(numbers, ("9.2.1", "9.2.2")) else own
    audits = all_of(Audit, room).filter(shown).distinct()
    yield Released(Audit, audits)
    if "9.2.2" in numbers:
        yield Released(AuditProgramme, all_of(AuditProgramme, room))
    findings = all_of(Finding, room).filter(found_in__in=audits.values("pk"))
    yield Released(Finding, findings)
    if "10.2" in numbers:
        yield Released(CorrectiveAction, all_of(CorrectiveAction, room))
    if "10.1" in numbers:
        yield Released(Improvement, all_of(Improvement, room))
    if meets(numbers, ("9.3.1", "9.3.2", "9.3.3")):
        yield Released(ManagementReview, all_of(ManagementReview, room).filter(state=ReviewState.ISSUED))
