"""Reports as spreadsheets: the rows behind the same figures as on paper, all of them, in one workbook each."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from reports.models import Report
from reports.papers.paper import Paper

from . import chapters, readiness, register, statement
from .book import Sheet

SHEETS: dict[str, Callable[[Paper], Iterable[Sheet]]] = {
    Report.Kind.READINESS: readiness.sheets_of,
    Report.Kind.RISK_REGISTER: register.sheets_of,
    Report.Kind.STATEMENT: statement.sheets_of,
    Report.Kind.GAP_RUN: chapters.sheets_of,
    Report.Kind.CORRECTIVE_LOG: chapters.sheets_of,
}


def sheets_of(report: Report, paper: Paper) -> Iterable[Sheet]:
    return SHEETS[report.kind](paper)
