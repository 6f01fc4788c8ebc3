"""What is printed: one module for each kind of report says what is in it, `printing` sets any of them."""

from __future__ import annotations

from collections.abc import Callable

from records.past.looking import looking_back
from reports.models import Report

from . import (
    audit,
    corrective_log,
    coverage,
    customer,
    dossier,
    evolution,
    gap_run,
    impact,
    interview,
    readiness,
    register,
    review,
    statement,
)
from .paper import Paper

PAPERS: dict[str, Callable[[Report], Paper]] = {
    Report.Kind.READINESS: readiness.paper_of,
    Report.Kind.RISK_REGISTER: register.paper_of,
    Report.Kind.STATEMENT: statement.paper_of,
    Report.Kind.IMPACT: impact.paper_of,
    Report.Kind.DOSSIER: dossier.paper_of,
    Report.Kind.GAP_RUN: gap_run.paper_of,
    Report.Kind.REVIEW: review.paper_of,
    Report.Kind.CORRECTIVE_LOG: corrective_log.paper_of,
    Report.Kind.AUDIT: audit.paper_of,
    Report.Kind.EVOLUTION: evolution.paper_of,
    Report.Kind.COVERAGE: coverage.paper_of,
    Report.Kind.CUSTOMER: customer.paper_of,
    Report.Kind.INTERVIEW: interview.paper_of,
}


def paper_of(report: Report) -> Paper:
    """Derives all that a report says, as far as who asked for it may see: of now, or of the day gone by it is about.

    Raises what the kind raises.
    """
    with looking_back(report.organisation, report.day):
        return PAPERS[report.kind](report)
