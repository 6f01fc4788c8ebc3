"""Risks of an organisation in the bench: scored, treated and accepted, most of them of one in ten AI systems."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction

from organisations.models import Organisation
from records.bulk import create_records
from risks.models import (
    Acceptance,
    Category,
    Level,
    Phase,
    Process,
    Risk,
    RiskAssessment,
    RiskCriteria,
    Standing,
    Statement,
    Treatment,
    TreatmentState,
)
from systems.models import AISystem

# One system has as many, if there are as many.
HEAP = 500
STEPS = ["very small", "small", "middling", "large", "very large"]


@transaction.atomic
def take_risks(organisation: Organisation, owners: list[int], words: list[str], risks: int) -> None:
    """Puts risks in with what hangs on them; scores are written where the triggers would write them."""
    scales = ("likelihood", "organisation_scale", "individuals_scale", "society_scale")
    criteria = RiskCriteria.objects.create(
        organisation=organisation, title="Criteria", state=Standing.APPROVED, **dict.fromkeys(scales, STEPS)
    )
    systems = list(AISystem.objects.of(organisation).order_by("pk").values_list("pk", "facts"))
    made = [risk_of(organisation, owners, words, systems, criteria, number) for number in range(risks)]
    create_records(made)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        RiskAssessment.objects.bulk_create(
            (score_of(risk, criteria, phase) for risk in made for phase in (Phase.INHERENT, Phase.RESIDUAL)),
            batch_size=2000,
        )
        Acceptance.objects.bulk_create(
            (acceptance_of(risk, owners[0]) for number, risk in enumerate(made) if number % 3), batch_size=2000
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    create_records([treatment_of(risk, number) for number, risk in enumerate(made) if number % 4])
    Statement.objects.create(organisation=organisation, title="Statement of Applicability", label="1.0")


def risk_of(
    organisation: Organisation,
    owners: list[int],
    words: list[str],
    systems: list[tuple[int, str]],
    criteria: RiskCriteria,
    number: int,
) -> Risk:
    is_planned = number % 20 == 0
    system, facts = systems[0 if number < HEAP else number % len(systems)]
    before, after = places(number)
    text = f"{words[number % 40]} {words[number % 39]} {words[number % 37]}"
    return Risk(
        organisation=organisation,
        title=text.capitalize(),
        owner_id=owners[number % len(owners)],
        review_on=organisation.today() + timedelta(days=number % 700 - 5),
        process=Process.PLANNING if is_planned else Process.OPERATIONAL,
        system_id=None if is_planned else system,
        assessed_facts="" if is_planned else facts,
        trigger="scheduled",
        category=Category.values[number % len(Category.values)],
        cause=f"Because of {text}",
        consequence=f"People lose time and money over {text}",
        option="reduce",
        inherent_score=before[0] * before[1],
        inherent_level=criteria.level_of(*before, individuals=before[1]),
        residual_score=after[0] * after[1],
        residual_level=criteria.level_of(*after, individuals=after[1]),
    )


def places(number: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Likelihood and consequence before and after; few remain high."""
    before = 2 + number % 4, 2 + number // 4 % 4
    return before, (1 + number % 3, 1 + number % 4)


def score_of(risk: Risk, criteria: RiskCriteria, phase: Phase) -> RiskAssessment:
    number = int(risk.reference.rpartition("-")[2]) - 1
    likelihood, consequence = places(number)[phase is Phase.RESIDUAL]
    one = RiskAssessment(
        risk=risk,
        criteria=criteria,
        phase=phase,
        assessed_on=risk.organisation.today(),
        likelihood=likelihood,
        for_individuals=consequence,
        rationale="Measured in three releases, and compared with last year's.",
    )
    one.rate()
    return one


def acceptance_of(risk: Risk, by: int) -> Acceptance:
    today = risk.organisation.today()
    return Acceptance(
        risk=risk,
        score=risk.residual_score or 1,
        level=risk.residual_level or Level.LOW,
        accepted_by_id=by,
        accepted_on=today,
        until=today + timedelta(days=200),
        reason="Small enough",
        facts=risk.assessed_facts,
    )


def treatment_of(risk: Risk, number: int) -> Treatment:
    return Treatment(
        organisation=risk.organisation,
        title=f"Against {risk.title.lower()}",
        owner_id=risk.owner_id,
        treats=risk,
        action="Test each release with a sample, and look at what failed",
        due_on=risk.organisation.today() + timedelta(days=number % 300 - 3),
        status=TreatmentState.values[number % 4],
    )
