"""Two runs side by side: what got better, what got worse, what was answered for the first time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from clauses.models import GapRun, Requirement
from clauses.models.gaps import Outcome

from .findings import findings

ORDER = {Outcome.NOT_MET: 0, Outcome.PARTLY: 1, Outcome.MET: 2}


class Move(TextChoices):
    """How a requirement went from one run to the next."""

    WORSE = "worse", _("Worse")
    BETTER = "better", _("Better")
    ANSWERED = "answered", _("Newly answered")
    LOST = "lost", _("No longer answered")
    OTHER = "other", _("Applicability changed")
    SAME = "same", _("As before")


@dataclass(frozen=True)
class Compared:
    """One requirement in both runs."""

    requirement: Requirement
    before: Outcome
    now: Outcome

    @property
    def move(self) -> Move:
        if self.before == self.now:
            return Move.SAME
        if self.before == Outcome.UNANSWERED:
            return Move.ANSWERED
        if self.now == Outcome.UNANSWERED:
            return Move.LOST
        if self.before not in ORDER or self.now not in ORDER:
            return Move.OTHER
        return Move.BETTER if ORDER[self.now] > ORDER[self.before] else Move.WORSE


def compare(before: GapRun, now: GapRun) -> list[Compared]:
    """Every requirement of the later run, with what the earlier one said; what that did not ask is unanswered there."""
    earlier = {one.requirement.pk: one.outcome for one in findings(before)}
    return [
        Compared(one.requirement, earlier.get(one.requirement.pk, Outcome.UNANSWERED), one.outcome)
        for one in findings(now)
    ]


def counts_of(compared: Iterable[Compared]) -> dict[Move, int]:
    counts = Counter(one.move for one in compared)
    return {move: counts[move] for move in Move}


def earlier_than(run: GapRun, others: Iterable[GapRun]) -> list[GapRun]:
    """The closed runs before this one, the newest first. Before an open one are all that are closed."""
    until = placed(run) if run.closed_on else (date.max, 0)
    found = [one for one in others if one.pk != run.pk and one.closed_on and placed(one) < until]
    return sorted(found, key=placed, reverse=True)


def placed(run: GapRun) -> tuple[date, int]:
    """Where a closed run stands among the others: two of one day in the order of their numbers."""
    return run.closed_on or run.began_on, run.pk
