"""Readiness with its reasons: one result for the page, the API, the report and the daily snapshot.

The verdict and its rule, every test, what blocks which stage, what to do first, and design apart from operation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from organisations.models import Organisation
from organisations.moment import now

from .derive import readiness
from .documented import documented
from .every_test import Judged, tests_of
from .lists import Seen
from .next_steps import Blocker, Step, blockers_of, steps_of
from .practice import Practice, practice_of
from .result import Documented, Readiness, as_plain
from .state import VERDICTS

MONTHS = 12


@dataclass(frozen=True)
class Explained:
    """All of it; `readiness` holds the figures that it rests on."""

    readiness: Readiness
    verdict: str
    tests: tuple[Judged, ...]
    blockers: tuple[Blocker, ...]
    steps: tuple[Step, ...]
    documents: tuple[Documented, ...]
    practice: Practice

    @property
    def rule(self) -> str:
        return self.readiness.state.rule

    @property
    def verdict_words(self) -> str:
        return {"ready": _("Ready"), "conditional": _("Ready with conditions")}.get(self.verdict, _("Not ready"))

    @property
    def failed(self) -> list[Judged]:
        return [one for one in self.tests if not one.passed]

    def of_stage(self, stage: int) -> list[Blocker]:
        return [one for one in self.blockers if one.stage == stage]

    def as_dict(self) -> dict[str, Any]:
        """Plain values beside those of `readiness`."""
        parts: Sequence[str] = ("verdict", "tests", "steps", "practice")
        blockers = [{"stage": one.stage, "code": one.test.code} for one in self.blockers]
        return {part: as_plain(getattr(self, part)) for part in parts} | {"blockers": blockers}


def explained(
    organisation: Organisation,
    user: Any,
    at: datetime | None = None,
    *,
    proofs: bool = False,
    months: int = MONTHS,
) -> Explained:
    """Where `organisation` stands at a moment as far as `user` may see it, with records dated within so many months."""
    at = at or now()
    result = readiness(organisation, user, at, proofs=proofs)
    return explain(result, Seen(organisation, user, at, result.on), months)


def explain(result: Readiness, seen: Seen, months: int = MONTHS) -> Explained:
    lines = [*result.clauses.lines, *result.controls.lines]
    documents = result.documents or documented(seen, lines)
    tests = tests_of(result)
    return Explained(
        readiness=result,
        verdict=VERDICTS[result.state.code],
        tests=tests,
        blockers=blockers_of(tests),
        steps=steps_of(tests),
        documents=documents,
        practice=practice_of(seen, result, documents, months),
    )
