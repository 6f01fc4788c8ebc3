"""Every record type with what the tests need of it: a maker, what a form of it would post, and a field to change."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from audits.models import Audit
from clauses.models import Position, ScopeStatement
from evidence.models import Evidence, Proof
from organisations.models import Organisation
from records.models import Record
from records.views import RecordViews
from risks.models import (
    Concern,
    Incident,
    Risk,
    Treatment,
    TreatmentState,
)
from systems.models import AISystem
from tests.audits.improving_making import (
    corrective_action_form,
    improvement_form,
    make_corrective_action,
    make_improvement,
    make_review,
    review_form,
)
from tests.audits.making import (
    audit_form,
    finding_form,
    make_audit,
    make_finding,
    make_programme,
    programme_form,
)
from tests.audits.room.desk_making import make_question
from tests.cast import (
    make_ai_system,
    make_evidence,
    make_position,
    make_supplier,
    somebody,
)
from tests.clauses.asking.making import make_request, make_task, request_form, task_form
from tests.clauses.gaps.making import gap_run_form, make_gap_run
from tests.clauses.registers.making import REGISTERS
from tests.document_cast import document_form, make_document, make_scope
from tests.risk_cast import (
    make_concern,
    make_criteria,
    make_go_live,
    make_impact_assessment,
    make_incident,
    make_own_control,
    make_plan,
    make_risk,
    make_statement,
    make_treatment,
    notify,
    score,
)
from tests.room_cast import make_room, room_form
from tests.systems.making import (
    dataset_form,
    make_dataset,
    make_system_record,
    make_system_resource,
    record_form,
    resource_form,
)


def supplier_form(organisation: Organisation) -> dict[str, Any]:
    return {"title": "Northern Models", "service": "A hosted language model", "criticality": "medium"}


def ai_system_form(organisation: Organisation) -> dict[str, Any]:
    return {
        "title": "Mail sorter",
        "purpose": "Sorts incoming mail",
        "roles": ["provider"],
        "act_role": "provider",
        "risk_class": "minimal",
        "class_reason": "Decides nothing about people",
        "stage": "design_and_development",
        "oversight": "A clerk reads what is unsure",
        "in_scope": "on",
        "scope_reason": "Used in production",
    }


def treatment_form(organisation: Organisation) -> dict[str, Any]:
    return {
        "treats": make_risk(organisation).pk,
        "option": "reduce",
        "title": "Test each release",
        "action": "Selection rates are tested before each release",
        "due_on": organisation.today().isoformat(),
        "status": "planned",
    }


def plan_form(organisation: Organisation) -> dict[str, Any]:
    return {"title": "Risk treatment plan", "change_note": "Two lines more"}


def impact_form(organisation: Organisation) -> dict[str, Any]:
    return {"title": "Impact of the mail sorter", "system": make_ai_system(organisation).pk, "trigger": "new_system"}


def incident_form(organisation: Organisation) -> dict[str, Any]:
    known_at = timezone.localtime(timezone.now() - timedelta(hours=2), organisation.zone)
    return {
        "title": "It answered with an old price",
        "happened_on": (organisation.today() - timedelta(days=1)).isoformat(),
        "known_at": known_at.strftime("%Y-%m-%dT%H:%M"),
        "severity": "medium",
    }


def concern_form(organisation: Organisation) -> dict[str, Any]:
    today = organisation.today().isoformat()
    return {"title": "Targets are too high", "text": "They push us", "channel": "letter", "received_on": today}


def evidence_form(organisation: Organisation) -> dict[str, Any]:
    return {"title": "Minutes of May", "evidence_kind": "minutes", "url": "https://files.example/minutes"}


def own_control_form(organisation: Organisation) -> dict[str, Any]:
    return {
        "title": "Red-team test each quarter",
        "justification": "Annex A names no red team",
        "basis": "risk",
        "status": "implemented",
    }


def criteria_form(organisation: Organisation) -> dict[str, Any]:
    steps = "Rare: seldom\nSmall: now and then\nMiddling: yearly\nLarge: often\nHuge: always"
    scales = dict.fromkeys(("likelihood", "organisation_scale", "individuals_scale", "society_scale"), steps)
    acceptors = {"accepts_low": "owner", "accepts_medium": "head", "accepts_high": "designated"}
    months = {"months_planning": "12", "months_high": "6", "months_limited": "12", "months_minimal": "24"}
    thresholds = {"medium_from": "5", "high_from": "10", "critical_from": "15", "individuals_override": "on"}
    return {"title": "Criteria", "size": "5", "accepts_critical": "top"} | scales | acceptors | months | thresholds


def risk_form(organisation: Organisation) -> dict[str, Any]:
    return {
        "title": "Refusals cannot be explained",
        "process": "operational",
        "system": str(make_ai_system(organisation).pk),
        "trigger": "incident",
        "category": "transparency",
        "cause": "The model is a black box",
        "consequence": "Rights are not met",
        "affects": ["individuals"],
    }


@dataclass(frozen=True)
class RecordType:
    """One record type as the tests need it: how to make one, what to type into its form, which text to change."""

    views: RecordViews
    make: Callable[..., Any]
    form_data: Callable[[Organisation], dict[str, Any]] | None
    text: str

    @property
    def kind(self) -> str:
        return self.views.model.KIND

    def url(self, page: str, organisation: Organisation, record: Record | None = None) -> str:
        """Address of a page: list, new, detail, edit, history, or `export.csv`."""
        kwargs = {"organisation": organisation.slug}
        if page.startswith("export."):
            return reverse(f"{self.kind}-export", kwargs=kwargs | {"file_format": page.removeprefix("export.")})
        if page not in {"list", "new"}:
            kwargs["reference"] = record.reference if record else "NO-99"
        return reverse(f"{self.kind}-{page}", kwargs=kwargs)

    def let_read(self, role: str, record: Any) -> Any:
        """The record as that role may read it: who comes from outside reads of the scope only what was approved."""
        if role == "auditor" and isinstance(record, ScopeStatement):
            ScopeStatement.objects.filter(pk=record.pk).update(state="approved", decided_on=record.organisation.today())
        return record

    def written_by(self, role: str) -> bool:
        """Whether who holds this role, beside the officer, keeps these records: internal auditors, what they audit."""
        return role == "internal_auditor" and self.kind in KEPT_BY_AUDITORS

    @property
    def owners_write(self) -> bool:
        """Whether an owner changes what they own. Who answers for a finding does not."""
        return self.kind not in KEPT_BY_AUDITORS

    def rich(self, organisation: Organisation) -> Any:
        """One with everything a page shows of it, each its own: owner, evidence, supplier, changes."""
        fields: dict[str, Any] = {"owner": somebody(organisation), "review_on": organisation.today()}
        if self.views.model is AISystem:
            fields |= {"main_supplier": make_supplier(organisation), "technical_owner": somebody(organisation)}
        if self.views.model is Audit:
            fields |= {"lead": somebody(organisation)}
        if self.views.model in (Incident, Concern):
            fields |= {"system": make_ai_system(organisation)}
        if self.views.model is Treatment:
            fields |= {"status": TreatmentState.IMPLEMENTED}
        record = self.make(organisation, **fields)
        if isinstance(record, Incident):
            notify(record)
        if isinstance(record, Evidence):
            Proof.objects.create(evidence=record, record=make_supplier(organisation))
        else:
            make_evidence(organisation, proves=record, valid_until=organisation.today())
        if isinstance(record, Risk):
            for phase, likelihood in (("inherent", 4), ("residual", 2)):
                score(record, phase=phase, likelihood=likelihood, for_individuals=4, assessed_by=somebody(organisation))
        if isinstance(record, Audit | Position):
            record.systems.add(make_ai_system(organisation))
        Record.objects.filter(pk=record.pk).update(changed_by=somebody(organisation))
        return record


KEPT_BY_AUDITORS = {"audit-programme", "audit", "finding"}

# A new record type needs one entry here, and has all tests of tests/records.
ENTRIES: dict[str, tuple[Callable[..., Any], Callable[[Organisation], dict[str, Any]] | None, str]] = {
    "supplier": (make_supplier, supplier_form, "title"),
    "ai-system": (make_ai_system, ai_system_form, "title"),
    "evidence": (make_evidence, evidence_form, "title"),
    "risk-criteria": (make_criteria, criteria_form, "title"),
    "risk": (make_risk, risk_form, "title"),
    "position": (make_position, None, "narrative"),
    "dataset": (make_dataset, dataset_form, "title"),
    "system-resource": (make_system_resource, resource_form, "title"),
    "system-record": (make_system_record, record_form, "title"),
    "treatment": (make_treatment, treatment_form, "title"),
    "treatment-plan": (make_plan, plan_form, "title"),
    "own-control": (make_own_control, own_control_form, "description"),
    "statement": (make_statement, None, "change_note"),
    "impact-assessment": (make_impact_assessment, impact_form, "title"),
    "go-live": (make_go_live, None, "title"),
    "incident": (make_incident, incident_form, "title"),
    "concern": (make_concern, concern_form, "title"),
    "document": (make_document, document_form, "title"),
    "scope-statement": (make_scope, None, "text"),
    "gap-run": (make_gap_run, gap_run_form, "purpose"),
    "task": (make_task, task_form, "what"),
    "audit-room": (make_room, room_form, "title"),
    "information-request": (make_question, None, "title"),
    "evidence-request": (make_request, request_form, "asks"),
    "audit-programme": (make_programme, programme_form, "objectives"),
    "audit": (make_audit, audit_form, "plan"),
    "finding": (make_finding, finding_form, "observed"),
    "corrective-action": (make_corrective_action, corrective_action_form, "title"),
    "improvement": (make_improvement, improvement_form, "title"),
    "management-review": (make_review, review_form, "title"),
    **REGISTERS,
}


def record_types() -> list[RecordType]:
    """Every record type whose pages have an address, by its kind."""
    views = {page.model.KIND: page for page in registered(get_resolver())}
    missing = sorted(set(views) - set(ENTRIES))
    assert not missing, f"tests/record_types.py: ENTRIES lacks {missing}"
    return [RecordType(views[kind], *ENTRIES[kind]) for kind in sorted(views)]


def registered(resolver: URLResolver) -> list[RecordViews]:
    pages: list[RecordViews] = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            pages += registered(entry)
        elif isinstance(entry, URLPattern):
            owner = getattr(inspect.unwrap(entry.callback), "__self__", None)
            pages += [owner] if isinstance(owner, RecordViews) else []
    return pages
