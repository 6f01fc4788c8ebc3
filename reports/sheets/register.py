"""The risk register as a workbook: every risk in a row, and the treatment of the high and critical ones."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from reports.papers.paper import Paper

from .book import Sheet


def sheets_of(paper: Paper) -> Iterator[Sheet]:
    risks = paper.figures["risks"]
    head = [
        *(_("Risk"), _("Title"), _("Process"), _("AI system"), _("Category"), _("Inherent"), _("Residual")),
        *(_("Level"), _("Treatment"), _("Owner"), _("Accepted until"), _("Closed on"), _("Why closed")),
    ]
    names = [
        *("reference", "title", "process", "system", "category", "inherent", "residual", "level_label", "treatment"),
        *("owner", "accepted_until", "closed_on", "closed_because"),
    ]
    yield Sheet(_("Risks"), tuple(head), ([one[name] for name in names] for one in risks), (12, 50))
    totals = paper.figures["totals"]
    rows = ([one["label"], *one["counts"]] for one in totals)
    yield Sheet(_("Open risks by level"), (_("Level"), *paper.context["processes"]), rows)
    lines = (
        [
            one["reference"],
            *(line[name] for name in ("reference", "title", "status", "due", "owner")),
            ", ".join(line["controls"]),
        ]
        for one in risks
        if one["grave"]
        for line in one["grave"]["lines"]
    )
    head = [_("Risk"), _("Treatment"), _("Title"), _("State"), _("Due"), _("Owner"), _("Controls")]
    yield Sheet(_("Treatment of grave risks"), tuple(head), lines, (12, 12, 50))
