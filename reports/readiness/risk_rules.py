"""The figures of the floor of risks (ISO 42001 6.1, 8.2–8.4, A.5): open risks by process and level, and its lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from risks.models import LEVELS, Process, Risk

from .absence import OF_RISKS
from .list_result import FoundList, RiskFigures, Tally
from .lists import Seen


def figures_of(seen: Seen, lists: Iterable[FoundList], lacking: Iterable[str]) -> RiskFigures:
    """Totals beside the lists and what is lacking; one query however many risks there are."""
    groups = list(
        seen.of(Risk).order_by().values("process", "level", is_open=Q(closed_on=None)).annotate(many=Count("pk"))
    )
    openly = [group for group in groups if group["is_open"]]
    levels = [*((level.value, str(level.label)) for level in LEVELS), ("", _("Not scored"))]
    return RiskFigures(
        open=many(openly),
        closed=many(groups) - many(openly),
        by_process=tuple(
            Tally(one.value, str(one.label), many(g for g in openly if g["process"] == one)) for one in Process
        ),
        by_level=tuple(Tally(code, label, many(g for g in openly if g["level"] == code)) for code, label in levels),
        lists=tuple(lists),
        lacking=tuple(code for code in OF_RISKS if code in {*lacking, *(() if groups else ("no-risks",))}),
    )


def many(groups: Iterable[dict[str, Any]]) -> int:
    return sum(group["many"] for group in groups)
