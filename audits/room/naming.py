"""Names of people whom records are about, by their initials where a room says so (`AuditRoom.names_as_initials`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clauses.models import Competence, TrainingRecord

# Which field of a record says whom it is about.
ABOUT_PEOPLE: dict[type[Any], str] = {TrainingRecord: "owner", Competence: "person"}


def initials(name: str) -> str:
    """`Owen Marsh` as `O. M.`; a dash where there is no name."""
    letters = [part[0].upper() for part in name.replace("-", " ").split() if part[0].isalnum()]
    return " ".join(f"{letter}." for letter in letters) or "–"


def by_initials(records: Iterable[Any]) -> list[Any]:
    """The same records, of which those that are about people name them by their initials. Nothing is saved."""
    told = list(records)
    for record in told:
        field = ABOUT_PEOPLE.get(type(record))
        if field and (person := getattr(record, field)):
            person.name = initials(person.name)
    return told
