"""What a run finds for each requirement: derived from its answers while it is open, as it was kept once it is closed.

The rule, in words. “Not applicable” leaves the count. What is not answered is counted apart and is neither met nor not
met. Of the answered questions: all met is met, none met and none partly is not met, anything else is partly met. A
requirement of which a question is still unanswered is not yet met: then the best is partly met.

The priority of a gap, unless somebody set another: a clause that is not met is high, one that is partly met medium; a
control that is not met is medium, one that is partly met low. (A clause cannot be excluded, a control can.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from clauses.models import GapResult, GapRun, Question, Requirement
from clauses.models.gaps import Outcome, Priority
from clauses.models.position import GivenAnswer

COUNTS = ("met", "partly", "not_met", "not_applicable", "unanswered")
GAPS = (Outcome.NOT_MET, Outcome.PARTLY)
PRIORITIES = list(Priority)


@dataclass(frozen=True)
class Finding:
    """One requirement in one run. `counts` are numbers of its questions by answer, the unanswered among them."""

    requirement: Requirement
    outcome: Outcome
    counts: dict[str, int] = field(default_factory=dict)
    set_priority: str = ""
    pk: int | None = None

    @property
    def number(self) -> str:
        return self.requirement.number

    @property
    def state(self) -> str:
        """Under which name `{% marks %}` draws it."""
        return self.outcome.value

    @property
    def word(self) -> str:
        return str(self.outcome.label)

    @property
    def asked(self) -> int:
        return sum(self.counts.values())

    @property
    def answered(self) -> int:
        return self.asked - self.counts.get("unanswered", 0)

    @property
    def is_gap(self) -> bool:
        return self.outcome in GAPS

    @property
    def priority(self) -> Priority | None:
        """That of a gap; None where there is no gap."""
        if not self.is_gap:
            return None
        if self.set_priority:
            return Priority(self.set_priority)
        place = self.requirement.is_control + (self.outcome == Outcome.PARTLY)
        return PRIORITIES[place]


def findings(run: GapRun) -> list[Finding]:
    """Every requirement of a run in the order of the standard."""
    kept = {one.requirement_id: one for one in run.results.select_related("requirement")}
    if not run.is_open:
        return sorted(map(as_kept, kept.values()), key=lambda one: one.requirement.order)
    return [as_answered(one, counts, kept.get(one.pk)) for one, counts in counted(run)]


def counted(run: GapRun) -> Iterable[tuple[Requirement, dict[str, int]]]:
    """Each assessable requirement with the number of its questions by answer, as of now."""
    values = dict(run.answers.exclude(value="").values_list("question", "value"))
    counts: dict[int, Counter[str]] = {}
    for pk, of in Question.objects.asked().values_list("pk", "requirement"):
        counts.setdefault(of, Counter())[values.get(pk, "unanswered")] += 1
    for requirement in Requirement.objects.assessable():
        found = counts.get(requirement.pk, Counter())
        yield requirement, {name: found[name] for name in COUNTS}


def as_answered(requirement: Requirement, counts: dict[str, int], kept: GapResult | None) -> Finding:
    priority = kept.priority if kept else ""
    return Finding(requirement, outcome_of(counts), counts, priority, kept.pk if kept else None)


def as_kept(kept: GapResult) -> Finding:
    counts = {name: getattr(kept, name) for name in COUNTS}
    return Finding(kept.requirement, Outcome(kept.outcome), counts, kept.priority, kept.pk)


def outcome_of(counts: dict[str, int]) -> Outcome:
    """What the answers of one requirement amount to (the rule above)."""
    met, partly, not_met = counts["met"], counts["partly"], counts["not_met"]
    if not met + partly + not_met:
        is_left_out = counts["not_applicable"] and not counts["unanswered"]
        return Outcome.NOT_APPLICABLE if is_left_out else Outcome.UNANSWERED
    if not met + partly:
        return Outcome.NOT_MET
    return Outcome.PARTLY if partly or not_met or counts["unanswered"] else Outcome.MET


def gaps_of(found: Iterable[Finding]) -> list[Finding]:
    """The gaps, the most urgent first."""
    return sorted(
        (one for one in found if one.priority),
        key=lambda one: (PRIORITIES.index(one.priority or Priority.LOW), one.requirement.order),
    )


@dataclass(frozen=True)
class Section:
    """A clause or an area of Annex A with its requirements."""

    number: str
    title: str
    lines: list[Finding]

    @property
    def totals(self) -> dict[str, int]:
        return totals_of(self.lines)


def sections_of(found: Iterable[Finding]) -> list[Section]:
    """Findings under the clause or area they belong to."""
    groups: dict[str, list[Finding]] = {}
    for one in found:
        groups.setdefault(one.requirement.section, []).append(one)
    titles = dict(Requirement.objects.filter(number__in=groups).values_list("number", "title"))
    return [Section(number, titles.get(number, ""), lines) for number, lines in groups.items()]


def totals_of(found: Iterable[Finding]) -> dict[str, int]:
    """How many requirements there are (`of`), and how many of each outcome; `questions` and `answered` of them."""
    found = list(found)
    outcomes = Counter(one.outcome.value for one in found)
    return {
        "of": len(found),
        **{outcome.value: outcomes[outcome.value] for outcome in Outcome},
        "gaps": sum(one.is_gap for one in found),
        "questions": sum(one.asked for one in found),
        "answered": sum(one.answered for one in found),
        "open": sum(one.counts["unanswered"] for one in found),
    }


def answers_by_question(run: GapRun) -> dict[int, Any]:
    given = run.answers.select_related("answered_by")
    return {one.question_id: one for one in given}


def questions_of(run: GapRun, requirement: Requirement | None = None) -> Any:
    """The questions of a run: those of today while it is open, those it kept once it is closed."""
    asked = Question.objects.asked() if run.is_open else Question.objects.filter(gapanswers__run=run)
    asked = asked.filter(requirement=requirement) if requirement else asked
    return asked.select_related("requirement").order_by("requirement__order", "order")


WORDS = dict(GivenAnswer.Value.choices)
