"""Questions to the dated scores: which is the newest, and where risks lie on the map."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from risks.criteria.in_force import consequence_names, step_name
from risks.models import LEVELS, Phase, RiskAssessment, RiskCriteria


def newest_scores(phase: str) -> QuerySet[Any]:
    """The newest score of each risk in a phase, with `gravest`, the greatest of its consequences."""
    later = RiskAssessment.objects.filter(risk=OuterRef("risk"), phase=phase, pk__gt=OuterRef("pk"))
    gravest = Greatest("for_organisation", "for_individuals", "for_society")
    return RiskAssessment.objects.filter(~Exists(later), phase=phase).annotate(gravest=gravest)


@dataclass(frozen=True)
class Cell:
    """One field of the map. `level` counts from 1, the least."""

    likelihood: int
    consequence: int
    level: int
    count: int
    url: str
    words: str


@dataclass(frozen=True)
class Row:
    label: str
    cells: list[Cell]


@dataclass(frozen=True)
class RiskMap:
    """Open risks by their newest score of one phase, the likeliest above. `elsewhere` lie on another scale."""

    caption: str
    rows: list[Row]
    steps: list[dict[str, Any]]
    shown: int
    elsewhere: int
    unscored: int


def map_of(risks: QuerySet[Any], criteria: RiskCriteria, phase: Phase, address: Any) -> RiskMap:
    """Puts `risks` on the map of `criteria`: one grouped query; `address(**filters)` is the list of a cell."""
    found = newest_scores(phase).filter(risk__in=risks.order_by().values("pk"))
    counts = found.values("likelihood", "gravest", size=F("criteria__size")).annotate(n=Count("pk")).order_by()
    rows = list(counts)
    here = {(row["likelihood"], row["gravest"]): row["n"] for row in rows if row["size"] == criteria.size}
    shown, scored = sum(here.values()), sum(row["n"] for row in rows)
    sides = range(1, criteria.size + 1)
    names = consequence_names(criteria)
    return RiskMap(
        caption=_("%(phase)s score: likelihood (up) by highest consequence (across)") % {"phase": phase.label},
        rows=[
            Row(
                f"{step_name(criteria.likelihood[likelihood - 1])} {likelihood}".strip(),
                [cell(criteria, phase, likelihood, step, here, address) for step in sides],
            )
            for likelihood in reversed(sides)
        ],
        steps=[{"number": step, "word": names[step - 1]} for step in sides],
        shown=shown,
        elsewhere=scored - shown,
        unscored=risks.count() - scored,
    )


def cell(
    criteria: RiskCriteria, phase: Phase, likelihood: int, step: int, counts: dict[tuple[int, int], int], address: Any
) -> Cell:
    level = criteria.level_of(likelihood, step, individuals=step)
    count = counts.get((likelihood, step), 0)
    words = ngettext(
        "%(n)s risk, likelihood %(likelihood)s, consequence %(step)s, %(level)s",
        "%(n)s risks, likelihood %(likelihood)s, consequence %(step)s, %(level)s",
        count,
    ) % {"n": count, "likelihood": likelihood, "step": step, "level": level.label.lower()}
    url = address(phase=phase.value, likelihood=likelihood, consequence=step, scale=criteria.size) if count else ""
    return Cell(likelihood, step, LEVELS.index(level) + 1, count, url, words)


def steps_in_words(scored: RiskAssessment) -> str:
    """What a score meant in the criteria it was made with: "Likely × Serious", or the numbers alone."""
    likelihood = word_of(scored.criteria.likelihood, scored.likelihood)
    scales = (
        (scored.for_organisation, scored.criteria.organisation_scale),
        (scored.for_individuals, scored.criteria.individuals_scale),
        (scored.for_society, scored.criteria.society_scale),
    )
    named = (word_of(scale, step) for step, scale in scales if step == scored.highest)
    consequence = next(named, "")
    return f"{likelihood} × {consequence}" if likelihood and consequence else ""


def word_of(scale: Iterable[str], step: int | None) -> str:
    words = list(scale)
    return step_name(words[step - 1]) if step and step <= len(words) else ""
