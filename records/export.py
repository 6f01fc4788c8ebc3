"""Lists as files: what is shown, as CSV or Excel, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, tzinfo
from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.encoding import force_str
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

# A spreadsheet runs a cell that begins so as a formula (OWASP: CSV injection).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(value: Any) -> Any:
    """The value as a cell that stays text: control characters go, formulas get an apostrophe."""
    if value is None or isinstance(value, int | float | date):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", force_str(value))
    return f"'{text}" if text.startswith(DANGEROUS) else text


def exported(rows: Iterable[Iterable[Any]], *, name: str, file_format: str) -> HttpResponse | StreamingHttpResponse:
    """A download of `rows` (the first is the head) as `name`.csv or `name`.xlsx; 404 for any other format."""
    clean = ([harmless(value) for value in row] for row in in_zone(rows, timezone.get_current_timezone()))
    response: HttpResponse | StreamingHttpResponse
    if file_format == "csv":
        response = StreamingHttpResponse(csv_lines(clean), content_type="text/csv; charset=utf-8")
    elif file_format == "xlsx":
        response = sheet = HttpResponse(content_type=XLSX)
        workbook(clean).save(sheet)
    else:
        raise Http404
    response["Content-Disposition"] = f'attachment; filename="{name}.{file_format}"'
    response["Cache-Control"] = "private, no-store"
    return response


def in_zone(rows: Iterable[Iterable[Any]], zone: tzinfo) -> Iterator[list[Any]]:
    """The same rows; what streams is written after the request, when its time zone is no longer the current one."""
    found = iter(rows)
    while True:
        with timezone.override(zone):
            row = next(found, None)
            if row is None:
                return
            cells = list(row)
        yield cells


class Line:
    """A file that hands back what is written to it, so that rows can stream."""

    def write(self, value: str) -> str:
        return value


def csv_lines(rows: Iterable[list[Any]]) -> Iterator[str]:
    writer = csv.writer(Line())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow(row)


def workbook(rows: Iterable[list[Any]]) -> Workbook:
    book = Workbook()
    sheet = book.active
    for number, row in enumerate(rows):
        sheet.append(row)
        if number == 0:
            for cell in sheet[1]:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "B2"
    for column in sheet.columns:
        longest = max((len(str(cell.value or "")) for cell in column), default=0)
        sheet.column_dimensions[column[0].column_letter].width = min(max(longest + 2, 10), 60)
    return book
