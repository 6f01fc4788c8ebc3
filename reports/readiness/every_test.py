"""Every test of readiness, failed or passed, with its clause, its reason and the records behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .list_result import FoundList
from .result import Obstacle, Place, Readiness

CLAUSES = gettext_lazy("4–10")
# Tests of requirements have no clause of their own: what they judge, or where the standard asks for it.
ASKED_BY = {
    "mandatory": "7.5.1",
    "clauses_not_met": CLAUSES,
    "clauses_unanswered": CLAUSES,
    "clauses_partly": CLAUSES,
    "undecided": "6.1.3",
    "unjustified": "6.1.3",
    "not_in_place": "6.1.3, 8.1",
    "expired": "7.5.3",
    "overdue": "9.1",
}
MEANT = {
    "mandatory": gettext_lazy("Nothing valid is assigned to what the standard itself wants documented."),
    "clauses_not_met": gettext_lazy("What is stated, or answered, amounts to not met."),
    "clauses_unanswered": gettext_lazy("Neither a status nor an answer to any question."),
    "clauses_partly": gettext_lazy("What is stated, answered and shown amounts to a part."),
    "undecided": gettext_lazy("Whether they apply is not said."),
    "unjustified": gettext_lazy("Each control is included, or left out, for a reason."),
    "not_in_place": gettext_lazy("They apply, and are not implemented."),
    "expired": gettext_lazy("The day until which it holds has passed."),
}


@dataclass(frozen=True)
class Judged:
    """One test. It is not `asked` while the register that it would look at is empty: then nothing fails it.

    `records` are the first that fail it, requirements by number; `count` is how many there are in all.
    """

    code: str
    name: str
    clause: str
    passed: bool
    asked: bool
    blocks: bool
    reason: str
    count: int
    records: tuple[Place, ...]
    owners: tuple[str, ...]
    by: date | None
    # Whether the address is of the list of those that fail it; else it is where what is not there would begin.
    has_list: bool
    url: str = ""

    @property
    def numbers(self) -> list[str]:
        return [place.number for place in self.records]

    @property
    def words(self) -> str:
        if not self.asked:
            return _("Nothing to look at")
        return _("Passed") if self.passed else _("Failed")

    @property
    def tone(self) -> str:
        if not self.asked:
            return "none"
        return "good" if self.passed else "bad" if self.blocks else "warn"


def tests_of(result: Readiness) -> tuple[Judged, ...]:
    """What failed first, and of that what blocks; then what passed, what had nothing to look at last."""
    lists = {one.code: one for one in (*result.risks.lists, *result.registers.lists)}
    every = (test_of(one, lists.get(one.code)) for one in (*result.obstacles, *result.passed))
    return tuple(sorted(every, key=lambda one: (one.passed, not one.asked, not one.blocks)))


def test_of(one: Obstacle, found: FoundList | None) -> Judged:
    asked = found is None or found.asked
    return Judged(
        code=one.code,
        name=one.title,
        clause=str(one.clause or ASKED_BY.get(one.code, "")),
        passed=one.count == 0,
        asked=asked,
        blocks=one.blocks,
        reason=reason_of(one, found, asked=asked),
        count=one.count,
        records=() if one.link else one.places,
        owners=one.owners,
        by=one.by,
        has_list=bool(one.url),
        url=one.url or one.link,
    )


def reason_of(one: Obstacle, found: FoundList | None, *, asked: bool) -> str:
    if not asked:
        return _("Its register is empty.")
    if not one.count:
        return _("Nothing was found.")
    meant = found.reason if found else str(MEANT.get(one.code, ""))
    return " ".join(filter(None, [meant, one.text]))


def counted(tests: Iterable[Judged]) -> dict[str, int]:
    """How many failed, passed, and had nothing to look at."""
    every = list(tests)
    return {
        "failed": sum(not one.passed for one in every),
        "passed": sum(one.passed and one.asked for one in every),
        "idle": sum(not one.asked for one in every),
    }
