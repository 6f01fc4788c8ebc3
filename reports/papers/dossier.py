"""The dossier of one AI system on paper: the parts of its page as chapters, gaps shown as gaps (certification §10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.moment import now
from reports.models import Report
from risks.dossier.parts import Line, Part, RiskLine
from risks.dossier.trace import dossier_of
from systems.models import AISystem

from .document import document, table
from .paper import Chapter, Cover, Paper, Table, day, person, subject_of


def paper_of(report: Report) -> Paper:
    at = now()
    related = ("owner", "technical_owner", "main_supplier", "organisation")
    system = subject_of(report, AISystem, *related)
    dossier = dossier_of(system, report.requested_by, timezone.localdate(at, report.organisation.zone))
    cover = Cover(
        _("AI system dossier"),
        _("From purpose to concerns: what an auditor follows along one AI system."),
        subject=f"{system.reference} {system.title}",
        facts=(
            (_("AI system"), f"{system.reference} {system.title}"),
            (_("Version in use"), system.system_version),
            (_("Owner"), person(system.owner)),
        ),
    )
    return document(report, at, cover, [chapter_of(part) for part in dossier.parts], headline(dossier.parts))


def headline(parts: Iterable[Part]) -> list[dict[str, Any]]:
    parts = list(parts)
    return [
        {"value": sum(not part.gaps for part in parts), "of": len(parts), "label": _("chapters without a gap")},
        {"value": sum(len(part.gaps) for part in parts), "of": None, "label": _("gaps")},
    ]


def chapter_of(part: Part) -> Chapter:
    more = _("%(shown)s of %(total)s are shown.") % {"shown": len(part.lines), "total": part.total} if part.more else ""
    return Chapter(
        part.key,
        f"{part.title} ({part.clause})" if part.clause else part.title,
        lead=" ".join(filter(None, [part.note, more])),
        facts=part.facts,
        tables=(table_of(part),) if part.lines or not (part.facts or part.gaps) else (),
        gaps=tuple(part.gaps),
    )


def table_of(part: Part) -> Table:
    if any(isinstance(line, RiskLine) for line in part.lines):
        return risks_table(part)
    head = [(_("Record"), ""), (_("State"), "w-person"), (_("Remark"), "w-treated"), (_("Day"), "w-until")]
    rows = ([named(line), line.state, remark(line), day(line.day)] for line in part.lines)
    return table("", head, rows, _("None on record."))


def risks_table(part: Part) -> Table:
    head = [
        *((_("Risk"), ""), (_("Level"), "w-step"), (_("Scores"), "w-rating")),
        *((_("Treatment"), "w-treated"), (_("Accepted"), "w-person")),
    ]
    rows = (
        [
            *(
                named(line),
                line.state,
                "\n".join(f"{one.phase}: {one.score} {one.level}" for one in line.ratings),
            ),
            *("\n".join(f"{named(one)}: {one.state}" for one in line.treatments), line.acceptance),
        ]
        for line in part.lines
        if isinstance(line, RiskLine)
    )
    return table("", head, rows)


def named(line: Line) -> str:
    return f"{line.reference} {line.title}"


def remark(line: Line) -> str:
    """Its remark, and what stands below it, such as the evidence of a control."""
    return "\n".join(filter(None, [line.note, *(f"{one.reference} {one.state}".strip() for one in line.below)]))
