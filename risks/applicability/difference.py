"""What differs between two versions of the Statement of Applicability, control by control."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from risks.applicability.statement import Line


@dataclass(frozen=True)
class Change:
    """One field before and after, in words (templates/components/timeline_change.html)."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """What became of one control: `kind` is added, removed or changed."""

    kind: str
    line: Line
    changes: tuple[Change, ...] = ()


def differences(before: Iterable[Line], after: Iterable[Line]) -> list[Difference]:
    """In the order of the later version, what is gone at the end. Nothing where both say the same."""
    old = {line.control: line for line in before}
    new = {line.control: line for line in after}
    found = []
    for control, line in new.items():
        if control not in old:
            found.append(Difference("added", line))
        elif changes := changes_of(old[control], line):
            found.append(Difference("changed", line, changes))
    found += [Difference("removed", line) for control, line in old.items() if control not in new]
    return found


def changes_of(before: Line, after: Line) -> tuple[Change, ...]:
    pairs = zip(fields_of(before), fields_of(after), strict=True)
    return tuple(Change(name, old, new) for (name, old), (_name, new) in pairs if old != new)


def fields_of(line: Line) -> list[tuple[str, str]]:
    """Every field of a line with its name, in words: the columns of page, export and comparison."""
    return [
        (_("Title"), line.title),
        (_("Applicable"), line.applicable_words),
        (_("Why, or why not"), line.justification),
        (_("Because of"), line.basis_words),
        (_("Status"), line.status_words),
        (_("Owner"), line.owner),
        (_("Risks treated"), line.risk_words),
        (_("Evidence"), line.evidence_words),
    ]
