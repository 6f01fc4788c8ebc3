"""What the risk register says of each risk, read in the same number of queries however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.db.models.functions import Length
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.readiness.lists import Seen
from reports.readiness.risk_lists import GRAVE
from risks.models import (
    Acceptance,
    Level,
    Phase,
    Risk,
    RiskAssessment,
    RiskCriteria,
    Treatment,
    TreatmentControl,
    TreatmentState,
)


@dataclass(frozen=True)
class Line:
    """One line of treatment of a grave risk."""

    reference: str
    title: str
    action: str
    controls: tuple[str, ...]
    owner: str
    due: str
    status: str


@dataclass(frozen=True)
class Grave:
    """What is told of a high or critical risk beside its row."""

    cause: str
    event: str
    consequence: str
    existing_controls: str
    rationale: str
    acceptance: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Row:
    """One risk. Scores are `12 High`, or empty; `place` is likelihood and highest consequence of what counts now."""

    reference: str
    title: str
    process: str
    system: str
    category: str
    inherent: str
    residual: str
    level: str
    level_label: str
    treatment: str
    owner: str
    accepted_until: str
    place: tuple[int, int] | None
    closed_on: str
    closed_because: str
    grave: Grave | None = None


def rows_of(seen: Seen, criteria: RiskCriteria | None) -> list[Row]:
    """All risks, open and closed, by their references. Five queries."""
    risks = list(seen.of(Risk).select_related("owner", "system").order_by(Length("reference"), "reference"))
    treatments = treatments_of(seen)
    accepted = acceptances_of(seen)
    scores = scores_of(seen)
    return [row_of(risk, criteria, treatments[risk.pk], accepted.get(risk.pk), scores[risk.pk]) for risk in risks]


def treatments_of(seen: Seen) -> dict[int, list[Treatment]]:
    links = TreatmentControl.objects.select_related("control").order_by("control__reference")
    found: dict[int, list[Treatment]] = defaultdict(list)
    lines = seen.of(Treatment).select_related("owner").prefetch_related(Prefetch("links", links))
    for line in lines.order_by("due_on", Length("reference"), "reference"):
        found[line.treats_id].append(line)
    return found


def acceptances_of(seen: Seen) -> dict[int, Acceptance]:
    """The acceptance that stands longest, of each risk that has one."""
    standing = Acceptance.objects.standing(seen.on).filter(risk__organisation=seen.organisation)
    return {one.risk_id: one for one in standing.select_related("accepted_by").order_by("until")}


def scores_of(seen: Seen) -> dict[int, dict[str, RiskAssessment]]:
    """The newest assessment of each phase of each risk."""
    newest = RiskAssessment.objects.filter(risk__organisation=seen.organisation).order_by("risk", "phase", "-pk")
    found: dict[int, dict[str, RiskAssessment]] = defaultdict(dict)
    for one in newest.distinct("risk", "phase"):
        found[one.risk_id][one.phase] = one
    return found


def row_of(
    risk: Risk,
    criteria: RiskCriteria | None,
    lines: list[Treatment],
    acceptance: Acceptance | None,
    scores: dict[str, RiskAssessment],
) -> Row:
    counts = next((scores[phase] for phase in (Phase.RESIDUAL, Phase.CURRENT, Phase.INHERENT) if phase in scores), None)
    is_placed = counts is not None and criteria is not None and counts.criteria_id == criteria.pk
    return Row(
        reference=risk.reference,
        title=risk.title,
        process=risk.process,
        system=risk.system.title if risk.system else "",
        category=str(risk.get_category_display()),
        inherent=scored(risk.inherent_score, risk.inherent_level),
        residual=scored(risk.residual_score, risk.residual_level),
        level=risk.level,
        level_label=str(Level(risk.level).label) if risk.level else str(_("Not scored")),
        treatment=told(risk, lines),
        owner=risk.owner.name if risk.owner else "",
        accepted_until=day(acceptance.until) if acceptance else "",
        place=(counts.likelihood, counts.highest) if is_placed and counts else None,
        closed_on=day(risk.closed_on),
        closed_because=risk.closed_because,
        grave=grave_of(risk, lines, acceptance, counts) if risk.level in GRAVE and risk.is_open else None,
    )


def scored(score: int | None, level: str) -> str:
    return f"{score} {Level(level).label}" if score is not None and level else ""


def told(risk: Risk, lines: Iterable[Treatment]) -> str:
    """`Reduce: 2 of 3 lines done, next by 3 Dec 2026`."""
    kept = [line for line in lines if line.status != TreatmentState.DROPPED]
    option = str(risk.get_option_display()) if risk.option else ""
    if not kept:
        return option
    done = sum(line.status in {TreatmentState.IMPLEMENTED, TreatmentState.VERIFIED} for line in kept)
    words = ngettext("%(done)s of %(all)s line done", "%(done)s of %(all)s lines done", len(kept))
    text = words % {"done": done, "all": len(kept)}
    waiting = [line.due_on for line in kept if line.due_on and line.status not in {"implemented", "verified"}]
    if waiting:
        text += ", " + _("next by %(day)s") % {"day": day(min(waiting))}
    return f"{option}: {text}" if option else text


def grave_of(
    risk: Risk, lines: Iterable[Treatment], acceptance: Acceptance | None, counts: RiskAssessment | None
) -> Grave:
    accepted = {"by": acceptance.accepted_by.name, "until": day(acceptance.until)} if acceptance else {}
    return Grave(
        cause=risk.cause,
        event=risk.event,
        consequence=risk.consequence,
        existing_controls=risk.existing_controls,
        rationale=counts.rationale if counts else "",
        acceptance=_("by %(by)s until %(until)s") % accepted if accepted else "",
        lines=tuple(line_of(line) for line in lines),
    )


def line_of(line: Treatment) -> Line:
    return Line(
        reference=line.reference,
        title=line.title,
        action=line.action,
        controls=tuple(link.control.reference for link in line.links.all()),
        owner=line.owner.name if line.owner else "",
        due=day(line.due_on),
        status=str(line.get_status_display()),
    )


def day(value: Any) -> str:
    return date_format(value, "j M Y") if value else ""
