"""What a cell says to a field: people by mail address or name, records by reference or title, choices by their words.

Each kind of field has one class. `read` gives what the form of the record takes, `same` whether a cell says what the
record says already. Both look nothing up in the database: `Known` did so once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.forms import people_of
from records.models import Record

DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %b %Y", "%d %B %Y")
YES, NO = frozenset({"yes", "y", "true", "1", "x", "on"}), frozenset({"no", "n", "false", "0", "off", "-", "–"})
PARTS = re.compile(r"[;\n]")
MANY: Any = object()


class Known:
    """The people and records of an organisation that a file may name, each looked up once."""

    def __init__(self, organisation: Any, user: Any) -> None:
        self.organisation, self.user = organisation, user
        self.tables: dict[Any, dict[str, Any]] = {}

    def people(self) -> dict[str, Any]:
        if "people" not in self.tables:
            people = list(people_of(self.organisation))
            self.tables["people"] = by_words((one, (one.email, one.name)) for one in people)
        return self.tables["people"]

    def records(self, model: type[Record], offered: Any = None) -> dict[str, Any]:
        """Records by reference and by title, those of `offered` where not all of the organisation may be named."""
        if model not in self.tables:
            if offered is None:
                offered = model.objects.visible_to(self.user).of(self.organisation)
            self.tables[model] = by_words((one, (one.reference, one.title)) for one in offered.iterator())
        return self.tables[model]


def by_words(things: Iterable[tuple[Any, tuple[str, str]]]) -> dict[str, Any]:
    """Things by what they may be called; MANY where two are called so. What is unique goes before what is not."""
    sure: dict[str, Any] = {}
    named: dict[str, Any] = {}
    for thing, (unique, name) in things:
        sure[unique.casefold()] = thing
        named[name.casefold()] = MANY if name.casefold() in named else thing
    return named | sure


def parts_of(cell: Any) -> list[str]:
    """What a cell lists: parted by semicolons or lines where it has one, as words hold commas; else by commas."""
    text = str(cell)
    found = PARTS.split(text) if PARTS.search(text) else text.split(",")
    return [part for part in found if part.strip()]


class Text:
    """Text and numbers as they stand; the rules are the form's. `takes` says what to write, in words."""

    takes: Any = gettext_lazy("Text")

    def read(self, cell: Any) -> Any:
        return cell.isoformat() if isinstance(cell, date) else str(cell)

    def told(self, stored: Any) -> Any:
        """What the record says, in the shape that `read` gives."""
        return "" if stored is None else str(stored)

    def same(self, cell: Any, stored: Any) -> bool:
        try:
            return bool(self.read(cell) == self.told(stored))
        except ValidationError:
            return False

    def cleaner(self, field: forms.Field) -> Callable[[Any], Any] | None:
        """What stands in for the field's own `clean` where that would ask the database for each row."""
        return None


class LongText(Text):
    """Lines as lines, or parted by semicolons as our own export does."""

    def same(self, cell: Any, stored: Any) -> bool:
        lines = str(stored or "").splitlines()
        return self.read(cell).splitlines() == lines or self.read(cell) == "; ".join(lines)


class Number(Text):
    takes = gettext_lazy("A number")

    def told(self, stored: Any) -> Any:
        return "" if stored is None else f"{stored:g}" if isinstance(stored, float) else str(stored)

    def same(self, cell: Any, stored: Any) -> bool:
        try:
            return stored is not None and float(str(cell)) == float(stored)
        except ValueError:
            return False


class Day(Text):
    takes = gettext_lazy("A day: 2026-11-30 or 30/11/2026")

    def read(self, cell: Any) -> Any:
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        for form in DAYS if isinstance(cell, str) else ():
            try:
                return datetime.strptime(cell.strip(), form).date()  # noqa: DTZ007 (a day has no time zone)
            except ValueError:
                continue
        raise ValidationError(_("This is not a day. Write 2026-11-30 or 30/11/2026."))

    def told(self, stored: Any) -> Any:
        return stored


class YesNo(Text):
    takes = gettext_lazy("Yes or no")

    def read(self, cell: Any) -> Any:
        if isinstance(cell, bool):
            return cell
        word = str(cell).casefold()
        if word in YES | NO:
            return word in YES
        raise ValidationError(_("Write yes or no."))

    def told(self, stored: Any) -> Any:
        return bool(stored)


class Choice(Text):
    def __init__(self, choices: Iterable[tuple[Any, Any]]) -> None:
        self.offered = [(value, str(label)) for value, label in choices if value not in {"", None}]
        self.meanings = {str(label).casefold(): str(value) for value, label in self.offered}
        self.meanings |= {str(value).casefold(): str(value) for value, _label in self.offered}
        self.takes = ", ".join(label for _value, label in self.offered)

    def read(self, cell: Any) -> Any:
        return self.one(str(cell))

    def one(self, word: str) -> str:
        if isinstance(found := self.meanings.get(word.strip().casefold()), str):
            return found
        offered = ", ".join(label for _value, label in self.offered)
        raise ValidationError(_("“%(word)s” is not one of: %(offered)s.") % {"word": word.strip(), "offered": offered})


