"""Rows of a YAML file that know where each value stood, and say what is wrong with it: file, line, field, reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Model, TextChoices
from django.utils.translation import gettext as _

from .models import Organisation


class Problem(NamedTuple):
    line: int
    field: str
    reason: str


class BadFileError(Exception):
    """A file that cannot be loaded. Its text is `FILE:LINE: FIELD: REASON`, one line for each problem, in order."""

    def __init__(self, path: Path, problems: Iterable[Problem]) -> None:
        self.path, self.problems = path, sorted(problems)
        super().__init__("\n".join(f"{path}:{line}: {name}: {reason}" for line, name, reason in self.problems))


class BadRowError(Exception):
    """Stops the loading of one row; what is wrong with it has been noted."""


class Items(list[Any]):
    """A list of the file, with the line of each item."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []


@dataclass
class Intake:
    """One file on its way in: its rows, what they became, and what is wrong.

    `known` has what the rows of a section became by id (None: a bad row), `made` the good rows with what they became.
    `absent` is evidence without its file, `stored` keys of stored files.
    """

    path: Path
    problems: list[Problem] = field(default_factory=list)
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: dict[str, list[tuple[Row, Any]]] = field(default_factory=lambda: defaultdict(list))
    absent: list[str] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)
    root: Row = field(init=False)
    organisation: Organisation = field(init=False)

    def __post_init__(self) -> None:
        self.root = Row(self, parent=None, key="", line=1)

    def each(self, section: str, make: Callable[[Row], Any], *, needed: bool = False) -> None:
        """Makes something of each row of a section and knows it by its id; a bad row is skipped, its problems noted."""
        known = self.known.setdefault(section, {})
        for row in self.root.rows(section, needed=needed):
            key = row.text("id", needed=True)
            if key in known:
                row.refuse("id", _("is given twice"))
            else:
                known[key] = None
                known[key] = self.attempt(row, make)
                if known[key] is not None:
                    self.made[section].append((row, known[key]))

    def attempt(self, row: Row, make: Callable[[Row], Any]) -> Any:
        """What `make` makes of a row, or None where the row is bad. Also what only the database refuses is noted."""
        with suppress(BadRowError):
            try:
                with transaction.atomic():
                    return make(row)
            except DatabaseError as error:
                row.refuse("", str(error).splitlines()[0])
        return None

    def stop_if_bad(self) -> None:
        if self.problems:
            raise BadFileError(self.path, self.problems)

    def peek(self, section: str) -> list[Row]:
        """The rows of a section that is loaded elsewhere or not at all; whatever else stands there is ignored."""
        values = self.root.get(section)
        return [value for value in values if isinstance(value, Row)] if isinstance(values, Items) else []


