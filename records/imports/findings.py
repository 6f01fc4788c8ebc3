"""What a check tells people: how many, the first rows with what would become of them, and what is wrong where."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from .cells import Choice, Text

FIRST_ROWS = 20
MOST_ERRORS = 200
LONGEST = 300


@dataclass
class Findings:
    """`told` are the first rows; `errors` those listed, of `wrong`; `gaps` what no column of the file gives."""

    rows: int = 0
    created: int = 0
    changed: int = 0
    same: int = 0
    wrong: int = 0
    told: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[dict[str, Any]] = field(default_factory=list)
    # True where records changed between the check and the import, so that it is to be looked at again.
    moved: bool = False

    def tell(self, row: int, verb: str, title: str, lines: list[dict[str, str]]) -> None:
        """Counts a row that is well; `verb` is `created`, `changed` or `same`."""
        setattr(self, verb, getattr(self, verb) + 1)
        if len(self.told) < FIRST_ROWS:
            self.told.append({"row": row, "verb": verb, "title": title[:LONGEST], "lines": lines})

    def refuse(self, row: int, column: int | None, heading: str, shown: str, words: str) -> None:
        """Says what is wrong in a cell; without a column, with the whole row or with what the file does not have."""
        self.wrong += 1
        if column is None and heading:
            for gap in self.gaps:
                if (gap["heading"], gap["words"]) == (heading, words):
                    gap["count"] += 1
                    return
            self.gaps.append({"heading": heading, "words": words, "row": row, "count": 1})
        elif len(self.errors) < MOST_ERRORS:
            cell = f"{get_column_letter(column + 1)}{row}" if column is not None else ""
            error = {"row": row, "cell": cell, "heading": heading, "shown": shown[:LONGEST], "words": words}
            self.errors.append(error)

    @property
    def is_well(self) -> bool:
        return not self.wrong

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def in_words(reader: Text, stored: Any) -> str:
    """What a record says now, as people read it."""
    if stored is None or stored == "":
        return ""
    if isinstance(stored, bool):
        return _("Yes") if stored else _("No")
    if isinstance(stored, date):
        return date_format(stored, "j M Y")
    if isinstance(stored, list | tuple):
        return ", ".join(in_words(reader, one) for one in stored)
    if isinstance(reader, Choice):
        return next((label for value, label in reader.offered if str(value) == str(stored)), str(stored))
    return str(stored)[:LONGEST]


def cell_in_words(cell: Any) -> str:
    """What a cell says, as the file has it."""
    if isinstance(cell, bool):
        return _("Yes") if cell else _("No")
    return date_format(cell, "j M Y") if isinstance(cell, date) else str(cell)[:LONGEST]
