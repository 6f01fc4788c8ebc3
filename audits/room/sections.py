"""Clauses 4–10 and the areas of Annex A, by which an audit and a room say what they cover."""

from __future__ import annotations

from collections.abc import Iterable

from clauses.models import Requirement


def sections_of(requirements: Iterable[Requirement]) -> list[str]:
    """Numbers of the sections of some requirements, in the order of the standard: `4`, `10`, `A.2`."""
    found = {one.section for one in requirements}
    return sorted(found, key=lambda one: (one.startswith("A."), int(one.removeprefix("A."))))


def titled(sections: Iterable[str]) -> list[tuple[str, str]]:
    """Each section with its number and title, as choices."""
    titles = dict(Requirement.objects.filter(number__in=list(sections)).values_list("number", "title"))
    return [(number, f"{number} {titles.get(number, '')}".strip()) for number in sections]
