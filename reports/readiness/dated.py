"""Dated records: what shows, beside evidence, that a requirement is carried out, and on which day it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Coalesce

from audits.models import (
    Audit,
    AuditKind,
    AuditState,
    CorrectiveAction,
    Finding,
    Improvement,
    ManagementReview,
    ReviewState,
)
from clauses.models import (
    Awareness,
    Communication,
    ContextIssue,
    Measurement,
    Objective,
    PlannedChange,
    RoleAssignment,
    TrainingRecord,
)
from organisations.counting import MOST, HowMany, told
from organisations.models import Organisation
from risks.models import (
    Acceptance,
    Concern,
    GoLive,
    ImpactAssessment,
    Incident,
    Process,
    Risk,
    RiskAssessment,
    Treatment,
)
from systems.models import DataCheck, Dataset, RecordKind, Supplier, SupplierAssessment, SystemRecord

from .lists import Seen


@dataclass(frozen=True)
class Dated:
    """How many records of a requirement fall into the period, and whether there are older ones."""

    count: int = 0
    older: bool = False

    @property
    def told(self) -> str:
        return told(self.count)


@dataclass(frozen=True)
class Source:
    """Records with a day, and the requirements whose operation they show."""

    numbers: tuple[str, ...]
    rows: Callable[[Seen], Any]
    day: Any


def hung(kind: Any, record: Any, name: str, **wanted: Any) -> Callable[[Seen], Any]:
    """Rows that hang on a record by the key `name`."""
    return lambda seen: kind.objects.filter(Exists(seen.of(record).filter(pk=OuterRef(name), **wanted)))


def whole(kind: Any, **wanted: Any) -> Callable[[Seen], Any]:
    return lambda seen: seen.of(kind).filter(**wanted)


def kept(kind: RecordKind, number: str) -> Source:
    """Life-cycle records of a kind."""
    return Source((number,), whole(SystemRecord, record_kind=kind), F("done_on"))


ISSUED = {"audit_kind": AuditKind.INTERNAL, "state": AuditState.REPORT_ISSUED}
SOURCES = (
    Source(("4.1",), whole(ContextIssue), F("reviewed_on")),
    Source(("5.3", "A.3.2"), whole(RoleAssignment), F("assigned_on")),
    Source(("6.1.2",), hung(RiskAssessment, Risk, "risk_id", process=Process.PLANNING), F("assessed_on")),
    Source(("8.2",), hung(RiskAssessment, Risk, "risk_id", process=Process.OPERATIONAL), F("assessed_on")),
    Source(("6.1.3",), hung(Acceptance, Risk, "risk_id"), F("accepted_on")),
    Source(("8.3",), whole(Treatment), F("verified_on")),
    Source(("6.1.4", "8.4", "A.5.2", "A.5.3", "A.5.4", "A.5.5"), whole(ImpactAssessment), F("assessed_on")),
    Source(("6.2", "9.1"), hung(Measurement, Objective, "objective_id"), F("on")),
    Source(("6.3",), whole(PlannedChange), Coalesce("closed_on", "approved_on")),
    Source(("7.2", "A.4.6"), whole(TrainingRecord), F("completed_on")),
    Source(("7.3",), whole(Awareness), F("starts_on")),
    Source(("7.4",), whole(Communication), F("sent_on")),
    Source(("8.1",), whole(GoLive), F("decided_on")),
    Source(("9.2.1", "9.2.2"), whole(Audit, **ISSUED), F("report_on")),
    Source(("9.3.1", "9.3.2", "9.3.3"), whole(ManagementReview, state=ReviewState.ISSUED), F("held_on")),
    Source(("10.1",), whole(Improvement), F("settled_on")),
    Source(("10.2",), whole(CorrectiveAction), Coalesce("closed_on", "done_on")),
    Source(("10.2",), whole(Finding), F("verified_on")),
    Source(("A.3.3",), whole(Concern), F("received_on")),
    kept(RecordKind.REQUIREMENTS, "A.6.2.2"),
    kept(RecordKind.DESIGN, "A.6.2.3"),
    kept(RecordKind.VERIFICATION, "A.6.2.4"),
    kept(RecordKind.DEPLOYMENT, "A.6.2.5"),
    kept(RecordKind.MONITORING, "A.6.2.6"),
    kept(RecordKind.TECHNICAL, "A.6.2.7"),
    kept(RecordKind.EVENT_LOG, "A.6.2.8"),
    kept(RecordKind.USERS, "A.8.2"),
    kept(RecordKind.CUSTOMERS, "A.10.4"),
    Source(("A.7.4",), hung(DataCheck, Dataset, "dataset_id"), F("on")),
    Source(("A.8.4",), whole(Incident), F("happened_on")),
    Source(("A.10.3",), hung(SupplierAssessment, Supplier, "supplier_id"), F("on")),
)


def dated_records(seen: Seen, since: date) -> dict[str, Dated]:
    """By the number of the requirement; what has no dated records is not in it. One query."""
    asked: dict[str, Any] = {}
    for place, source in enumerate(SOURCES):
        rows = source.rows(seen).alias(dated_on=source.day)
        asked[f"in_{place}"] = HowMany(rows.filter(dated_on__range=(since, seen.on)))
        asked[f"before_{place}"] = Exists(rows.filter(dated_on__lt=since))
    found: Any = Organisation.objects.filter(pk=seen.organisation.pk)
    row = found.values(**asked).get()
    counts: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for place, source in enumerate(SOURCES):
        for number in source.numbers:
            counts[number].append((row[f"in_{place}"], row[f"before_{place}"]))
    return {
        number: Dated(min(sum(n for n, _b in some), MOST + 1), any(b for _n, b in some))
        for number, some in counts.items()
    }
