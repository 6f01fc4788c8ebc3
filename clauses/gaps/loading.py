"""A gap analysis that was made elsewhere: a result for each clause, no answers to single questions."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from clauses.models import GapResult, GapRun, Requirement
from clauses.models.gaps import Outcome
from organisations.rows import Row
from records.loading import keep_given

from .findings import Finding


def gap_run(row: Row, on: date | None, outcomes: dict[int, str]) -> GapRun:
    """A closed run as of `on` from the row of a file; `outcomes` by requirement, the others are not answered."""
    made = GapRun(
        title=row.text("title") or _("Gap analysis"),
        owner=row.one("owner", "people"),
        purpose=row.text("purpose"),
    )
    made.began_on = on  # type: ignore[assignment]  # without it the row is refused
    keep_given(row, made, began_on="on")
    GapResult.objects.bulk_create(
        as_result(made, one, outcomes.get(one.pk)) for one in Requirement.objects.assessable()
    )
    made.closed_on = on
    made.save()
    return made


def as_result(run: GapRun, requirement: Requirement, outcome: str | None) -> GapResult:
    finding = Finding(requirement, Outcome(outcome or Outcome.UNANSWERED))
    priority = finding.priority or ""
    return GapResult(run=run, requirement=requirement, outcome=finding.outcome, priority=priority)
