"""The Statement of Applicability as a workbook: every control in a row."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from reports.papers.paper import Paper

from .book import Sheet


def sheets_of(paper: Paper) -> Iterator[Sheet]:
    lines = [*(line for _title, some in paper.context["sections"] for line in some), *paper.context["own"]]
    head = [
        *(_("Control"), _("Title"), _("Applies"), _("Reason"), _("Basis"), _("Status"), _("Owner"), _("Risks")),
        *(_("Evidence"), _("Warnings")),
    ]
    applies = {True: _("Yes"), False: _("No"), None: _("Not decided")}
    rows = (
        [
            *(line.control, line.title, applies[line.applicable], line.justification, line.basis_words),
            *(line.status_words, line.owner, ", ".join(risk.words for risk in line.risks)),
            *(", ".join(line.evidence), "; ".join(line.warnings)),
        ]
        for line in lines
    )
    yield Sheet(_("Controls"), tuple(head), rows, (10, 40, 10, 60))
