"""The frozen result: what differs between two days, in groups of lines, each with the record it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reports.readiness import Readiness

# So many lines of a group are kept, and shown on the page; all of them are counted.
MOST, SHOWN = 200, 25


@dataclass(frozen=True)
class Line:
    """One thing that changed. `was` and `now` are words or figures; a `url` leads to the record as it is today."""

    reference: str
    title: str
    was: str = ""
    now: str = ""
    url: str = ""


@dataclass(frozen=True)
class Group:
    """Lines that tell the same kind of change. `was` and `now` head their columns; empty ones are not shown."""

    code: str
    title: str
    lines: tuple[Line, ...]
    count: int
    was: str = ""
    now: str = ""

    @property
    def more(self) -> int:
        return self.count - len(self.lines)

    @property
    def shown(self) -> tuple[Line, ...]:
        return self.lines[:SHOWN]

    @property
    def unshown(self) -> int:
        return self.count - len(self.shown)


@dataclass(frozen=True)
class Figure:
    """One figure on both days. `is_better` is None where more is neither better nor worse, or nothing changed."""

    label: str
    was: str
    now: str
    is_better: bool | None = None

    @property
    def tone(self) -> str:
        return {True: "good", False: "bad"}.get(self.is_better, "none") if self.is_better is not None else "none"


@dataclass(frozen=True)
class Evolution:
    """What changed after the end of `since` and until the end of `until`; `then` and `now` are readiness on both."""

    organisation: str
    since: date
    until: date
    then: Readiness
    now: Readiness
    figures: tuple[Figure, ...]
    groups: tuple[Group, ...]

    def group(self, code: str) -> Group:
        return next(one for one in self.groups if one.code == code)

    @property
    def told(self) -> list[Group]:
        """Groups with something in them."""
        return [one for one in self.groups if one.count]

    @property
    def silent(self) -> list[Group]:
        return [one for one in self.groups if not one.count]


def group(code: str, title: str, lines: list[Line], was: str = "", now: str = "") -> Group:
    return Group(code, title, tuple(lines[:MOST]), len(lines), was, now)
