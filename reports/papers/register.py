"""The risk register: criteria, map, every risk by process, and the high and critical ones in full (6.1.2, 8.2)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.moment import now
from reports.models import Report
from reports.readiness.lists import Seen
from reports.readiness.result import as_plain
from risks.models import LEVELS, Level, Process, RiskCriteria, Standing

from . import bounds
from .bounds import Few
from .document import label
from .paper import Cover, Paper, framed
from .register_rows import Row, rows_of


def paper_of(report: Report) -> Paper:
    at = now()
    on = timezone.localdate(at, report.organisation.zone)
    seen = Seen(report.organisation, report.requested_by, at, on)
    criteria = seen.of(RiskCriteria).filter(state=Standing.APPROVED).order_by("-number", "-pk").first()
    rows = rows_of(seen, criteria)
    totals = totals_of(rows)
    figures = {
        "on": on.isoformat(),
        "criteria": criteria.reference if criteria else None,
        "totals": totals,
        "risks": as_plain(rows),
        "headline": headline(rows),
    }
    return Paper("paper/register.html", at, figures, context_of(report, at, criteria, rows))


def context_of(report: Report, at: Any, criteria: RiskCriteria | None, rows: list[Row]) -> dict[str, Any]:
    cover = Cover(
        _("Risk register"),
        _("AI risks of planning (ISO/IEC 42001 6.1.2) and of operation (8.2), with their treatment and acceptance."),
        facts=((_("Criteria"), f"{criteria.reference} {criteria.title}" if criteria else _("None approved")),),
    )
    openly = [row for row in rows if not row.closed_on]
    return framed(report, at, cover, chapters()) | {
        "criteria": criteria,
        "scales": scales_of(criteria),
        "thresholds": thresholds_of(criteria),
        "intervals": intervals_of(criteria),
        "map": map_of(criteria, openly),
        "unplaced": sum(row.place is None for row in openly),
        "figures": headline(rows),
        "totals": totals_of(rows),
        "processes": [str(one.label) for one in Process],
        "parts": [
            (str(one.label), Few.of([row for row in openly if row.process == one], bounds.LINES)) for one in Process
        ],
        "grave": Few.of([row for row in openly if row.grave], bounds.IN_FULL),
        "closed": Few.of([row for row in rows if row.closed_on], bounds.LINES),
    }


def chapters() -> list[tuple[str, str]]:
    return [
        ("summary", _("Summary")),
        ("criteria", _("Criteria")),
        ("map", _("Risk map")),
        ("risks", _("All open risks")),
        ("grave", _("High and critical risks in full")),
        ("closed", _("Closed risks")),
        ("check", _("How to check this report")),
    ]


def headline(rows: list[Row]) -> list[dict[str, Any]]:
    openly = [row for row in rows if not row.closed_on]
    grave = sum(row.level in {Level.HIGH, Level.CRITICAL} for row in openly)
    return [
        {"value": len(openly), "of": None, "label": _("open risks")},
        {"value": grave, "of": len(openly), "label": _("high or critical")},
        {"value": sum(bool(row.accepted_until) for row in openly), "of": len(openly), "label": _("accepted")},
        {"value": sum(not row.level for row in openly), "of": len(openly), "label": _("not scored")},
    ]


def totals_of(rows: list[Row]) -> list[dict[str, Any]]:
    """Open risks at each level, by process."""
    counted = Counter((row.process, row.level) for row in rows if not row.closed_on)
    levels = [*((level.value, str(level.label)) for level in reversed(LEVELS)), ("", _("Not scored"))]
    return [
        {"level": code, "label": label, "counts": [counted[one.value, code] for one in Process]}
        for code, label in levels
    ]


def scales_of(criteria: RiskCriteria | None) -> list[tuple[Any, ...]]:
    """Each step with what it means on the four scales."""
    if criteria is None:
        return []
    scales = (criteria.organisation_scale, criteria.individuals_scale, criteria.society_scale)
    return list(zip(range(1, criteria.size + 1), criteria.likelihood, *scales, strict=False))


def thresholds_of(criteria: RiskCriteria | None) -> list[tuple[str, int, str]]:
    """Level, from which score, and who may accept it."""
    if criteria is None:
        return []
    starts = (1, criteria.medium_from, criteria.high_from, criteria.critical_from)
    pairs = zip(LEVELS, starts, strict=True)
    return [(str(level.label), start, str(criteria.acceptor_of(level).label)) for level, start in pairs]


def intervals_of(criteria: RiskCriteria | None) -> list[tuple[str, int]]:
    if criteria is None:
        return []
    names = ("months_planning", "months_high", "months_limited", "months_minimal")
    return [(label(criteria._meta.get_field(name)), getattr(criteria, name)) for name in names]


def map_of(criteria: RiskCriteria | None, rows: list[Row]) -> list[dict[str, Any]]:
    """Rows of the map, the highest likelihood first; each cell with its level and how many risks are there."""
    if criteria is None:
        return []
    counted = Counter(row.place for row in rows if row.place)
    steps = range(1, criteria.size + 1)
    return [
        {
            "likelihood": likelihood,
            "words": criteria.likelihood[likelihood - 1] if likelihood <= len(criteria.likelihood) else "",
            "cells": [
                {"level": str(criteria.level_of(likelihood, step).label), "count": counted[likelihood, step]}
                for step in steps
            ],
        }
        for likelihood in reversed(steps)
    ]
