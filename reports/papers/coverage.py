"""The coverage of another framework on paper: what the AIMS already has for it, and what nothing is claimed about."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clauses.crosswalks.coverage import Coverage, Found, Line, Through, coverage_of, words_of
from clauses.crosswalks.lines import how_words
from clauses.crosswalks.pages import heading_of
from clauses.models import OtherFramework
from organisations.moment import now
from reports.models import Report

from .paper import Cover, Paper, framed, listing


def paper_of(report: Report) -> Paper:
    """Raises OtherFramework.DoesNotExist where who asked may not see it."""
    at = now()
    on = timezone.localdate(at, report.organisation.zone)
    seen: Any = OtherFramework.objects.visible_to(report.requested_by)
    framework = seen.of(report.organisation).get(code=report.parameters["framework"])
    found = coverage_of(framework, report.organisation, seen_by=report.requested_by, on=on)
    rows = [row_of(line) for line in found.lines]
    figures = {
        "on": on.isoformat(),
        "framework": {"id": framework.code, "name": framework.name, "version": framework.version},
        "counts": found.counts,
        "requirements": rows,
        "headline": headline(found),
    }
    return Paper("paper/coverage.html", at, figures, context_of(report, at, found, rows))


def context_of(report: Report, at: Any, found: Coverage, rows: list[dict[str, Any]]) -> dict[str, Any]:
    framework = found.framework
    cover = Cover(
        _("Coverage"),
        _("What the AI management system under ISO/IEC 42001:2023 already has for the requirements of a framework."),
        subject=framework.name,
        facts=(
            (_("Framework"), framework.name),
            (_("Published as"), listing(filter(None, [framework.publisher, framework.source]))),
            (_("Mapped by"), mapped_by(found)),
        ),
    )
    return framed(report, at, cover, chapters()) | {
        "framework": framework,
        "figures": headline(found),
        "not_covered": [row for row in rows if row["found"] == Found.NOT_COVERED],
        "groups": [(heading, list(group)) for heading, group in groupby(rows, key=lambda row: row["under"])],
    }


def mapped_by(found: Coverage) -> str:
    own = sum(one.mapping.is_own for line in found.lines for one in line.through)
    published = sum(len(line.through) for line in found.lines) - own
    words = _("%(n)s published mappings") % {"n": published}
    return f"{words}, {_('%(n)s own') % {'n': own}}" if own else words


def chapters() -> list[tuple[str, str]]:
    return [
        ("summary", _("Summary")),
        ("uncovered", _("Not covered")),
        ("requirements", _("Every requirement")),
        ("check", _("How to check this report")),
    ]


def headline(found: Coverage) -> list[dict[str, Any]]:
    counts = found.counts
    return [{"value": counts[one], "of": counts["of"], "label": words_of(one)} for one in Found]


def row_of(line: Line) -> dict[str, Any]:
    """One requirement in words; weak relations are only counted."""
    requirement = line.requirement
    return {
        "ref": requirement.ref,
        "title": requirement.title,
        "under": heading_of(requirement),
        "found": line.found.value,
        "words": words_of(line.found),
        "through": [through_words(one) for one in line.claimed],
        "weak": weak_words(len(line.weak)),
    }


def weak_words(count: int) -> str:
    """Nothing where there is none."""
    words = ngettext("%(n)s weak relation left out", "%(n)s weak relations left out", count)
    return words % {"n": count} if count else ""


def through_words(one: Through) -> dict[str, str]:
    served = one.served
    return {
        "number": served.requirement.number,
        "title": served.requirement.title,
        "how": how_words(one.mapping),
        "verdict": served.words,
        "evidence": evidence_words(one),
    }


def evidence_words(one: Through) -> str:
    count = one.served.count
    if not count:
        return _("no valid evidence")
    counted = ngettext("%(n)s valid item", "%(n)s valid items", count) % {"n": count}
    return listing(one.served.evidence) or counted
