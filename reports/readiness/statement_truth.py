"""Whether the Statement of Applicability in force still says what is true (ISO 42001 6.1.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from clauses.models import Position
from evidence.models import Evidence, Proof
from risks.applicability.statement import Line, annex_line, from_content, own_line
from risks.models import OwnControl

from .lists import Seen


def is_true(content: Iterable[dict[str, Any]], positions: Sequence[Position], seen: Seen) -> bool:
    """Whether every control stands as the statement says, and all evidence that it names still holds.

    More evidence, and more or other risks treated, make nothing untrue that it says. Two queries.
    """
    said = {line.control: line for line in map(from_content, content)}
    own = OwnControl.objects.of(seen.organisation).select_related("owner")
    controls = [one for one in positions if one.requirement.is_control and not one.requirement.is_withdrawn]
    today = [*(annex_line(one, (), ()) for one in controls), *(own_line(one, (), ()) for one in own)]
    if {control: bare(line) for control, line in said.items()} != {line.control: line for line in today}:
        return False
    named = {(line.control, reference) for line in said.values() for reference in line.evidence}
    return named <= holding(named, seen)


def bare(line: Line) -> Line:
    return replace(line, risks=(), evidence=())


def holding(named: set[tuple[str, str]], seen: Seen) -> set[tuple[str, str]]:
    """Control and evidence, by their references, of what is valid on the day among `named`."""
    valid = Evidence.objects.of(seen.organisation).valid(seen.on).filter(received_on__lte=seen.on)
    named_ones = valid.filter(reference__in={reference for _control, reference in named})
    proofs = Proof.objects.filter(evidence__in=named_ones, record__organisation=seen.organisation)
    return set(proofs.values_list("record__reference", "evidence__reference"))
