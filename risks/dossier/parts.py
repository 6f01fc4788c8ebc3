"""The shapes of a dossier, for the page, programs and paper alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from systems.models import AISystem


@dataclass(frozen=True)
class Line:
    """One record of the trace. `tone` (good, warn, bad, none) belongs to `state`; `url` is empty where no page is."""

    reference: str
    title: str
    url: str = ""
    state: str = ""
    tone: str = ""
    note: str = ""
    day: date | None = None
    below: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Rating:
    """A score of a risk in one phase, with its level."""

    phase: str
    score: int
    level: str


@dataclass(frozen=True)
class RiskLine(Line):
    """A risk with its ratings (inherent, current, residual), what is done about it, and who accepted it until when."""

    ratings: tuple[Rating, ...] = ()
    treatments: tuple[Line, ...] = ()
    acceptance: str = ""


@dataclass(frozen=True)
class Part:
    """One step of the trace. `gaps` say in words what is missing; `total` counts what is not shown here, too."""

    key: str
    title: str
    clause: str
    lines: tuple[Line, ...] = ()
    gaps: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    note: str = ""
    total: int = 0
    url: str = ""

    @property
    def more(self) -> int:
        return max(0, self.total - len(self.lines))


@dataclass(frozen=True)
class Dossier:
    """From purpose to concerns, as one person may see it on one day. `is_whole`: nothing was left out for them."""

    system: AISystem
    on: date
    is_whole: bool
    parts: tuple[Part, ...]

    @property
    def gaps(self) -> tuple[tuple[Part, str], ...]:
        return tuple((part, gap) for part in self.parts for gap in part.gaps)

    def __iter__(self) -> Iterator[Part]:
        return iter(self.parts)


@dataclass(frozen=True)
class Asked:
    """Whose dossier of what is being put together."""

    system: AISystem
    user: Any
    on: date
    is_whole: bool

    def of_system(self, model: Any) -> Any:
        """Records of a kind about the system that this person may see."""
        return model.objects.visible_to(self.user).filter(system=self.system)

    def gap(self, words: str, *, if_missing: Any) -> tuple[str, ...]:
        """A gap where something is missing: not for who sees only a part, for whom it may be there all the same."""
        return () if if_missing or not self.is_whole else (words,)
