"""Gap analysis runs for tests, and what is typed into their form."""

from __future__ import annotations

from itertools import count
from typing import Any

from clauses.actions import answer_question
from clauses.models import GapRun, Question
from organisations.models import Organisation

number = count(1)


def make_gap_run(organisation: Organisation, **fields: Any) -> GapRun:
    defaults = {"title": f"Gap analysis {next(number)}", "began_on": organisation.today()}
    return GapRun.objects.create(organisation=organisation, **defaults | fields)


def gap_run_form(organisation: Organisation) -> dict[str, Any]:
    return {"title": "Pre-audit", "purpose": "Before stage 1"}


def answer_all(run: GapRun, requirement: str, *values: str, by: Any) -> None:
    """Answers the first questions of a requirement, in their order; each with a note."""
    asked = Question.objects.asked().filter(requirement__number=requirement).select_related("requirement")
    for question, value in zip(asked, values, strict=False):
        answer_question(run, question, value=value, comment=f"{requirement} is {value}", by=by)
