"""Loads a file's `risk_criteria` and `risks`, each risk with its scores, treatment and acceptance."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from organisations.models import Membership
from organisations.rows import Intake, Row
from records.loading import keep_given
from records.models import keep_reference
from risks.criteria.in_force import SCALES, THRESHOLDS, starting_values
from risks.models import (
    Acceptance,
    Affected,
    Category,
    Confidence,
    Level,
    Option,
    Phase,
    Process,
    Risk,
    RiskAssessment,
    RiskCriteria,
    Size,
    Source,
    Standing,
    Treatment,
    TreatmentControl,
    TreatmentState,
    Trigger,
)
from risks.treatment.treating import let_both_in
from systems.models import AISystem, Stage

# Keys of a file for the scales of the criteria.
SCALE_KEYS = dict(zip(SCALES, ("likelihood", "organisation", "individuals", "society"), strict=True))
# Whom a consequence falls on, as the scale it is scored by.
COLUMN_OF = {
    Affected.ORGANISATION: "for_organisation",
    Affected.INDIVIDUALS: "for_individuals",
    Affected.GROUPS: "for_individuals",
    Affected.SOCIETY: "for_society",
}


def load_criteria(intake: Intake) -> None:
    """The criteria of the file; those of practice where it has risks and says nothing about criteria."""
    if "risk_criteria" in intake.root or intake.root.get("risks"):
        row = intake.root.row("risk_criteria")
        intake.known["risk_criteria"] = {"in force": intake.attempt(row, criteria)}


def criteria(row: Row) -> RiskCriteria:
    size = row.number("size") or Size.FIVE
    values = starting_values(size if size in Size.values else Size.FIVE) | {"size": size}
    values |= {name: steps for name, key in SCALE_KEYS.items() if (steps := row.texts(key))}
    values |= {name: number for name in THRESHOLDS if (number := row.number(name)) is not None}
    approved_on = row.day("approved_on") or first_decision(row.intake)
    approver = row.one("approved_by", "people") or first_top_manager(row.intake)
    made = RiskCriteria(
        title=row.text("title") or _("Risk criteria"),
        owner=row.one("owner", "people"),
        review_on=row.day("next_review"),
        number=row.number("version") or 1,
        method=row.text("method"),
        **values,
    )
    if approver:
        made.state, made.decided_by, made.decided_on = Standing.APPROVED, approver, approved_on
    keep_given(row, made, review_on="next_review", **SCALE_KEYS)
    return made


def first_top_manager(intake: Intake) -> Any:
    top = Membership.objects.filter(organisation=intake.organisation, top_management=True)
    found = top.select_related("user").order_by("pk").first()
    return found.user if found else None


def first_decision(intake: Intake) -> date:
    """The first day on which a risk of the file was accepted: the criteria were there by then."""
    accepted = (row.get("acceptance") for row in intake.peek("risks"))
    days = [one["on"] for one in accepted if isinstance(one, Row) and type(one.get("on")) is date]
    return min(days, default=intake.organisation.today())


def load_risks(intake: Intake) -> None:
    ids = [system.pk for system in intake.known.get("ai_systems", {}).values() if system]
    facts = dict(AISystem.objects.filter(pk__in=ids).values_list("pk", "facts"))
    intake.each("risks", lambda row: risk(row, facts))


def risk(row: Row, facts: dict[int, str]) -> Risk:
    """One risk with everything that hangs on it. All of the row is read before anything is saved."""
    accepted, treated = row.row("acceptance"), row.row("treatment")
    day = accepted.day("on") or row.intake.organisation.today()
    affects = row.choices("affects", Affected)
    scores = [one for phase in Phase if (one := score(row, phase, affects, day))]
    controls = row.many("controls", "requirements")
    if controls and not treated:
        row.refuse("controls", _("stand with a treatment, and there is none"))
    treatment = treatment_of(row, treated, day) if treated else None
    acceptance = acceptance_of(accepted, scores) if accepted else None
    made = Risk(
        title=row.text("title", needed=True),
        owner=row.one("owner", "people"),
        review_on=row.day("next_review"),
        process=row.choice("level", Process),
        system=row.one("ai_system", "ai_systems"),
        parent=row.one("parent", "risks"),
        category=row.choice("category", Category),
        source=row.choice("source", Source, needed=False),
        trigger=row.choice("trigger", Trigger, needed=False),
        stage=row.choice("lifecycle_stage", Stage, needed=False),
        option=row.choice("option", Option, needed=False),
        cause=row.text("cause", needed=True),
        event=row.text("event"),
        consequence=row.text("consequence", needed=True),
        existing_controls=row.text("existing_controls"),
        identified_on=row.day("identified"),
        affects=affects,
    )
    made.assessed_facts = facts.get(made.system_id or 0, "") if scores else ""
    keep_given(row, made, **COLUMNS)
    keep_scores(made, scores)
    keep_treatment(made, treatment, controls)
    keep_acceptance(made, acceptance, scores)
    # A trigger wrote the scores into the row; who points at this risk later shall see them.
    made.refresh_from_db()
    return made


COLUMNS = {
    "review_on": "next_review",
    "process": "level",
    "system": "ai_system",
    "stage": "lifecycle_stage",
    "identified_on": "identified",
}


def score(row: Row, phase: Phase, affects: list[str], day: date) -> RiskAssessment | None:
    """The score of a phase, unsaved; none where the row has none. The consequence falls on each of those affected."""
    given = row.row(phase.value)
    if not given:
        return None
    found = row.intake.known.get("risk_criteria", {}).get("in force")
    size = found.size if found else Size.FIVE
    steps = {key: step(given, key, size) for key in ("l", "c")}
    columns = {COLUMN_OF[Affected(kind)] for kind in affects if kind in Affected.values} or {"for_organisation"}
    made = RiskAssessment(
        phase=phase,
        assessed_on=given.day("on") or day,
        assessed_by=given.one("by", "people"),
        trigger=given.choice("trigger", Trigger, needed=False),
        confidence=given.choice("confidence", Confidence, needed=False) or Confidence.MEDIUM,
        likelihood=steps["l"],
        rationale=given.text("rationale"),
        **dict.fromkeys(columns, steps["c"]),
    )
    if found is None:
        row.is_bad = True  # what is wrong with the criteria has been noted
    else:
        made.criteria = found
    return made


def step(given: Row, key: str, size: int) -> int:
    number = given.number(key)
    if number is None and key not in given.spoilt and given.get(key) is None:
        given.refuse(key, _("is missing"))
    elif number is not None and not 1 <= number <= size:
        given.refuse(key, _("must be from 1 to %(n)s") % {"n": size})
        return 1
    return number or 1


def treatment_of(row: Row, given: Row, day: date) -> Treatment:
    """The line of the plan, unsaved. A file may say that it is overdue: that is read off the dates."""
    status, due = given.text("status", needed=True).replace(" ", "_"), given.day("due")
    status = "in_progress" if status == "overdue" else given.chosen("status", status, TreatmentState)
    expected = given.row("expected")
    action = given.text("action", needed=True)
    return Treatment(
        reference=given.text("id"),
        title=action[:200],
        action=action,
        owner=given.one("owner", "people"),
        option=row.choice("option", Option, needed=False) or Option.REDUCE,
        due_on=due,
        status=status or TreatmentState.PLANNED,
        resources=given.text("resources"),
        verification=given.text("verification"),
        result=given.text("result"),
        verified_by=given.one("verified_by", "people"),
        verified_on=given.day("verified_on") or ((due or day) if status == TreatmentState.VERIFIED else None),
        expected_likelihood=expected.number("l"),
        expected_consequence=expected.number("c"),
    )


def acceptance_of(given: Row, scores: list[RiskAssessment]) -> Acceptance:
    """The acceptance of what remains, unsaved, as the file has it."""
    on, until = given.day("on", needed=True), given.day("expires", needed=True)
    if on and until and until < on:
        given.refuse("expires", _("comes before the day of the acceptance"))
    if not any(one.phase == Phase.RESIDUAL for one in scores):
        given.refuse("", _("only a residual score can be accepted, and there is none"))
    return Acceptance(
        accepted_by=given.one("by", "people", needed=True),
        accepted_on=on,
        until=until,
        level=given.choice("level", Level),
        reason=given.text("reason"),
        conditions=given.text("conditions"),
    )


def keep_scores(made: Risk, scores: list[RiskAssessment]) -> None:
    for one in scores:
        one.risk = made
        one.save()


def keep_treatment(made: Risk, treatment: Treatment | None, controls: list[Any]) -> None:
    if treatment is None:
        return
    treatment.organisation, treatment.treats = made.organisation, made
    treatment.save()
    keep_reference(made.organisation, treatment.reference)
    links = [TreatmentControl(treatment=treatment, control_id=control.pk) for control in dict.fromkeys(controls)]
    TreatmentControl.objects.bulk_create(links)
    let_both_in(made, former=set())


def keep_acceptance(made: Risk, acceptance: Acceptance | None, scores: list[RiskAssessment]) -> None:
    if acceptance is None:
        return
    assessment = next(one for one in scores if one.phase == Phase.RESIDUAL)
    acceptance.risk, acceptance.assessment, acceptance.score = made, assessment, assessment.score
    acceptance.facts = made.assessed_facts
    acceptance.save()
