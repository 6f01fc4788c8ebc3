"""A gap analysis on paper: what was found, by priority, what changed, and every answer."""

from __future__ import annotations

from typing import Any

import pytest

from clauses.gaps.closing import close_run
from clauses.gaps.loading import as_result
from clauses.models import GapResult, GapRun, Requirement
from reports.models import Report
from tests.clauses.gaps.making import answer_all, make_gap_run
from tests.reports.test_risk_papers import Printing

pytestmark = pytest.mark.django_db


def closed(run: GapRun, by: Any) -> GapRun:
    return close_run(run, by=by, seen=1)


def test_it_prints_what_was_found(organisation: Any, officer: Any, manager: Any) -> None:
    first, second = make_gap_run(organisation, title="Baseline"), make_gap_run(organisation, title="Pre-audit")
    answer_all(first, "10.2", "not_met", by=officer)
    closed(first, officer)
    answer_all(second, "10.2", "partly", by=officer)
    answer_all(second, "A.7.6", "not_applicable", by=officer)
    printing = Printing(organisation, manager, Report.Kind.GAP_RUN, closed(second, officer))
    text = printing.text
    for words in ("10.2 is partly", "A.7.6 is not_applicable", "Baseline", "Better", "Not answered", "Medium"):
        assert "".join(words.split()) in "".join(text.split()), words
    headline = printing.paper.figures["headline"]
    assert [(one["value"], one["of"]) for one in headline] == [(0, 70), (1, None), (69, None), (2, 221)]


def test_one_made_elsewhere_says_what_was_judged_as_a_whole_and_what_was_not(organisation: Any, manager: Any) -> None:
    run = make_gap_run(organisation)
    judged = Requirement.objects.get(number="10.2")
    GapResult.objects.bulk_create(
        as_result(run, one, "not_met" if one == judged else None) for one in Requirement.objects.assessable()
    )
    run.closed_on = run.began_on
    run.save()
    text = "".join(Printing(organisation, manager, Report.Kind.GAP_RUN, run).text.split())
    assert "10.2Nonconformityandcorrectiveaction:notmetJudgedasawhole,withoutanswerstosinglequestions." in text
    assert text.count("Judgedasawhole") == 1
    assert text.count("Itwasnotjudged.") == 69
