"""The people, the organisations and the records of the tests, made by plain functions.

The cast stands in the database before the first test (see conftest), so that a test costs no catalogue. It belongs to
two organisations that have nothing to do with each other: Brightwater, and Farpost, where only the outsider works.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from clauses.actions import open_positions
from clauses.loading import load_catalogue
from clauses.models import Position, Requirement
from evidence.models import Evidence, EvidenceVersion, Proof
from organisations.actions import appoint
from organisations.models import Organisation, User
from organisations.roles import Role
from records.models import Record
from records.views import RecordViews
from risks.models import (
    Acceptance,
    Concern,
    GoLive,
    ImpactAssessment,
    Incident,
    Notification,
    OwnControl,
    Risk,
    RiskAssessment,
    RiskCriteria,
    Statement,
    Treatment,
    TreatmentControl,
    TreatmentPlan,
)
from systems.models import ActRole, AIRole, AISystem, RiskClass, Supplier
from tests.clauses.registers.making import REGISTERS

PASSWORD = "tall ships sail at dawn"
HERE, THERE = "brightwater", "farpost"
ROLES = {
    "officer": Role.COMPLIANCE_OFFICER,
    "contributor": Role.CONTRIBUTOR,
    "internal_auditor": Role.INTERNAL_AUDITOR,
    "auditor": Role.AUDITOR,
    "manager": Role.MANAGER,
    "administrator": Role.ADMINISTRATOR,
}
READERS = ("internal_auditor", "auditor", "manager", "administrator")
number = count(1)


def found(slug: str) -> Organisation:
    """The organisation of the cast with that slug, with its catalogue, positions and people; made where missing."""
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation:
        return organisation
    load_catalogue()
    organisation = Organisation.objects.create(name=f"{slug.title()} Ltd", slug=slug)
    open_positions(organisation)
    for name in ROLES if slug == HERE else ["officer"]:
        person(name, organisation)
    return organisation


def person(name: str, organisation: Organisation, role: str = "", **membership: Any) -> User:
    """A member called after their role, `officer@brightwater.example`; auditors from outside leave in 30 days."""
    role = role or ROLES[name]
    if role == Role.AUDITOR:
        membership.setdefault("until", organisation.today() + timedelta(days=30))
    user = User.objects.create_user(f"{name}@{organisation.slug}.example", name=f"{name.title()} {organisation.name}")
    appoint(user, organisation=organisation, role=role, **membership)
    return user


def somebody(organisation: Organisation) -> User:
    """One more contributor, like nobody else."""
    return person(f"colleague-{next(number)}", organisation, Role.CONTRIBUTOR)


def make_supplier(organisation: Organisation, **fields: Any) -> Supplier:
    defaults = {"title": f"Supplier {next(number)}", "service": "A hosted language model"}
    return Supplier.objects.create(organisation=organisation, **defaults | fields)


def make_ai_system(organisation: Organisation, **fields: Any) -> AISystem:
    defaults = {
        "title": f"System {next(number)}",
        "purpose": "Sorts incoming mail",
        "roles": [AIRole.PROVIDER],
        "act_role": ActRole.PROVIDER,
        "risk_class": RiskClass.MINIMAL,
        "class_reason": "Decides nothing about people",
        "oversight": "A clerk reads what is unsure",
        "scope_reason": "Used in production",
    }
    return AISystem.objects.create(organisation=organisation, **defaults | fields)


def make_criteria(organisation: Organisation, **fields: Any) -> RiskCriteria:
    """Criteria of 5 × 5 with plain words; `state="approved"` for those in force."""
    scale = ["very small", "small", "middling", "large", "very large"]
    names = ("likelihood", "organisation_scale", "individuals_scale", "society_scale")
    defaults: dict[str, Any] = {"title": f"Criteria {next(number)}", **dict.fromkeys(names, scale)}
    return RiskCriteria.objects.create(organisation=organisation, **defaults | fields)


def make_risk(organisation: Organisation, **fields: Any) -> Risk:
    """An operational risk of a system of its own, not scored yet; see `score`."""
    texts = {"cause": "Old data", "consequence": "Harm", "trigger": "incident"}
    defaults = {"title": f"Risk {next(number)}", "category": "fairness", **texts}
    if fields.get("process") != "planning" and "system" not in fields:
        fields["system"] = make_ai_system(organisation)
    return Risk.objects.create(organisation=organisation, **defaults | fields)


def score(risk: Risk, *, phase: str = "residual", **fields: Any) -> RiskAssessment:
    """One more dated score of a risk, by the criteria of its organisation."""
    criteria = fields.pop("criteria", None) or RiskCriteria.objects.filter(organisation=risk.organisation).last()
    defaults = {"assessed_on": risk.organisation.today(), "rationale": "Seen in tests"}
    return RiskAssessment.objects.create(
        risk=risk, criteria=criteria or make_criteria(risk.organisation), phase=phase, **defaults | fields
    )


def make_treatment(organisation: Organisation, **fields: Any) -> Treatment:
    """A planned line of treatment, of a risk of its own unless `treats` is given."""
    defaults: dict[str, Any] = {"title": f"Treatment {next(number)}", "action": "Test each release"}
    defaults["due_on"] = organisation.today()
    if "treats" not in fields:
        fields["treats"] = make_risk(organisation)
    return Treatment.objects.create(organisation=organisation, **defaults | fields)


def make_plan(organisation: Organisation, **fields: Any) -> TreatmentPlan:
    """A draft of the treatment plan, which shows the open lines of today."""
    return TreatmentPlan.objects.create(organisation=organisation, **{"title": f"Plan {next(number)}"} | fields)


def treat(risk: Risk, *controls: Record, **fields: Any) -> Treatment:
    """A treatment of a risk that rests on these controls."""
    defaults = {"title": f"Treatment {next(number)}", "action": "Checks every release"}
    treatment = Treatment.objects.create(organisation=risk.organisation, treats=risk, **defaults | fields)
    for control in controls:
        TreatmentControl.objects.create(treatment=treatment, control_id=control.pk)
    return treatment


def make_own_control(organisation: Organisation, **fields: Any) -> OwnControl:
    defaults = {"title": f"Own control {next(number)}", "justification": "Annex A names no red team"}
    return OwnControl.objects.create(organisation=organisation, **defaults | fields)


def make_statement(organisation: Organisation, **fields: Any) -> Statement:
    """A draft; several may stand open here, as no person can make them."""
    count = Statement.objects.of(organisation).count() + 1
    defaults = {"title": f"Statement {count}", "label": f"{count}.0", "number": count}
    return Statement.objects.create(organisation=organisation, **defaults | fields)


def make_impact_assessment(organisation: Organisation, **fields: Any) -> ImpactAssessment:
    """A draft about a system of its own; see `tests.risks.assessed` for one that is complete."""
    system = fields.pop("system", None) or make_ai_system(organisation)
    system.refresh_from_db()
    defaults = {"title": f"Impact assessment {next(number)}", "system": system, "system_version": system.system_version}
    return ImpactAssessment.objects.create(organisation=organisation, **defaults | fields)


def make_acceptance(risk: Risk, *, by: User, **fields: Any) -> Acceptance:
    """That a risk is accepted as it is scored now, for a year."""
    today = risk.organisation.today()
    risk = Risk.objects.get(pk=risk.pk)
    defaults = {"score": risk.score or 1, "level": risk.level or "low", "accepted_on": today}
    until = {"until": today + timedelta(days=365), "reason": "Small enough"}
    return Acceptance.objects.create(risk=risk, accepted_by=by, **defaults | until | fields)


def make_incident(organisation: Organisation, **fields: Any) -> Incident:
    """An open incident known since yesterday; `notify` adds who must be told, by its hours."""
    yesterday = timezone.now().replace(second=0, microsecond=0) - timedelta(days=1)
    defaults = {"title": f"Incident {next(number)}", "happened_on": yesterday.date(), "known_at": yesterday}
    return Incident.objects.create(organisation=organisation, **defaults | {"severity": "medium"} | fields)


def make_go_live(organisation: Organisation, **fields: Any) -> GoLive:
    """A decision about a system of its own, as the gate writes it."""
    decider = organisation.memberships.order_by("pk")[0].user
    day = {"live_on": organisation.today(), "decided_on": organisation.today(), "decided_by": decider}
    system = fields.pop("system", None) or make_ai_system(organisation, system_version="1.0")
    defaults = {"title": f"Go-live {next(number)}", "system": system, "system_version": system.system_version, **day}
    return GoLive.objects.create(organisation=organisation, **defaults | fields)


def make_concern(organisation: Organisation, **fields: Any) -> Concern:
    defaults = {"title": f"Concern {next(number)}", "channel": "letter", "received_on": organisation.today()}
    return Concern.objects.create(organisation=organisation, **defaults | {"text": "It is unfair"} | fields)


def make_evidence(organisation: Organisation, *, proves: Record | None = None, **fields: Any) -> Evidence:
    """An item with one version, a link; `proves` names a record it proves something about."""
    item = Evidence.objects.create(organisation=organisation, **{"title": f"Evidence {next(number)}"} | fields)
    EvidenceVersion.objects.create(evidence=item, number=1, url="https://files.example/minutes")
    if proves:
        Proof.objects.create(evidence=item, record=proves)
    return item


def make_position(organisation: Organisation, **fields: Any) -> Position:
    """A position nobody has used in a test yet: the first without an owner, or a new one where none is open."""
    positions = Position.objects.filter(organisation=organisation)
    position = positions.filter(owner=None, changed_by=None, version=1).in_order().first()
    if position is None:
        taken = positions.values("requirement")
        requirement = Requirement.objects.assessable().exclude(pk__in=taken)[0]
        applicable = None if requirement.is_control else True
        position = Position(organisation=organisation, requirement=requirement, applicable=applicable)
    position.version += bool(position.pk)
    for name, value in fields.items():
        setattr(position, name, value)
    position.save()
    return position


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


def approved(system: AISystem, **fields: Any) -> ImpactAssessment:
    """An assessment of the system as it is now, approved today with the decision to go."""
    system.refresh_from_db()
    today = system.organisation.today()
    defaults = {"state": "approved", "decision": "go", "facts": system.facts, "decided_on": today}
    defaults |= {"review_on": today + timedelta(days=365)}
    return make_impact_assessment(system.organisation, system=system, **defaults | fields)


def notify(incident: Incident, recipient: str = "Customer", hours: int | None = 48, **fields: Any) -> Notification:
    due_at = incident.known_at + timedelta(hours=hours) if hours else None
    return Notification.objects.create(incident=incident, recipient=recipient, hours=hours, due_at=due_at, **fields)


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

    def rich(self, organisation: Organisation) -> Any:
        """One with everything a page shows of it, each its own: owner, evidence, supplier, changes."""
        fields: dict[str, Any] = {"owner": somebody(organisation), "review_on": organisation.today()}
        if self.views.model is AISystem:
            fields |= {"main_supplier": make_supplier(organisation), "technical_owner": somebody(organisation)}
        if self.views.model in (Incident, Concern):
            fields |= {"system": make_ai_system(organisation)}
        record = self.make(organisation, **fields)
        if isinstance(record, Incident):
            notify(record)
        if isinstance(record, Evidence):
            Proof.objects.create(evidence=record, record=make_supplier(organisation))
        else:
            make_evidence(organisation, proves=record, valid_until=organisation.today())
        if isinstance(record, Risk):
            score(record, phase="inherent", likelihood=4, for_individuals=4, assessed_by=somebody(organisation))
        if isinstance(record, Position):
            record.systems.add(make_ai_system(organisation))
        Record.objects.filter(pk=record.pk).update(changed_by=somebody(organisation))
        return record


# A new record type needs one entry here, and has all tests of tests/records.
ENTRIES: dict[str, tuple[Callable[..., Any], Callable[[Organisation], dict[str, Any]] | None, str]] = {
    "supplier": (make_supplier, supplier_form, "title"),
    "ai-system": (make_ai_system, ai_system_form, "title"),
    "evidence": (make_evidence, evidence_form, "title"),
    "risk-criteria": (make_criteria, criteria_form, "title"),
    "risk": (make_risk, risk_form, "title"),
    "position": (make_position, None, "narrative"),
    "treatment": (make_treatment, treatment_form, "title"),
    "treatment-plan": (make_plan, plan_form, "title"),
    "own-control": (make_own_control, own_control_form, "description"),
    "statement": (make_statement, None, "change_note"),
    "impact-assessment": (make_impact_assessment, impact_form, "title"),
    "go-live": (make_go_live, None, "title"),
    "incident": (make_incident, incident_form, "title"),
    "concern": (make_concern, concern_form, "title"),
    **REGISTERS,
}


def record_types() -> list[RecordType]:
    """Every record type whose pages have an address, by its kind."""
    views = {page.model.KIND: page for page in registered(get_resolver())}
    missing = sorted(set(views) - set(ENTRIES))
    assert not missing, f"tests/cast.py: ENTRIES lacks {missing}"
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
