"""Records of the floor `risks` for the tests, made by plain functions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from organisations.models import Organisation, User
from records.models import Record
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
from risks.treatment.treating import let_both_in
from systems.models import AISystem
from tests.cast import (
    make_ai_system,
    number,
)


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
    let_both_in(risk, former=set())
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
