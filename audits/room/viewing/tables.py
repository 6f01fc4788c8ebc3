"""Rows of a CSV file or of the sheets of a workbook, so many on a page."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from itertools import islice
from typing import Any

import openpyxl

from .limits import CELL, COLUMNS, MAX_XML, MOST_ROWS, MOST_SHEETS, ROWS, Fault, page_of
from .texts import decoded


def comma_separated(data: bytes, page: int) -> dict[str, Any]:
    text, cut = decoded(data)
    csv.field_size_limit(2**20)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows = list(islice(csv.reader(io.StringIO(text), delimiter=delimiter), MOST_ROWS + 1))
    return of_sheets([("", rows)], page, cut=cut)


def workbook(data: bytes, page: int) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > 8 * MAX_XML:
            raise Fault("large")
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    sheets = []
    for sheet in book.worksheets[:MOST_SHEETS]:
        if sheet.sheet_state == "visible":
            sheet.reset_dimensions()
            found = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=COLUMNS + 1, values_only=True)
            sheets.append((sheet.title[:60], without_empty_end(found)))
    return of_sheets(sheets, page, cut=len(book.worksheets) > MOST_SHEETS)


def without_empty_end(rows: Iterable[Iterable[Any]]) -> list[list[Any]]:
    """Without the empty rows at the foot and the empty cells at the end of each row."""
    found = [trimmed(row) for row in rows]
    while found and not found[-1]:
        found.pop()
    return found


def trimmed(row: Iterable[Any]) -> list[Any]:
    cells = list(row)
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def of_sheets(sheets: list[tuple[str, list[list[Any]]]], page: int, *, cut: bool) -> dict[str, Any]:
    """One page: rows of one sheet, from which row on, and whether anything at all was left out."""
    parts = list(pieces(sheets))
    if not parts:
        raise Fault("empty")
    title, begin, rows = parts[page_of(len(parts), page) - 1]
    width = max((len(row) for row in rows), default=0)
    too_much = any(len(found) > MOST_ROWS or any(len(row) > COLUMNS for row in found) for _title, found in sheets)
    told = [[*map(in_words, row[:COLUMNS]), *[""] * (min(width, COLUMNS) - len(row))] for row in rows]
    about = {"as": "table", "pages": len(parts), "cut": cut or too_much}
    return about | {"title": title, "first": begin + 1, "rows": told}


def pieces(sheets: list[tuple[str, list[list[Any]]]]) -> Iterator[tuple[str, int, list[list[Any]]]]:
    for title, rows in sheets:
        for begin in range(0, min(len(rows), MOST_ROWS), ROWS):
            yield title, begin, rows[begin : min(begin + ROWS, MOST_ROWS)]


def in_words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)[:CELL]
