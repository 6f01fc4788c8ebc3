"""An AI system impact assessment on paper, with the parts of the other frameworks it serves (6.1.4, 8.4, A.5)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from organisations.moment import now
from reports.models import Report
from risks.impact.document import document_of
from risks.models import Dimension, ImpactAssessment, Output

from .document import document, facts_of, table
from .paper import Chapter, Cover, Paper, Table, listing, person, subject_of

RELATED = ("system", "owner", "criteria", "submitted_by", "decided_by", "replaces", "organisation")


def paper_of(report: Report) -> Paper:
    assessment = subject_of(report, ImpactAssessment, *RELATED)
    cover = Cover(
        _("AI system impact assessment"),
        _("Impact on individuals, groups and society (ISO/IEC 42001 6.1.4, 8.4, A.5)."),
        subject=f"{assessment.reference} {assessment.system.title}",
        facts=(
            (_("Assessment"), f"{assessment.reference} {assessment.title}"),
            (_("AI system"), f"{assessment.system.reference} {assessment.system.title}"),
            (_("Version assessed"), assessment.system_version),
            (_("State"), str(assessment.get_state_display())),
            (_("Serves as"), listing(Output(code).label for code in assessment.frameworks)),
        ),
    )
    chapters = chapters_of(assessment)
    return document(report, now(), cover, chapters, headline(assessment))


def headline(assessment: ImpactAssessment) -> list[dict[str, Any]]:
    impacts, measures = list(assessment.impacts.all()), list(assessment.measures.all())
    told = sum(one.is_affected is not None for one in impacts)
    return [
        {"value": told, "of": len(Dimension), "label": _("dimensions answered")},
        {"value": sum(bool(one.is_affected) for one in impacts), "of": len(Dimension), "label": _("affected")},
        {"value": sum(bool(one.done_on) for one in measures), "of": len(measures), "label": _("measures done")},
    ]


def chapters_of(assessment: ImpactAssessment) -> list[Chapter]:
    """The chapters of each output it serves as, then its approval; the first of an output names it."""
    outputs = [Output.ISO_42001, *(one for one in Output if one != Output.ISO_42001 and one in assessment.frameworks)]
    chapters = []
    for output in outputs:
        for place, one in enumerate(document_of(assessment, output)):
            point = f"({one.point})" if one.point else ""
            named = " ".join(filter(None, [short_of(output, point), point, one.title]))
            chapters.append(
                Chapter(
                    f"{output}-{one.code}",
                    named,
                    lead=str(output.label) if place == 0 else "",
                    facts=tuple((line.label, "\n".join(line.paragraphs)) for line in one.lines),
                    tables=tuple(table_of(each) for each in one.tables),
                )
            )
    return [*chapters, approval(assessment)]


# Beside the assessment itself, a chapter says to which document it belongs.
SHORT: dict[str, str] = {Output.FRIA: "FRIA", Output.DPIA: "DPIA"}
# Widths of a table's columns by its first one: what happens to people, and what they said, needs most.
WIDTHS = {
    "Dimension": ("w-rating", "", "w-person", "w-score", "w-score"),
    "Measure": ("", "w-rating", "w-score", "w-person", "w-rating"),
    "Who was heard": ("", "w-rating", "w-treated", "w-treated"),
}


def table_of(found: Any) -> Table:
    named = {_(first): widths for first, widths in WIDTHS.items()}
    widths = named.get(found.columns[0], ("",) * len(found.columns))
    return table(found.caption, zip(found.columns, widths, strict=True), found.rows)


def short_of(output: str, point: str) -> str:
    short = SHORT.get(output, "")
    return short if point or not short else f"{short}:"


def approval(assessment: ImpactAssessment) -> Chapter:
    return Chapter(
        "approval",
        _("Approval and review"),
        gaps=() if assessment.is_settled else (_("It is not approved"),),
        facts=(
            (_("State"), str(assessment.get_state_display())),
            (_("Submitted by"), person(assessment.submitted_by)),
            (_("Decided by"), person(assessment.decided_by)),
            *facts_of(assessment, ("decided_on", "decision_note", "review_on")),
        ),
    )
