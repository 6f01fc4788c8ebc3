"""The Statement of Applicability: every control of Annex A and our own, with decision, reason and proof (6.1.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from clauses.models import Requirement, Status
from clauses.models.catalogue import ISO_42001
from organisations.moment import now
from reports.models import Report
from reports.readiness.result import as_plain
from risks.applicability.statement import Line, lines_of
from risks.models import Statement

from .paper import Cover, Paper, day, framed, person, subject_of


def paper_of(report: Report) -> Paper:
    at = now()
    statement = subject_of(report, Statement, "owner", "decided_by", "submitted_by")
    lines = lines_of(statement)
    figures = {
        "statement": statement.reference,
        "label": statement.label,
        "state": {"code": statement.state, "title": str(statement.get_state_display())},
        "lines": [as_plain(line) | {"warnings": list(line.warnings)} for line in lines],
        "headline": headline(lines),
    }
    return Paper("paper/statement.html", at, figures, context_of(report, at, statement, lines))


def context_of(report: Report, at: Any, statement: Statement, lines: list[Line]) -> dict[str, Any]:
    approved = _("%(who)s on %(day)s") % {"who": person(statement.decided_by), "day": day(statement.decided_on)}
    cover = Cover(
        _("Statement of Applicability"),
        _("ISO/IEC 42001:2023, 6.1.3: the controls of Annex A and our own, which of them apply, and why."),
        subject=statement.label,
        facts=(
            (_("Statement"), f"{statement.reference}, {_('version')} {statement.label}"),
            (_("State"), str(statement.get_state_display())),
            (_("Approved by"), approved if statement.is_settled else _("Not approved")),
            *(((_("What is new"), statement.change_note),) if statement.change_note else ()),
        ),
    )
    chapters = [
        ("summary", _("Summary")),
        ("controls", _("Controls of Annex A")),
        ("own", _("Own controls")),
        ("warnings", _("What an auditor will ask about")),
        ("check", _("How to check this report")),
    ]
    return framed(report, at, cover, chapters) | {
        "statement": statement,
        "figures": headline(lines),
        "sections": by_section(line for line in lines if not line.is_own),
        "own": [line for line in lines if line.is_own],
        "warned": [line for line in lines if line.warnings],
    }


def headline(lines: list[Line]) -> list[dict[str, Any]]:
    included = [line for line in lines if line.applicable]
    in_place = sum(line.status == Status.IMPLEMENTED for line in included)
    return [
        {"value": len(included), "of": len(lines), "label": _("controls apply")},
        {"value": in_place, "of": len(included), "label": _("implemented")},
        {"value": sum(line.applicable is False for line in lines), "of": None, "label": _("excluded")},
        {"value": sum(bool(line.warnings) for line in lines), "of": None, "label": _("with a warning")},
    ]


def by_section(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    """Lines under the number and title of their area, in the order in which they stand."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.area].append(line)
    areas = Requirement.objects.filter(framework__code=ISO_42001, number__in=found)
    titles = dict(areas.values_list("number", "title"))
    return [(f"{number} {titles.get(number, '')}".strip(), group) for number, group in found.items()]
