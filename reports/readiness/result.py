"""The frozen result: what readiness says, and nothing that could be typed in by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from clauses.verdict import Mark, Reason, words_for
from reports.due import Due

from .list_result import RegisterFigures, RiskFigures, Tally

# Addresses belong to one installation, so they are no part of the figures.
LEFT_OUT = frozenset({"url"})


@dataclass(frozen=True)
class Proof:
    """One item of evidence in its newest version. A link has no `sha256`, an absent file no `version`."""

    reference: str
    title: str
    kind: str
    version: int | None
    received: date
    valid_until: date | None
    state: str
    sha256: str
    link: str
    owner: str
    url: str = ""


@dataclass(frozen=True)
class Line:
    """One requirement: what it amounts to, what the organisation says, and what it shows."""

    number: str
    title: str
    section: str
    is_control: bool
    mark: Mark
    reasons: tuple[Reason, ...]
    status: str
    applicable: bool | None
    justification: str
    basis: tuple[str, ...]
    owner: str
    review_on: date | None
    narrative: str
    missing: tuple[str, ...]
    missing_mandatory: tuple[str, ...]
    expects_mandatory: int
    is_evidenced: bool
    proofs: tuple[Proof, ...]
    url: str = ""
    # How many proofs there are, where not all of them are named.
    proofs_in_all: int = 0

    @property
    def more_proofs(self) -> int:
        return max(0, self.proofs_in_all - len(self.proofs))

    @property
    def state(self) -> str:
        """The mark, under the name that `{% marks %}` reads."""
        return str(self.mark)

    @property
    def words(self) -> str:
        return words_for(self.mark)

    @property
    def tone(self) -> str:
        return {Mark.MET: "good", Mark.PARTLY: "warn", Mark.NOT_MET: "bad"}.get(self.mark, "none")


@dataclass(frozen=True)
class Count:
    """How many requirements are at each mark. What does not apply is out of `of`; unanswered ones are in it, apart."""

    of: int
    met: int
    partly: int
    not_met: int
    unanswered: int
    not_applicable: int
    evidenced: int
    mandatory_missing: int

    @property
    def open(self) -> int:
        return self.of - self.met

    @classmethod
    def over(cls, lines: Iterable[Line]) -> Count:
        lines = list(lines)
        counted = [line for line in lines if line.mark is not Mark.NOT_APPLICABLE]
        at = {mark: sum(line.mark is mark for line in lines) for mark in Mark}
        return cls(
            of=len(counted),
            met=at[Mark.MET],
            partly=at[Mark.PARTLY],
            not_met=at[Mark.NOT_MET],
            unanswered=at[Mark.UNANSWERED],
            not_applicable=at[Mark.NOT_APPLICABLE],
            evidenced=sum(line.is_evidenced for line in counted),
            mandatory_missing=sum(len(line.missing_mandatory) for line in counted),
        )


@dataclass(frozen=True)
class Section:
    """A clause (4–10) or an area of Annex A (A.2–A.10) with its requirements."""

    number: str
    title: str
    count: Count
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Part:
    """All clauses, or all controls."""

    count: Count
    sections: tuple[Section, ...]

    @property
    def lines(self) -> list[Line]:
        return [line for section in self.sections for line in section.lines]


@dataclass(frozen=True)
class Applicability:
    """Counts of the Statement of Applicability (ISO 42001 6.1.3)."""

    applicable: int
    excluded: int
    undecided: int
    without_justification: int
    by_status: tuple[Tally, ...]


@dataclass(frozen=True)
class System:
    """One AI system of the inventory."""

    reference: str
    title: str
    roles: str
    risk_class: str
    stage: str
    owner: str
    url: str = ""


@dataclass(frozen=True)
class Inventory:
    """AI systems in use and in scope, by role and class; those out of scope and retired are counted apart."""

    in_scope: int
    out_of_scope: int
    retired: int
    by_role: tuple[Tally, ...]
    by_class: tuple[Tally, ...]
    systems: tuple[System, ...]


@dataclass(frozen=True)
class Backing:
    """What shows an entry: one document or item of evidence, or a register; `reference` is empty for a register.

    `state` is that of an entry, or `linked` for evidence that is assigned to nothing the standard asks for.
    """

    reference: str
    title: str
    url: str
    state: str

    @property
    def note(self) -> str:
        """What has to be said of it; nothing where it simply shows the entry."""
        return {
            "draft": _("draft"),
            "linked": _("linked, not assigned"),
            "missing": _("not written"),
            "review_overdue": _("review overdue"),
        }.get(self.state, "")


@dataclass(frozen=True)
class Documented:
    """Documented information the standard asks for. States: present, review_overdue, draft, missing."""

    name: str
    number: str
    kind: str
    state: str
    proofs: tuple[str, ...]
    owner: str
    url: str = ""
    backed: tuple[Backing, ...] = ()

    @property
    def words(self) -> str:
        return {
            "present": _("Present"),
            "review_overdue": _("Review overdue"),
            "draft": _("Draft"),
            "missing": _("Missing"),
        }[self.state]

    @property
    def tone(self) -> str:
        return {"present": "good", "review_overdue": "warn", "draft": "warn"}.get(self.state, "bad")


@dataclass(frozen=True)
class Gap:
    """Evidence that the catalogue expects and nothing valid shows."""

    number: str
    title: str
    name: str
    is_mandatory: bool
    owner: str
    url: str = ""


@dataclass(frozen=True)
class Library:
    """Evidence that has run out, that runs out in 90 days, and all that proves a requirement."""

    expired: tuple[Proof, ...]
    expiring: tuple[Proof, ...]
    index: tuple[Proof, ...]


@dataclass(frozen=True)
class Place:
    """Where something is: a requirement's number or a record's reference."""

    number: str
    url: str = ""


@dataclass(frozen=True)
class Obstacle:
    """One test that fails: what stands in the way, how often, and with whom. `blocks` is False for a condition."""

    code: str
    title: str
    text: str
    count: int
    places: tuple[Place, ...]
    owners: tuple[str, ...]
    by: date | None
    blocks: bool
    url: str = ""
    clause: str = ""

    @property
    def link(self) -> str:
        """Where the thing that is not there at all would be: its number opens no list."""
        return self.places[0].url if self.clause and self.places and not self.url else ""

    @property
    def tone(self) -> str:
        return "bad" if self.blocks else "warn"

    @property
    def numbers(self) -> list[str]:
        return [place.number for place in self.places]

    @property
    def has_names(self) -> bool:
        """Whether the text names what is missing or late, rather than the requirements whose numbers say the same."""
        return self.code in {"mandatory", "expired", "overdue"} or bool(self.clause)


@dataclass(frozen=True)
class State:
    """What all of it amounts to, in words. Codes: empty, not_ready, conditions, clear."""

    code: str
    title: str
    sentence: str
    rule: str

    @property
    def tone(self) -> str:
        return {"not_ready": "bad", "conditions": "warn", "clear": "good"}.get(self.code, "none")


@dataclass(frozen=True)
class Readiness:
    """Everything that Home and the report say about one organisation at one moment."""

    organisation: str
    timezone: str
    at: datetime
    on: date
    scope: str
    scope_version: str
    stage1_on: date | None
    state: State
    obstacles: tuple[Obstacle, ...]
    clauses: Part
    controls: Part
    applicability: Applicability
    inventory: Inventory
    documents: tuple[Documented, ...]
    gaps: tuple[Gap, ...]
    evidence: Library
    overdue: tuple[Due, ...]
    risks: RiskFigures
    registers: RegisterFigures
    # Tests that nothing fails.
    passed: tuple[Obstacle, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.state.code == "empty"

    @property
    def unbegun(self) -> list[Obstacle]:
        """Conditions that something is not there yet, where nothing of a register is on record."""
        return [one for one in self.obstacles if one.code in self.registers.lacking and not one.blocks]

    @property
    def in_the_way(self) -> list[Obstacle]:
        """All other obstacles."""
        unbegun = self.unbegun
        return [one for one in self.obstacles if one not in unbegun]

    def as_dict(self) -> dict[str, Any]:
        """Plain values that JSON knows, days as ISO 8601."""
        plain: dict[str, Any] = as_plain(self)
        return plain


def as_plain(value: Any) -> Any:
    """Turns results into what JSON can hold; the same result always gives the same text."""
    if is_dataclass(value):
        return {item.name: as_plain(getattr(value, item.name)) for item in fields(value) if item.name not in LEFT_OUT}
    if isinstance(value, tuple | list):
        return [as_plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)
