"""How much of a long list is printed: its beginning, and how many more the spreadsheet of the report has.

A report of an organisation with thousands of records stays one that somebody can hold; the spreadsheet has all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from reports.readiness.result import Part, Readiness

from .paper import Chapter

# Rows of one list, items in the index of evidence, and items under one requirement.
ROWS, INDEX, PROOFS = 200, 500, 12
# Rows of one part of a register, and records that are told in full.
LINES, IN_FULL = 1000, 300


@dataclass(frozen=True)
class Few:
    """The beginning of a list, and how many more there are."""

    rows: tuple[Any, ...]
    more: int

    @classmethod
    def of(cls, rows: Iterable[Any], most: int) -> Few:
        kept = tuple(rows)
        return cls(kept[:most], max(0, len(kept) - most))


def few(chapters: Iterable[Chapter]) -> list[Chapter]:
    """Chapters as they are printed where a spreadsheet has all of them."""
    return [few_of(one) for one in chapters]


def few_of(one: Chapter) -> Chapter:
    tables = Few.of(one.tables, IN_FULL)
    cut = (replace(table, rows=table.rows[:LINES], more=max(0, len(table.rows) - LINES)) for table in tables.rows)
    return replace(one, tables=tuple(cut), more=tables.more)


def bounded(result: Readiness) -> tuple[Readiness, dict[str, int]]:
    """The result as it is printed, and by the name of each list how many more there are."""
    library, inventory = result.evidence, result.inventory
    more = {
        "systems": len(inventory.systems) - ROWS,
        "overdue": len(result.overdue) - ROWS,
        "expired": len(library.expired) - ROWS,
        "expiring": len(library.expiring) - ROWS,
        "index": len(library.index) - INDEX,
    }
    evidence = replace(
        library,
        expired=library.expired[:ROWS],
        expiring=library.expiring[:ROWS],
        index=library.index[:INDEX],
    )
    shown = replace(
        result,
        clauses=with_few_proofs(result.clauses),
        controls=with_few_proofs(result.controls),
        inventory=replace(inventory, systems=inventory.systems[:ROWS]),
        overdue=result.overdue[:ROWS],
        evidence=evidence,
    )
    return shown, {name: max(0, count) for name, count in more.items()}


def with_few_proofs(part: Part) -> Part:
    sections = tuple(
        replace(
            section,
            lines=tuple(
                replace(line, proofs=line.proofs[:PROOFS], proofs_in_all=len(line.proofs)) for line in section.lines
            ),
        )
        for section in part.sections
    )
    return replace(part, sections=sections)
