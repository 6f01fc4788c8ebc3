"""What blocks which stage of certification, and what to do first: whatever most of the rest waits for.

Stage 1 asks whether the AIMS is designed and ready, stage 2 whether it works (ISO/IEC 17021-1); what blocks stage 1
blocks stage 2, too. Which test waits for which is a plain table, so that the order can be checked by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from .every_test import Judged

# Tests of what stage 1 looks at: documents, method and its results, the Statement. Others block stage 2.
STAGE_1 = frozenset(
    {
        *("mandatory", "clauses_unanswered", "undecided", "unjustified", "no-criteria", "no-risks", "no-plan"),
        *("no-statement", "no-objectives", "unscored", "untreated", "assessment-missing"),
    }
)
# A test, and those that can hardly pass before it does.
OPENS: dict[str, tuple[str, ...]] = {
    "no-criteria": ("unscored", "untreated", "unaccepted-high", "unaccepted-medium", "no-plan"),
    "no-risks": ("no-plan", "no-statement"),
    "unscored": ("untreated", "unaccepted-high", "unaccepted-medium", "medium-open", "no-plan"),
    "untreated": ("unaccepted-high", "unaccepted-medium", "no-plan", "not_in_place"),
    "no-plan": ("treatments-overdue", "not_in_place"),
    "undecided": ("unjustified", "no-statement", "not_in_place"),
    "unjustified": ("no-statement",),
    "assessment-missing": ("assessment-pending",),
    "clauses_unanswered": ("clauses_not_met", "clauses_partly"),
    "mandatory": ("clauses_not_met", "clauses_partly"),
    "expired": ("mandatory", "clauses_partly"),
    "no-audit": ("no-review", "clauses-unaudited"),
    "corrections-late": ("majors-open", "minors-open"),
    "majors-open": ("clauses_not_met",),
    "no-roles": ("roles-unheld",),
    "no-top": ("no-review", "unaccepted-high", "no-statement", "no-plan"),
    "systems-untested": ("assessment-pending",),
}
TO_DO = {
    "mandatory": _("Assign valid evidence to what the standard wants documented"),
    "clauses_unanswered": _("Answer the clauses that nobody answered"),
    "clauses_not_met": _("Close the gaps of the clauses not met"),
    "clauses_partly": _("Complete the clauses partly met"),
    "undecided": _("Decide which controls apply"),
    "unjustified": _("Give each control its reason"),
    "not_in_place": _("Put the remaining controls in place"),
    "expired": _("Renew the evidence that ran out"),
    "no-criteria": _("Have risk criteria approved"),
    "no-risks": _("Identify the first risks"),
    "no-plan": _("Have the treatment plan approved"),
    "no-statement": _("Have the Statement of Applicability approved"),
    "statement-differs": _("Submit a new version of the Statement of Applicability"),
    "no-objectives": _("Set AI objectives"),
    "no-audit": _("Conduct an internal audit and issue its report"),
    "no-review": _("Hold a management review and issue its minutes"),
    "unscored": _("Score the risks without a score"),
    "untreated": _("Plan treatment of the risks above low"),
    "unaccepted-high": _("Have high and critical risks accepted, or lower them"),
    "unaccepted-medium": _("Have the medium risks that remain accepted"),
    "assessment-missing": _("Begin the missing impact assessments"),
    "assessment-pending": _("Decide on the impact assessments in review"),
    "assessment-expired": _("Renew the impact assessments that expired"),
    "majors-open": _("Correct the major nonconformities and have them verified"),
    "minors-open": _("Correct the minor nonconformities"),
}


@dataclass(frozen=True)
class Blocker:
    """A failed test that blocks, with the first stage that it blocks: 1 or 2."""

    stage: int
    test: Judged


@dataclass(frozen=True)
class Step:
    """Something to do: the test that it lets pass, and the names of those that wait for it, blocking ones first."""

    title: str
    code: str
    clause: str
    stage: int | None
    count: int
    opens: tuple[str, ...]
    owners: tuple[str, ...]
    by: date | None
    url: str = ""


def stage_of(test: Judged) -> int | None:
    """None for a condition: it blocks neither stage."""
    if not test.blocks:
        return None
    return 1 if test.code in STAGE_1 else 2


def blockers_of(tests: Iterable[Judged]) -> tuple[Blocker, ...]:
    """Those of stage 1 first."""
    found = [Blocker(stage_of(one) or 2, one) for one in tests if not one.passed and one.blocks]
    return tuple(sorted(found, key=lambda one: one.stage))


def steps_of(tests: Iterable[Judged]) -> tuple[Step, ...]:
    """One for each failed test: those that open most that blocks first, then what blocks stage 1, then stage 2."""
    failed = {one.code: one for one in tests if not one.passed}
    ranked = [(one, [failed[code] for code in opened_by(one.code, failed)]) for one in failed.values()]
    ranked.sort(key=lambda pair: weight(*pair))
    return tuple(step_of(one, opened) for one, opened in ranked)


def weight(one: Judged, opened: list[Judged]) -> tuple[Any, ...]:
    grave = sum(other.blocks for other in (one, *opened))
    return (-grave, stage_of(one) or 3, -len(opened), -one.count)


def opened_by(code: str, failed: dict[str, Judged]) -> list[str]:
    """Failed tests that wait for this one, at once or through others."""
    seen: dict[str, None] = {}
    waiting = list(OPENS.get(code, ()))
    while waiting:
        other = waiting.pop(0)
        if other != code and other not in seen:
            seen[other] = None
            waiting += OPENS.get(other, ()) if other in failed else ()
    return sorted((other for other in seen if other in failed), key=lambda other: not failed[other].blocks)


def step_of(one: Judged, opened: list[Judged]) -> Step:
    return Step(
        title=str(TO_DO.get(one.code, one.name)),
        code=one.code,
        clause=one.clause,
        stage=stage_of(one),
        count=one.count,
        opens=tuple(other.name for other in opened),
        owners=one.owners,
        by=one.by,
        url=one.url or (one.records[0].url if one.records else ""),
    )
