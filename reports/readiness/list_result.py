"""The part of the result that speaks of lists of records: of risks and systems, and of the registers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Tally:
    """How many things share a value, e.g. six systems in which we are the provider."""

    code: str
    label: str
    count: int


@dataclass(frozen=True)
class FoundItem:
    """One record of a list, with the day that counts there: of its review, until when it is due, when it happened."""

    reference: str
    title: str
    owner: str
    on: date | None
    url: str = ""


@dataclass(frozen=True)
class FoundList:
    """One list: how long it is, and its first records. `blocks` is None for a figure that is no test.

    It is not `asked` while its register is empty: that is a test of its own, and there is nothing to look at.
    """

    code: str
    clause: str
    title: str
    reason: str
    blocks: bool | None
    count: int
    items: tuple[FoundItem, ...]
    url: str = ""
    asked: bool = True

    @property
    def more(self) -> int:
        return self.count - len(self.items)


@dataclass(frozen=True)
class RiskFigures:
    """Open risks by process and level, the lists behind every other figure, and codes of what is lacking entirely."""

    open: int
    closed: int
    by_process: tuple[Tally, ...]
    by_level: tuple[Tally, ...]
    lists: tuple[FoundList, ...]
    lacking: tuple[str, ...]

    def list(self, code: str) -> FoundList:
        return next(one for one in self.lists if one.code == code)


@dataclass(frozen=True)
class RegisterFigures:
    """What the registers of clauses 4–9 show: a list for each test and figure, and codes of what is not there."""

    lists: tuple[FoundList, ...]
    lacking: tuple[str, ...]

    def list(self, code: str) -> FoundList:
        return next(one for one in self.lists if one.code == code)
