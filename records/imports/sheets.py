"""Reads CSV and Excel row by row: values as Python has them, numbers of rows as a spreadsheet shows them.

Nothing here trusts a file: its bytes, rows, columns and what it unpacks to are limited. Of a formula the value counts
that the spreadsheet program kept for it.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

ENDINGS = ("csv", "xlsx")
MOST_BYTES = 16 * 2**20
MOST_ROWS = 50_000
MOST_COLUMNS = 100
# What an .xlsx may unpack to, and its table of texts, which openpyxl holds in memory.
MOST_UNPACKED = 100 * 2**20
MOST_TEXTS = 32 * 2**20
MOST_TAGS = 8_000_000
DELIMITERS = ",;\t"
EXCEL_FAULTS = frozenset({"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
# Whatever zipfile, the XML parser and openpyxl raise for a file that is none, or that breaks off. openpyxl reads with
# lxml where that is installed; its errors and those of Python's own parser are both syntax errors.
BROKEN = (
    *(SyntaxError, zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, IndexError, ValueError, TypeError),
    *(AttributeError, OverflowError, RuntimeError),
)
Row = tuple[int, list[Any]]


class Unreadable(ValidationError):
    """The file cannot be read as a table; the message says why, for the person who brought it."""


class Fault:
    """A cell that holds no value; `words` say what is there instead."""

    def __init__(self, shown: str, words: str) -> None:
        self.shown, self.words = shown, words

    def __str__(self) -> str:
        return self.shown


def rows_of(content: bytes, ending: str) -> Iterator[Row]:
    """Number and cells of each row that says something, the headings first. Raises Unreadable, also on the way."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than %(n)s MB. Bring it in parts.") % {"n": MOST_BYTES // 2**20})
    read = csv_rows if ending == "csv" else xlsx_rows
    for told, (number, cells) in enumerate(row for row in read(content) if any(cell != "" for cell in row[1])):
        if told > MOST_ROWS:
            raise Unreadable(_("The file has more than %(n)s rows. Bring it in parts.") % {"n": f"{MOST_ROWS:,}"})
        if len(cells) > MOST_COLUMNS and any(cell != "" for cell in cells[MOST_COLUMNS:]):
            raise Unreadable(_("The file has more than %(n)s columns.") % {"n": MOST_COLUMNS})
        yield number, cells[:MOST_COLUMNS]


# CSV


def csv_rows(content: bytes) -> Iterator[Row]:
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding_of(content), newline="")
    first = text.readline()
    said = first.strip().strip('"').lower()
    # Excel writes which sign parts the columns into a line of its own.
    is_said = said.startswith("sep=") and len(said) <= 5
    delimiter = (said[4:] or "\t") if is_said else delimiter_of(first)
    if not is_said:
        text.seek(0)
    number = 1 if is_said else 0
    try:
        for cells in csv.reader(text, delimiter=delimiter, strict=True):
            number += 1
            yield number, [text_in(cell) for cell in cells]
    except csv.Error as error:
        words = _("Row %(n)s cannot be read: a quotation mark is not closed, or stands alone inside a text.")
        raise Unreadable(words % {"n": number + 1}) from error


def encoding_of(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or what Windows writes in western Europe. Raises Unreadable for none of them."""
    is_marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for name in ["utf-16"] if is_marked else ["utf-8-sig", "cp1252"]:
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return name
    raise Unreadable(_("The letters of this file cannot be told. Save it as “CSV UTF-8” or as an Excel file."))


def delimiter_of(line: str) -> str:
    """The sign that parts the headings: whichever stands most often outside of quotation marks."""
    outside = "".join(line.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def text_in(cell: str) -> str:
    """A cell without the apostrophe that our own export puts before what a spreadsheet would run."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@"} else cell


# Excel


class Values(WorkSheetParser):
    """Tells an empty cell from a formula whose value nobody kept: that one would be lost without a word."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        value = cell["value"]
        if value is None and element.find(FORMULA_TAG) is not None:
            words = _("The formula here has no value. Open the file in your spreadsheet program and save it again.")
            cell["value"] = Fault("=…", words)
        elif cell["data_type"] == "e" or (isinstance(value, str) and value in EXCEL_FAULTS):
            cell["value"] = Fault(str(value), _("Excel could not work out this cell. Mend it there."))
        return cell


def xlsx_rows(content: bytes) -> Iterator[Row]:
    try:
        weigh(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet: Any = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
        if sheet is None:
            return
        with sheet._get_source() as source:
            yield from sheet_rows(book, sheet, source)
    except BROKEN as error:
        raise Unreadable(_("This is not a complete Excel file. Save it again as .xlsx, or as CSV.")) from error


def sheet_rows(book: Any, sheet: Any, source: Any) -> Iterator[Row]:
    parser = Values(
        source,
        sheet._shared_strings,
        data_only=True,
        epoch=book.epoch,
        date_formats=book._date_formats,
        timedelta_formats=book._timedelta_formats,
    )
    for number, found in parser.parse():
        cells = {cell["column"]: value_of(cell["value"]) for cell in found}
        if any(value != "" for value in cells.values()):
            width = max(column for column, value in cells.items() if value != "")
            yield number, [cells.get(column, "") for column in range(1, width + 1)]


def value_of(value: Any) -> Any:
    """A cell as text, day, yes or no, number or Fault; empty text for none."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, bool | int | float | date | Fault) else text_in(str(value))


def weigh(content: bytes) -> None:
    """Raises Unreadable for an archive that unpacks to more than we take: in bytes, or in tags, which cost memory."""
    too_much = _("The file holds more than we take. Bring it in parts, or without pictures and other sheets.")
    tags = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        texts = sum(entry.file_size for entry in entries if entry.filename.lower().endswith("sharedstrings.xml"))
        if sum(entry.file_size for entry in entries) > MOST_UNPACKED or texts > MOST_TEXTS:
            raise Unreadable(too_much)
        # Whatever it is called: what a part is, another part says.
        for entry in entries:
            with archive.open(entry) as part:
                while chunk := part.read(2**20):
                    tags += chunk.count(b"<")
            if tags > MOST_TAGS:
                raise Unreadable(too_much)