class Row(dict[str, Any]):
    """One mapping of the file. Its readers note a problem and return nothing, so that all of a row's are found;
    `close` (or `check`) then stops the row. Each key that was read is known; others are refused.
    """

    def __init__(self, intake: Intake, *, parent: Row | None, key: str, line: int, index: int | None = None) -> None:
        super().__init__()
        self.intake, self.parent, self.key, self.index, self.own_line = intake, parent, key, index, line
        self.lines: dict[str, int] = {}
        self.read: set[str] = set()
        self.spoilt: set[str] = set()
        self.is_bad = False

    @property
    def place(self) -> str:
        """Where the row stands, for people: `ai_systems[AIS-01]`, `soa.default`."""
        if self.parent is None:
            return ""
        place = f"{self.parent.place}.{self.key}".lstrip(".")
        if self.index is None:
            return place
        names = (value for key in ("id", "control") if isinstance(value := self.get(key), str))
        return f"{place}[{next(names, self.index + 1)}]"

    def line(self, key: str, index: int | None = None) -> int:
        value = self.get(key)
        if index is not None and isinstance(value, Items):
            return value.lines[index]
        return self.lines.get(key, self.own_line)

    def refuse(self, key: str, reason: object, *, index: int | None = None) -> None:
        """Notes a problem of a key, or of the whole row where `key` is empty."""
        name = ".".join(part for part in (self.place, key) if part)
        problem = Problem(self.line(key, index), name, str(reason))
        if problem not in self.intake.problems:
            self.intake.problems.append(problem)
        row: Row | None = self
        while row is not None:
            row.is_bad, row = True, row.parent

    def value(self, key: str, kind: type, wanted: str, *, needed: bool = False) -> Any:
        """The value if it is exactly of that kind (True is no number), else None with a problem noted."""
        self.read.add(key)
        value = self.get(key)
        if key in self.spoilt:
            return None
        if value is None or (isinstance(value, str) and not value.strip()):
            if needed:
                self.refuse(key, _("is missing"))
            return None
        if type(value) is not kind:
            self.refuse(key, _("must be %(wanted)s, not %(value)s") % {"wanted": wanted, "value": in_words(value)})
            return None
        return value

    def text(self, key: str, *, needed: bool = False) -> str:
        value = (self.value(key, str, _("a text (in quotes)"), needed=needed) or "").strip()
        if "\0" in value:
            self.refuse(key, _("holds a character that no text may hold"))
        return value

    def texts(self, key: str) -> list[str]:
        """A list of texts, without empty ones."""
        values = self.value(key, Items, _("a list")) or []
        for index, value in enumerate(values):
            if not isinstance(value, str) or "\0" in value:
                wanted = {"wanted": _("a text (in quotes)"), "value": in_words(value)}
                self.refuse(key, _("must be %(wanted)s, not %(value)s") % wanted, index=index)
        return [value.strip() for value in values if isinstance(value, str) and value.strip()]

    def lines_of(self, key: str) -> str:
        """A list of texts as the lines of one."""
        return "\n".join(self.texts(key))

    def day(self, key: str, *, needed: bool = False) -> Any:
        """A `date` or None."""
        return self.value(key, date, _("a day such as 2026-11-23"), needed=needed)

    def number(self, key: str) -> Any:
        """An `int` or None."""
        return self.value(key, int, _("a whole number"))

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self.value(key, bool, _("true or false"))
        return default if value is None else value

    def choice(self, key: str, choices: type[TextChoices], *, needed: bool = True) -> str:
        """A value of `choices`, words joined by spaces or by underscores."""
        return self.chosen(key, self.text(key, needed=needed), choices)

    def choices(self, key: str, choices: type[TextChoices]) -> list[str]:
        return [self.chosen(key, value, choices) for value in self.texts(key)]

    def chosen(self, key: str, value: str, choices: type[TextChoices]) -> str:
        value = value.replace(" ", "_")
        if value and value not in choices.values:
            offered = {"value": value, "offered": ", ".join(choices.values)}
            self.refuse(key, _("“%(value)s” is not one of %(offered)s") % offered)
        return value

    def one(self, key: str, section: str, *, needed: bool = False) -> Any:
        """What the row of another section became whose id stands here, or None."""
        return self.find(key, self.text(key, needed=needed), section)

    def many(self, key: str, section: str) -> list[Any]:
        return [self.find(key, name, section, index) for index, name in enumerate(self.texts(key))]

    def find(self, key: str, name: str, section: str, index: int | None = None) -> Any:
        known = self.intake.known.get(section, {})
        if name and name not in known:
            self.refuse(key, _("“%(name)s” is not in %(section)s") % {"name": name, "section": section}, index=index)
        elif name and known[name] is None:
            self.is_bad = True  # it points at a bad row, whose own problem is noted
        return known.get(name)

    def row(self, key: str, *, needed: bool = False) -> Row:
        """A mapping inside this one; an empty one where there is none."""
        value = self.value(key, Row, _("a mapping"), needed=needed)
        return Row(self.intake, parent=self, key=key, line=self.line(key)) if value is None else value

    def rows(self, key: str, *, needed: bool = False) -> list[Row]:
        values = self.value(key, Items, _("a list of mappings"), needed=needed) or []
        for index, value in enumerate(values):
            if not isinstance(value, Row):
                wanted = {"wanted": _("a mapping"), "value": in_words(value)}
                self.refuse(key, _("must be %(wanted)s, not %(value)s") % wanted, index=index)
        return [value for value in values if isinstance(value, Row)]

    def close(self) -> None:
        """Refuses keys that nobody reads, here and in mappings below that were read. Raises BadRowError if bad."""
        for key in self:
            if key not in self.read:
                self.refuse(key, _("is not a field of the format"))
            elif isinstance(self[key], Row) and self[key].read:
                with suppress(BadRowError):
                    self[key].close()
        if self.is_bad:
            raise BadRowError

    def check(self, obj: Model, *, without: Iterable[str] = (), **keys: str) -> None:
        """Closes the row and validates what was made of it; `keys` say where a column stands (`scope="aims/text"`)."""
        self.close()
        try:
            obj.full_clean(exclude=set(without))
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                above, _slash, key = ("" if name == "__all__" else keys.get(name, name)).rpartition("/")
                for message in messages:
                    (self[above] if above else self).refuse(key, message)
            raise BadRowError from error


def in_words(value: Any) -> str:
    """A value of the file, for a message."""
    if isinstance(value, Row):
        return _("a mapping")
    if isinstance(value, list):
        return _("a list")
    return f"“{value}”"
