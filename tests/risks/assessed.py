"""Impact assessments for tests, complete enough to be submitted, and the people who decide on them."""

from __future__ import annotations

from typing import Any

from organisations.models import Organisation, User
from organisations.roles import Role
from records.approving import submit
from risks.impact.approval import approve_assessment
from risks.impact.completeness import ready_for_review
from risks.impact.sections import COLUMNS
from risks.models import Consultation, Dimension, Impact, ImpactAssessment, ImpactMeasure, ImpactRisk
from tests.cast import person, somebody
from tests.risk_cast import make_impact_assessment

HARM = {
    "is_affected": True,
    "harm": "Mail of some people is read late",
    "severity": 3,
    "likelihood": 3,
    "scale": "few",
    "reversibility": "easy",
    "residual_severity": 2,
    "residual_likelihood": 2,
}
CHOSEN = {"autonomy": "proposes", "stage": "operation_and_monitoring", "trigger": "new_system", "decision": "go"}
LEFT = {
    "review_on",
    "system_version",
    "assessed_on",
    "assessors",
    "risks",
    "people",
    "frameworks",
    "vulnerable",
    "conditions",
}


def complete(organisation: Organisation, depth: str = "light", **fields: Any) -> ImpactAssessment:
    """A draft of which nothing is missing; fairness is affected, nothing else."""
    texts = {name: "As it should be" for name in COLUMNS if name not in {*LEFT, *CHOSEN}}
    answers = {"screening": depth, "is_prohibited": False, "personal_data": False, "people": 40}
    extra = {"vulnerable": "Elderly people"} if depth == "full" else {}
    assessment = make_impact_assessment(organisation, **texts | CHOSEN | answers | extra | fields)
    assessment.assessors.set([somebody(organisation) for _n in range(2)])
    for dimension in Dimension:
        own = HARM if dimension == Dimension.FAIRNESS else {"is_affected": False, "reason": "Decides nothing"}
        Impact.objects.create(assessment=assessment, dimension=dimension, **own)
    ImpactMeasure.objects.create(assessment=assessment, dimension=Dimension.FAIRNESS, measure="A clerk reads again")
    Consultation.objects.create(assessment=assessment, who="Works council")
    return assessment


def remaining(assessment: ImpactAssessment, severity: int, likelihood: int) -> None:
    """Sets what remains of the one impact."""
    rows = Impact.objects.filter(assessment=assessment, is_affected=True)
    rows.update(residual_severity=severity, residual_likelihood=likelihood)


def manager_with(organisation: Organisation, authority: str, name: str) -> User:
    manager = person(name, organisation, Role.MANAGER, top_management=authority == "top")
    if authority != "top":
        manager.memberships.filter(organisation=organisation).update(authority=authority)
    return manager


def submitted(assessment: ImpactAssessment, by: User) -> ImpactAssessment:
    submit(assessment, by=by, complete=ready_for_review)
    return ImpactAssessment.objects.get(pk=assessment.pk)


def approved(assessment: ImpactAssessment, by: User, submitter: User, **decided: Any) -> ImpactAssessment:
    waiting = submitted(assessment, submitter)
    words = {"decision": waiting.decision, "conditions": waiting.conditions, "note": ""} | decided
    approve_assessment(waiting, by=by, seen=waiting.version, **words)
    return ImpactAssessment.objects.get(pk=assessment.pk)


def linked(assessment: ImpactAssessment, risk: Any) -> None:
    ImpactRisk.objects.create(assessment=assessment, risk=risk)
