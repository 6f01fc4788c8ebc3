"""Names of people whom records are about, such as who was trained: by their initials for who needs no more.

An auditor from outside reads them so where their room says it (`names_as_initials`; a floor above sets `request.room`).
"""

from __future__ import annotations

from typing import Any


def tells_initials(request: Any) -> bool:
    """Whether whoever asks reads initials instead of names."""
    room = getattr(request, "room", None)
    return bool(room and room.names_as_initials)


def initials(name: str) -> str:
    """`Owen Marsh` as `O. M.`; a dash where there is no name."""
    letters = [part[0].upper() for part in name.replace("-", " ").split() if part[0].isalnum()]
    return " ".join(f"{letter}." for letter in letters) or "–"


def named_for(request: Any, person: Any) -> str:
    """A person as whoever asks reads them."""
    return initials(person.name) if tells_initials(request) else str(person)
