"""What of another framework the AIMS already shows something for: derived for one person on one day, never stored.

A requirement of the other framework counts only by strong and moderate mappings. Where one of the requirements of
ISO/IEC 42001 behind them applies and has valid evidence, *related evidence exists*; never more is said. Weak mappings
count for nothing. A requirement without a strong or moderate mapping is *not covered*: nothing is claimed about it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clauses.models import Mapping, OtherFramework, OtherRequirement, Position, Requirement
from clauses.models.crosswalks import CLAIMED, Strength
from clauses.standing import facts_of
from clauses.verdict import Facts, Mark, mark_of, words_for
from evidence.models import Evidence, Proof
from evidence.references import in_order
from organisations.models import Organisation

# Where so few items of evidence are linked to a requirement they are named, else counted.
NAMED = 4
RANK = {Strength.STRONG: 0, Strength.MODERATE: 1, Strength.WEAK: 2}


class Found(StrEnum):
    """What there is for one requirement of another framework."""

    EVIDENCE = "evidence"
    NO_EVIDENCE = "no_evidence"
    NOT_COVERED = "not_covered"


WORDS = {
    Found.EVIDENCE: gettext_lazy("Related evidence exists"),
    Found.NO_EVIDENCE: gettext_lazy("Related, without valid evidence"),
    Found.NOT_COVERED: gettext_lazy("Not covered"),
}


def words_of(found: Found) -> str:
    return str(WORDS[found])


@dataclass(frozen=True)
class Served:
    """One requirement of ISO/IEC 42001 as one person sees it; without a position they see (`facts` None) only its name.

    `evidence` names the valid items where they are few, else it is empty; `count` says how many there are.
    """

    requirement: Requirement
    facts: Facts | None = None
    evidence: tuple[str, ...] = ()

    @property
    def mark(self) -> Mark | None:
        return mark_of(self.facts) if self.facts else None

    @property
    def words(self) -> str:
        return words_for(self.mark) if self.mark else _("Not visible to you")

    @property
    def count(self) -> int:
        return self.facts.evidence_valid if self.facts else 0

    @property
    def shows_something(self) -> bool:
        """Whether it applies and has valid evidence."""
        return self.count > 0 and self.mark is not Mark.NOT_APPLICABLE


@dataclass(frozen=True)
class Through:
    """One mapping and what stands at its end."""

    mapping: Mapping
    served: Served


@dataclass
class Line:
    """One assessable requirement of another framework with all that relates to it, the strongest first."""

    requirement: OtherRequirement
    through: list[Through] = field(default_factory=list)

    @property
    def claimed(self) -> list[Through]:
        return [one for one in self.through if one.mapping.strength in CLAIMED]

    @property
    def weak(self) -> list[Through]:
        return [one for one in self.through if one.mapping.strength not in CLAIMED]

    @property
    def found(self) -> Found:
        if not self.claimed:
            return Found.NOT_COVERED
        return Found.EVIDENCE if any(one.served.shows_something for one in self.claimed) else Found.NO_EVIDENCE


@dataclass(frozen=True)
class Coverage:
    """A framework with each assessable requirement of it, in its order."""

    framework: OtherFramework
    lines: tuple[Line, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many requirements there are of each `Found`, and in all (`of`)."""
        return counted(line.found for line in self.lines)


def counted(found: Iterable[Found]) -> dict[str, int]:
    counts = {one.value: 0 for one in Found} | {"of": 0}
    for one in found:
        counts[one.value] += 1
        counts["of"] += 1
    return counts


def coverage_of(framework: OtherFramework, organisation: Organisation, *, seen_by: Any, on: date) -> Coverage:
    """The coverage of one framework. Five queries, whatever its size."""
    # Also of a framework that was retired: its own page still tells.
    mappings: Any = Mapping.objects.visible_to(seen_by).of(organisation)
    mappings = mappings.filter(target__framework=framework, source__is_withdrawn=False).select_related("source")
    mappings = list(mappings.in_order())
    served = served_by(organisation, seen_by=seen_by, on=on)
    rows = framework.requirements.filter(is_withdrawn=False).select_related("parent").order_by("order")
    lines = {row.pk: Line(row) for row in rows if row.is_assessable}
    for mapping in mappings:
        if mapping.target_id in lines:
            one = served.get(mapping.source_id) or Served(mapping.source)
            lines[mapping.target_id].through.append(Through(mapping, one))
    for line in lines.values():
        line.through.sort(key=lambda one: RANK[Strength(one.mapping.strength)])
    return Coverage(framework, tuple(lines.values()))


def served_by(organisation: Organisation, *, seen_by: Any, on: date, named: bool = True) -> dict[int, Served]:
    """Every position that somebody sees with its facts on the day, by requirement. Three queries; two without names."""
    positions: Any = Position.objects.visible_to(seen_by).of(organisation)
    positions = list(positions.select_related("requirement"))
    facts = facts_of([one.pk for one in positions], on=on)
    few = [one.pk for one in positions if 0 < facts[one.pk].evidence_valid <= NAMED] if named else []
    names = names_of(few, seen_by=seen_by, on=on) if named else {}
    return {
        one.requirement_id: Served(one.requirement, facts[one.pk], tuple(in_order(names.get(one.pk, []))))
        for one in positions
    }


def names_of(positions: list[int], *, seen_by: Any, on: date) -> dict[int, list[str]]:
    """References of the valid evidence linked to these positions, as far as the person sees it."""
    seen = Evidence.objects.visible_to(seen_by).valid(on)
    rows = Proof.objects.filter(record__in=[*positions, 0], evidence__in=seen).values_list(
        "record", "evidence__reference"
    )
    found: dict[int, list[str]] = defaultdict(list)
    for record, reference in rows:
        found[record].append(reference)
    return found


def tallies(organisation: Organisation, *, seen_by: Any, on: date) -> dict[int, dict[str, int]]:
    """The counts of every framework that one may see, by its id, each with `mappings` and `own`. Four queries."""
    served = served_by(organisation, seen_by=seen_by, on=on, named=False)
    shows = {pk for pk, one in served.items() if one.shows_something}
    requirements = OtherRequirement.objects.filter(is_withdrawn=False, is_assessable=True)
    frameworks = OtherFramework.objects.visible_to(seen_by).of(organisation)
    rows = requirements.filter(framework__in=frameworks.order_by()).order_by().values_list("pk", "framework")
    of = dict(rows)
    mappings = Mapping.objects.visible_to(seen_by).of(organisation).filter(source__is_withdrawn=False)
    found: dict[int, Found] = {}
    numbers: dict[int, dict[str, int]] = defaultdict(lambda: {"mappings": 0, "own": 0})
    for target, source, strength, own in mappings.values_list("target", "source", "strength", "organisation"):
        if target not in of:
            continue
        numbers[of[target]]["own" if own else "mappings"] += 1
        if strength in CLAIMED and found.get(target) is not Found.EVIDENCE:
            found[target] = Found.EVIDENCE if source in shows else Found.NO_EVIDENCE
    states: dict[int, list[Found]] = defaultdict(list)
    for requirement, framework in of.items():
        states[framework].append(found.get(requirement, Found.NOT_COVERED))
    return {framework: counted(each) | numbers[framework] for framework, each in states.items()}
