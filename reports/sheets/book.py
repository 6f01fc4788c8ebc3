"""Writes a workbook row by row: what it takes does not grow with its rows, and no cell of it is a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from records.export import harmless
from reports.models import Report
from reports.papers.paper import Paper

# A spreadsheet refuses these in the name of a sheet, and names that are longer.
FORBIDDEN, LONGEST = re.compile(r"[\[\]:*?/\\]"), 31
WIDTH, WIDEST = 16, 60
# A cell holds no more letters.
MOST = 32_000


@dataclass(frozen=True)
class Sheet:
    """Rows under a head; `widths` in letters where a column needs more than the usual."""

    title: str
    head: tuple[str, ...]
    rows: Iterable[Iterable[Any]]
    widths: tuple[int, ...] = ()


def booked(report: Report, paper: Paper, code: str, sheets: Iterable[Sheet]) -> bytes:
    """The finished file: a first sheet that says what it is, then all others."""
    book = Workbook(write_only=True)
    names: set[str] = set()
    for sheet in (proof_of(report, paper, code), *sheets):
        write(book, sheet, names)
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        return file.read()


def write(book: Workbook, sheet: Sheet, names: set[str]) -> None:
    page = book.create_sheet(free_name(sheet.title, names))
    page.freeze_panes = "A2"
    for place in range(len(sheet.head)):
        width = sheet.widths[place] if place < len(sheet.widths) else WIDTH
        page.column_dimensions[get_column_letter(place + 1)].width = min(width, WIDEST)
    page.append([bold(page, title) for title in sheet.head])
    for row in sheet.rows:
        page.append([cell(value) for value in row])


def bold(page: Any, title: str) -> WriteOnlyCell:
    head = WriteOnlyCell(page, value=harmless(str(title)))
    head.font = Font(bold=True)
    return head


def cell(value: Any) -> Any:
    found = harmless(value)
    return found[:MOST] if isinstance(found, str) else found


def free_name(title: str, names: set[str]) -> str:
    """A name that a spreadsheet takes and no other sheet has."""
    plain = FORBIDDEN.sub(" ", title).strip("' ")[:LONGEST] or _("Sheet")
    name, number = plain, 1
    while name.lower() in names:
        number += 1
        name = f"{plain[: LONGEST - 4]} {number}"
    names.add(name.lower())
    return name


def proof_of(report: Report, paper: Paper, code: str) -> Sheet:
    """What it is, of when, made by whom, and how it is checked; the same as on the cover of the paper."""
    context, local = paper.context, paper.context["at"]
    rows = [
        (_("Report"), f"{report.reference} {context['cover'].name}"),
        (_("Organisation"), context["organisation"].name),
        (
            _("Data as of"),
            f"{date_format(local, 'j F Y')}, {date_format(local, 'H:i')} ({context['organisation'].timezone})",
        ),
        (_("Version"), report.number),
        (_("Prepared by"), context["prepared_by"]),
        *context["cover"].facts,
        (_("Verification code"), code),
        (_("Checked at"), context["verify_at"]),
    ]
    return Sheet(_("Report"), (_("What"), _("Said")), rows, (30, 60))
