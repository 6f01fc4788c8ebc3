"""An organisation whose figures can be counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from clauses.actions import answer_question, count_as
from clauses.models import ExpectedEvidence, Position
from evidence.actions import add_version, receive
from evidence.models import Evidence
from risks.applicability.statement import content_of, live_lines
from risks.models import Notification, RiskCriteria, Standing, Statement, TreatmentPlan
from risks.models.impact import ImpactMeasure
from systems.models import AISystem
from tests.cast import make_ai_system, make_evidence, make_supplier
from tests.risk_cast import (
    make_acceptance,
    make_criteria,
    make_impact_assessment,
    make_incident,
    make_risk,
    make_treatment,
    score,
)


@dataclass
class Stage:
    """An organisation and short words for what happens to its requirements."""

    organisation: Any
    officer: Any

    def position(self, number: str, **fields: Any) -> Position:
        position = Position.objects.select_related("requirement").get(organisation=self.organisation, reference=number)
        for name, value in fields.items():
            setattr(position, name, value)
        position.save()
        return position

    def proof(self, number: str, **fields: Any) -> Evidence:
        return make_evidence(self.organisation, proves=self.position(number), **fields)

    def expected(self, number: str, item: Evidence, *, mandatory: bool = True) -> None:
        """Counts the item as everything (mandatory) that the catalogue expects there."""
        for expected in ExpectedEvidence.objects.filter(requirement__number=number, is_mandatory=mandatory):
            count_as(self.position(number), expected, item, by=self.officer)

    def answer(self, number: str, *values: str) -> None:
        position = self.position(number)
        for question, value in zip(position.requirement.questions.order_by("order"), values, strict=False):
            answer_question(position, question, value=value, comment="", by=self.officer)

    def day(self, offset: int) -> Any:
        return self.organisation.today() + timedelta(days=offset)


@pytest.fixture
def stage(organisation: Any, officer: Any) -> Stage:
    return Stage(organisation, officer)


@pytest.fixture
def played(stage: Stage) -> Stage:
    """Something of everything a report tells: all marks, decisions, evidence in every state, systems, late reviews."""
    here = stage.organisation
    here.scope_statement, here.scope_version, here.stage1_on = "Advice by machine.", "1.2", stage.day(40)
    here.save()
    stage.position("4.1", status="met", owner=stage.officer, narrative="A **list** with [a link](https://x.example).")
    stage.expected("5.2", stage.proof("5.2", title="Signed policy", valid_until=stage.day(300)))
    stage.position("5.2", status="met", review_on=stage.day(-8), owner=stage.officer)
    stage.position("6.1.2", status="partly", owner=stage.officer, review_on=stage.day(10))
    stage.position("6.3", status="not_met")
    stage.position("A.2.2", applicable=True, justification="Needed.", status="implemented", basis=["risk"])
    stage.position("A.2.3", applicable=True, justification="Needed.", status="in_progress")
    stage.position("A.2.4", applicable=False, justification="Nobody here does that.")
    stage.proof("9.1", title="Ran out", valid_until=stage.day(-3), owner=stage.officer)
    stage.proof("9.1", title="Runs out", valid_until=stage.day(80))
    make_ai_system(here, title="Scorer", risk_class="high", roles=["provider", "user"], owner=stage.officer)
    make_ai_system(here, title="Elsewhere", in_scope=False)
    make_ai_system(here, title="Gone", retired_on=stage.day(-1), review_on=stage.day(-30))
    make_supplier(here, title="Late Ltd", review_on=stage.day(-20))
    file = ContentFile(b"Minutes of the risk workshop\n", name="minutes.txt")
    item = receive(here, by=stage.officer, file=file, title="Risk workshop", proves=[stage.position("6.1.2")])
    add_version(item, by=stage.officer, file=ContentFile(b"Minutes, corrected\n", name="minutes.txt"))
    return stage


def furnish(stage: Stage) -> RiskCriteria:
    """What the floor of risks must have: criteria, a plan and a Statement in force, and one low risk that is scored."""
    here, approved = stage.organisation, Standing.APPROVED
    criteria = make_criteria(here, state=approved)
    score(make_risk(here, process="planning", title="Small"), likelihood=1, for_organisation=1)
    TreatmentPlan.objects.create(organisation=here, title="Plan", state=approved)
    said = content_of(live_lines(here, on=here.today()))
    Statement.objects.create(organisation=here, title="Statement", label="1.0", content=said, state=approved)
    return criteria


@pytest.fixture
def assessed(played: Stage) -> Stage:
    """The same with a floor of risks: some of everything that a rule looks at."""
    furnish(played)
    scorer = AISystem.objects.get(title="Scorer")
    with_risks(played, scorer)
    with_assessments(played, scorer)
    with_incidents(played, scorer)
    return played


def with_risks(stage: Stage, scorer: AISystem) -> None:
    here, officer = stage.organisation, stage.officer
    known = {"system": scorer, "assessed_facts": scorer.facts, "trigger": "scheduled"}
    accepted = make_risk(here, title="Accepted", owner=officer, **known)
    score(accepted, likelihood=2, for_individuals=3)
    make_acceptance(accepted, by=officer)
    make_treatment(here, treats=accepted, title="Done", status="verified", due_on=stage.day(-50))
    grave = make_risk(here, title="Grave", owner=officer, review_on=stage.day(-4), **known)
    score(grave, phase="inherent", likelihood=5, for_individuals=4)
    score(grave, likelihood=3, for_individuals=4, for_society=2)
    make_treatment(here, treats=grave, title="Late", owner=officer, due_on=stage.day(-3))
    score(make_risk(here, title="Medium", process="planning"), likelihood=2, for_organisation=4)
    for title, phase in (("Remaining", "residual"), ("Midway", "current")):
        medium = make_risk(here, title=title, process="planning")
        score(medium, phase=phase, likelihood=2, for_organisation=3)
        make_treatment(here, treats=medium)
    make_risk(here, title="Untold", trigger="", system=scorer, assessed_facts="another one")
    closed = make_risk(here, title="Closed", **known, closed_on=stage.day(-1), closed_because="Gone")
    score(closed, likelihood=5, for_individuals=5)


def with_assessments(stage: Stage, scorer: AISystem) -> None:
    here = stage.organisation
    held = {"state": Standing.APPROVED, "review_on": stage.day(-1), "owner": stage.officer}
    ran_out = make_impact_assessment(here, title="Assessment of Scorer", system=scorer, **held)
    late = {"dimension": "privacy", "measure": "Mask names", "due_on": stage.day(-6)}
    ImpactMeasure.objects.create(assessment=ran_out, **late)
    ImpactMeasure.objects.create(assessment=ran_out, **late | {"due_on": stage.day(-2)})
    ImpactMeasure.objects.create(assessment=ran_out, **late | {"done_on": stage.day(-1)})
    current, pending, _missing = (make_ai_system(here, title=title) for title in ("Current", "Pending", "Missing"))
    approved = {"state": Standing.APPROVED, "review_on": stage.day(0), "facts": "as it was"}
    make_impact_assessment(here, title="Assessment of Current", system=current, **approved)
    make_impact_assessment(here, system=pending, state=Standing.IN_REVIEW)


def with_incidents(stage: Stage, scorer: AISystem) -> None:
    here = stage.organisation
    late = {"recipient": "Authority", "due_at": timezone.now() - timedelta(minutes=1)}
    leak = make_incident(here, title="Leak", system=scorer, owner=stage.officer)
    Notification.objects.create(incident=leak, **late)
    make_incident(here, title="Old", closed_on=stage.day(0))
    harmless = make_incident(here, title="Harmless", system=scorer)
    Notification.objects.create(incident=harmless, **late, is_needed=False, note="No data left")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the reports the broker was told about; nothing is really sent."""
    told: list[str] = []

    def send_task(name: str, args: list[str], **options: Any) -> None:
        told.append(args[0])

    monkeypatch.setattr("organisations.workers.current_app.send_task", send_task)
    return told


@pytest.fixture
def quick_print(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A printer that takes no time."""

    def printed(report: Any, result: Any, code: str, alive: Any) -> tuple[bytes, int]:
        alive(50, 0)
        return b"%PDF- " + code.encode(), 3

    monkeypatch.setattr("reports.making.printed", printed)
    return printed  # type: ignore[return-value]
