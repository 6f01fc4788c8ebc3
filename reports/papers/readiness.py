"""What the readiness report is made of: its chapters, its contents page, and lists grouped for paper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports.dates import kinds
from reports.models import Report
from reports.readiness import Line, Proof, Readiness
from reports.readiness.explained import Explained, explained
from reports.readiness.list_result import FoundList
from reports.readiness.lists import Seen
from reports.readiness.management import management_of
from reports.readiness.result import as_plain
from reports.readiness.snapshots import met, trend_of
from reports.readiness.state import days_until

from .bounds import bounded
from .paper import Cover, Paper, framed

# So many steps and blockers are told to management: all of it fits on one page.
STEPS, BLOCKERS = 5, 12
# Lists of the chapter on impact assessments; every other test of the floor is in the chapter on risks.
IMPACT = ("assessed", "assessment-missing", "assessment-pending", "assessment-expired", "assessments-changed")


def paper_of(report: Report) -> Paper:
    whole = explained(report.organisation, report.requested_by, proofs=True)
    seen = Seen(report.organisation, report.requested_by, whole.readiness.at, whole.readiness.on)
    management = management_of(seen, whole)
    result, more = bounded(whole.readiness)
    trend = trend_of(report.organisation, whole)
    told = {"management": as_plain(management), "more": more, "trend": [[str(one.on), met(one)] for one in trend.days]}
    figures = result.as_dict() | whole.as_dict() | told
    context = context_of(report, result) | {
        "whole": whole,
        "seen": seen,
        "management": management,
        "trend": trend,
        "more": more,
        "indexed": len(whole.readiness.evidence.index),
        "blockers_first": whole.blockers[:BLOCKERS],
        "more_blockers": len(whole.blockers) - BLOCKERS,
        "headline": headline_of(whole),
        "first_steps": whole.steps[:STEPS],
    }
    return Paper("paper/readiness.html", result.at, figures, context)


def headline_of(whole: Explained) -> list[dict[str, Any]]:
    """The figures of the page for management."""
    practice, clauses = whole.practice, whole.readiness.clauses.count
    return [
        {"value": clauses.met, "of": clauses.of, "label": _("clauses met")},
        {"value": practice.design.met, "of": practice.design.of, "label": _("designed")},
        {"value": practice.operation.met, "of": practice.operation.of, "label": _("in operation")},
        {"value": len(whole.blockers), "of": None, "label": _("tests that block")},
    ]


def context_of(report: Report, result: Readiness) -> dict[str, Any]:
    """What `paper/readiness.html` shows of `result`; every figure in it is one of its."""
    cover = Cover(
        title=_("Readiness for certification"),
        lead=_("ISO/IEC 42001:2023, artificial intelligence management system. State on %(day)s.")
        % {"day": date_format(result.on, "j F Y")},
    )
    return framed(report, result.at, cover, chapters()) | {
        "result": result,
        "dates": kinds(),
        "days_to_stage1": days_until(result.stage1_on, result.on),
        "entries": contents(result),
        "figures": headline(result),
        "risk_lists": parted(one for one in result.risks.lists if one.blocks is not None and one.code not in IMPACT),
        "impact_lists": parted(map(result.risks.list, IMPACT)),
        "register_lists": parted(one for one in result.registers.lists if one.blocks is not None),
        "register_gaps": [one for one in result.obstacles if one.code in result.registers.lacking],
        "gap_groups": gap_groups(result),
        "gap_counts": gap_counts(result),
        "index": index_of(result),
    }


def parted(lists: Iterable[FoundList]) -> dict[str, list[FoundList]]:
    """Lists with something in them, which are printed, and those of which only their names are."""
    kept = list(lists)
    return {"found": [one for one in kept if one.count], "nothing": [one for one in kept if not one.count]}


def chapters() -> list[tuple[str, str]]:
    """Anchor and title of each chapter, in order."""
    return [
        ("management", _("For management")),
        ("summary", _("Summary")),
        ("practice", _("Design and operation")),
        ("tests", _("Every test")),
        ("systems", _("AI systems")),
        ("statement", _("Statement of Applicability")),
        ("risks", _("Risks")),
        ("impact", _("Impact assessments")),
        ("audits", _("Audits and management review")),
        ("objectives", _("Objectives and training")),
        ("registers", _("Registers, AI systems and suppliers")),
        ("documents", _("Documents and records")),
        ("gaps", _("Expected evidence that is missing")),
        ("dates", _("Evidence that runs out")),
        ("overdue", _("Overdue")),
        ("clauses", _("Clauses 4 to 10")),
        ("controls", _("Annex A controls")),
        ("index", _("Evidence index")),
        ("rules", _("How figures are derived")),
    ]


def contents(result: Readiness) -> list[dict[str, Any]]:
    """Chapters, and under the clauses and controls their sections."""
    entries: list[dict[str, Any]] = []
    parts = {"clauses": result.clauses, "controls": result.controls}
    for number, (anchor, title) in enumerate(chapters(), start=1):
        entries.append({"number": number, "title": title, "anchor": anchor})
        for place, section in enumerate(parts[anchor].sections if anchor in parts else (), start=1):
            words = {"number": section.number, "title": section.title}
            name = _("Clause %(number)s, %(title)s") if anchor == "clauses" else "%(number)s %(title)s"
            below = {"number": f"{number}.{place}", "title": name % words, "anchor": f"section-{section.number}"}
            entries.append(below | {"level": 2})
    return entries


def headline(result: Readiness) -> list[dict[str, Any]]:
    """The four figures under the verdict."""
    clauses, controls = result.clauses.count, result.controls.count
    shown = sum(document.state == "present" for document in result.documents)
    return [
        {"value": clauses.met, "of": clauses.of, "label": _("clauses met")},
        {"value": controls.met, "of": controls.of, "label": _("applicable controls in place")},
        {"value": shown, "of": len(result.documents), "label": _("documents and records, as we list them")},
        {"value": len(result.overdue), "label": _("overdue")},
    ]


def gap_groups(result: Readiness) -> list[dict[str, Any]]:
    """What is missing, one row for each requirement: what the standard wants documented, then what is usual."""
    groups = []
    for is_mandatory, title in ((True, _("Wanted by the standard itself")), (False, _("Usual"))):
        rows: dict[str, dict[str, Any]] = {}
        for gap in result.gaps:
            if gap.is_mandatory == is_mandatory:
                row = {"number": gap.number, "title": gap.title, "owner": gap.owner, "names": []}
                rows.setdefault(gap.number, row)["names"].append(gap.name)
        if rows:
            groups.append({"title": title, "lines": list(rows.values())})
    return groups


def gap_counts(result: Readiness) -> dict[str, int]:
    mandatory = sum(gap.is_mandatory for gap in result.gaps)
    return {"mandatory": mandatory, "usual": len(result.gaps) - mandatory}


def index_of(result: Readiness) -> list[tuple[Proof, list[str]]]:
    """Each item of evidence once, with the numbers of the requirements it proves."""
    proves: dict[str, list[str]] = defaultdict(list)
    lines: list[Line] = [*result.clauses.lines, *result.controls.lines]
    for line in lines:
        for proof in line.proofs:
            proves[proof.reference].append(line.number)
    return [(proof, proves[proof.reference]) for proof in result.evidence.index]