class YesNoChoice(Choice):
    """A choice between yes, no and nothing: `true` and `false` in its form."""

    def __init__(self, choices: Iterable[tuple[Any, Any]]) -> None:
        super().__init__(choices)
        self.takes = YesNo.takes

    def read(self, cell: Any) -> Any:
        return "true" if YesNo().read(cell) else "false"

    def told(self, stored: Any) -> Any:
        return "" if stored is None else str(stored).lower()


class Choices(Choice):
    """Several, parted by semicolons, lines or commas."""

    def read(self, cell: Any) -> Any:
        word = str(cell).strip().casefold()
        words = [word] if word in self.meanings else parts_of(cell)
        return list(dict.fromkeys(map(self.one, words)))

    def same(self, cell: Any, stored: Any) -> bool:
        try:
            return set(self.read(cell)) == set(stored or ())
        except ValidationError:
            return False


class Named(Text):
    """One person or record out of a table of `Known`."""

    def __init__(self, table: dict[str, Any], what: str, takes: str = "") -> None:
        self.table, self.what, self.takes = table, what, takes or what

    def read(self, cell: Any) -> Any:
        return str(self.one(str(cell)).pk)

    def one(self, word: str) -> Any:
        found = self.table.get(word.strip().casefold()) or self.by_sign(word.strip().casefold())
        if found is MANY:
            raise ValidationError(_("More than one is called “%(word)s”. %(what)s") % {"word": word, "what": self.what})
        if found is None:
            raise ValidationError(
                _("There is no “%(word)s” here. %(what)s") % {"word": word.strip(), "what": self.what}
            )
        return found

    def by_sign(self, word: str) -> Any:
        """What “rita falcao (rita@…)” means, or “ais-01 mail sorter” as we write it ourselves; None for neither.

        Only a mail address or a reference counts: the first name alone may be that of somebody else.
        """
        bracketed = word[:-1].rpartition("(")[2].strip() if word.endswith(")") else ""
        for sign in (bracketed, word.partition(" ")[0]):
            found = self.table.get(sign) if sign else None
            if sign in {getattr(found, name, "").casefold() for name in ("email", "reference")} - {""}:
                return found
        return None

    def same(self, cell: Any, stored: Any) -> bool:
        if stored is None:
            return False
        names = {getattr(stored, name, "").casefold() for name in ("email", "name", "reference", "title")} - {""}
        return str(cell).strip().casefold() in names

    @cached_property
    def things(self) -> dict[str, Any]:
        """What may be named, by the key that a form takes."""
        return {str(thing.pk): thing for thing in self.table.values() if thing is not MANY}

    def cleaner(self, field: forms.Field) -> Callable[[Any], Any]:
        def clean(key: Any) -> Any:
            found = self.things.get(str(key)) if key else None
            field.validate(found)
            return found

        return clean


class NamedMany(Named):
    """Several records. `read` gives their ids as a list; `stored` are the records that are linked."""

    def read(self, cell: Any) -> Any:
        return [str(one.pk) for one in self.all(cell)]

    def all(self, cell: Any) -> list[Any]:
        word = str(cell).strip()
        words = [word] if word.casefold() in self.table else parts_of(word)
        return list({one.pk: one for one in map(self.one, words)}.values())

    def same(self, cell: Any, stored: Sequence[Any]) -> bool:
        try:
            return {one.pk for one in self.all(cell)} == {one.pk for one in stored}
        except ValidationError:
            return False

    def cleaner(self, field: forms.Field) -> Callable[[Any], Any]:
        return lambda keys: [self.things[str(key)] for key in keys or [] if str(key) in self.things]


def reader_of(field: forms.Field, known: Known) -> Text:
    """How cells are read for a field of a form."""
    if isinstance(field, forms.ModelChoiceField):
        model: Any = field.queryset.model  # type: ignore[union-attr]
        if not issubclass(model, Record):
            takes = _("The mail address or the full name of a member")
            return Named(known.people(), _("Give the mail address or the full name of a member."), takes)
        several = isinstance(field, forms.ModelMultipleChoiceField)
        takes = _("References or exact names, with commas") if several else _("A reference or the exact name")
        return (NamedMany if several else Named)(known.records(model), _("Give its reference."), takes)
    if isinstance(field, forms.MultipleChoiceField):
        return Choices(field.choices)  # type: ignore[arg-type]
    if isinstance(field, forms.ChoiceField):
        choices: Any = list(field.choices)  # type: ignore[arg-type]
        return YesNoChoice(choices) if {value for value, _label in choices} == {"true", "false"} else Choice(choices)
    if isinstance(field, forms.DateField):
        return Day()
    if isinstance(field, forms.BooleanField):
        return YesNo()
    if isinstance(field, forms.IntegerField):
        return Number()
    return LongText()
