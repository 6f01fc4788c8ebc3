"""Loads a file's `impact_assessments`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from organisations.rows import Intake, Row
from records.actions import give
from records.loading import keep_given
from risks.impact.forms import take_over, title_of
from risks.impact.sections import COLUMNS
from risks.models import (
    Consultation,
    Decision,
    Dimension,
    Impact,
    ImpactAssessment,
    ImpactAssessor,
    ImpactMeasure,
    ImpactRisk,
    Output,
    Reversibility,
    Scale,
    Screening,
    Standing,
    Trigger,
)
from systems.models import Autonomy

TRIGGERS = {
    "material model change": Trigger.CHANGE,
    "planned date": Trigger.SCHEDULED,
    "new system": Trigger.NEW_SYSTEM,
    "supplier change": Trigger.SUPPLIER,
    "law change": Trigger.LEGAL,
}
# What a file may say of the FRIA, by the column it becomes.
FRIA = {
    "process": "fria_process",
    "period": "fria_period",
    "risks": "fria_risks",
    "oversight": "fria_oversight",
    "if_risk_materialises": "fria_if_risk",
}
# Columns of texts that a file may give under `texts`, beside what the inventory says of the system.
TEXTS = tuple(
    name
    for name in COLUMNS
    if ImpactAssessment._meta.get_field(name).get_internal_type() == "TextField" and name != "conditions"
)


def load_impact_assessments(intake: Intake) -> None:
    """Each with its dimensions, measures, consultations and risks; systems must be loaded, suppliers linked."""
    intake.each("impact_assessments", assessment)


def assessment(row: Row) -> ImpactAssessment:
    system = row.one("ai_system", "ai_systems", needed=True)
    made = ImpactAssessment(
        screening=row.choice("type", Screening),
        frameworks=row.choices("frameworks", Output),
        trigger=chosen_trigger(row),
        number=version_of(row),
        assessed_on=row.day("assessed_on"),
        review_on=row.day("next_review"),
        decision=row.choice("decision", Decision, needed=False),
        conditions=row.lines_of("conditions"),
    )
    state = row.choice("status", Standing, needed=False) or Standing.DRAFT
    decided_by, decided_on = row.one("approved_by", "people"), row.day("approved_on")
    assessors, feeds = row.many("assessors", "people"), risks_of(row)
    if system:
        system.refresh_from_db(fields=["facts"])
        made.system, made.title, made.owner = system, title_of(system), row.one("owner", "people") or system.owner
        take_over(made, system)
        made.is_prohibited = False if system.risk_class != "prohibited" else None
        if state in {Standing.APPROVED, Standing.IN_REVIEW}:
            made.facts, made.system_version = system.facts, system.system_version
    made.autonomy = row.choice("autonomy", Autonomy, needed=False) or made.autonomy
    texts_of(row, made)
    dimensions = [dimension(one) for one in row.rows("dimensions")]
    heard = consultations_of(row)
    keep_given(row, made, number="version", review_on="next_review")
    for person in assessors:
        ImpactAssessor.objects.create(assessment=made, user=person)
        give(made, to=person)
    for impact, measures in dimensions:
        write_dimension(made, impact, measures)
    Consultation.objects.bulk_create(Consultation(assessment=made, **one) for one in heard)
    ImpactRisk.objects.bulk_create(ImpactRisk(assessment=made, risk=risk) for risk in feeds)
    made.state, made.decided_by, made.decided_on = state, decided_by, decided_on
    made.save()  # last: what belongs to an approved one stays as it is
    return made


def chosen_trigger(row: Row) -> str:
    value = row.text("trigger")
    if value in TRIGGERS:
        return TRIGGERS[value]
    return row.chosen("trigger", value, Trigger)


def version_of(row: Row) -> int:
    value = row.text("version") or "1"
    if not value.isdecimal() or not 0 < int(value) < 10_000:
        row.refuse("version", _("must be a number in quotes, such as '3'"))
        return 1
    return int(value)


def risks_of(row: Row) -> list[Any]:
    """Risks it feeds; none while the register of the file is not taken in."""
    if "risks" not in row.intake.known:
        row.texts("risks")
        return []
    return [risk for risk in row.many("risks", "risks") if risk]


def texts_of(row: Row, made: ImpactAssessment) -> None:
    """What the file says in its own words; `fria` is the sample's form, `texts` has any column by its name."""
    fria = row.row("fria")
    for key, name in FRIA.items():
        setattr(made, name, fria.text(key))
    made.fria_groups = fria.lines_of("affected_groups")
    texts = row.row("texts")
    for name in TEXTS:
        if text := texts.text(name):
            setattr(made, name, text)


def dimension(row: Row) -> tuple[Impact, list[dict[str, Any]]]:
    """One dimension, and its measures: one for each control it rests on."""
    impact = Impact(
        dimension=dimension_named(row),
        is_affected=row.flag("affected"),
        reason=row.text("reason"),
        benefit=row.text("benefit"),
        harm=row.text("harm"),
        severity=step(row, "severity"),
        likelihood=step(row, "likelihood"),
        scale=row.choice("scale", Scale, needed=False),
        reversibility=row.choice("reversibility", Reversibility, needed=False),
        shown_by=row.text("evidence"),
        residual_severity=step(row, "residual_severity"),
        residual_likelihood=step(row, "residual_likelihood"),
    )
    controls = row.many("controls", "requirements")
    shared = {"measure": row.text("measure"), "owner": row.one("owner", "people")}
    shared |= {"due_on": row.day("due"), "done_on": row.day("done")}
    row.close()
    return impact, [shared | {"control_id": one and one.pk} for one in controls or [None]] if shared["measure"] else []


def step(row: Row, key: str) -> int | None:
    value: int | None = row.number(key)
    if value is not None and not 1 <= value <= 5:
        row.refuse(key, _("must be a step of the scale, 1 to 5"))
        return None
    return value


def dimension_named(row: Row) -> str:
    """A dimension by its name, or by how its name begins."""
    name = row.text("name", needed=True).casefold()
    for one in Dimension:
        if name and (one.value == name or str(one.label).casefold().startswith(name) or name.startswith(one.value)):
            return one.value
    for one in Dimension:
        if name and name.split()[0] == str(one.label).split()[0].casefold():
            return one.value
    row.refuse("name", _("is not one of %(offered)s") % {"offered": ", ".join(str(one.label) for one in Dimension)})
    return ""


def consultations_of(row: Row) -> list[dict[str, Any]]:
    """Names alone, as in the sample, or with day, views and use under `consultations`."""
    heard = [{"who": name} for name in row.texts("consulted")]
    for one in row.rows("consultations"):
        told = {"who": one.text("who", needed=True), "heard_on": one.day("on")}
        told |= {"views": one.text("views"), "use": one.text("use")}
        one.close()
        known = next((given for given in heard if given["who"] == told["who"]), None)
        if known:
            known.update(told)
        else:
            heard.append(told)
    return heard


def write_dimension(made: ImpactAssessment, impact: Impact, measures: list[dict[str, Any]]) -> None:
    impact.assessment = made
    impact.save()
    ImpactMeasure.objects.bulk_create(
        ImpactMeasure(assessment=made, dimension=impact.dimension, **measure) for measure in measures
    )
