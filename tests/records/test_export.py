"""Exports are safe to open: no cell of ours starts a formula, and no text of ours breaks the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

from django.test import Client
from openpyxl import load_workbook

from organisations.models import User
from records.models import Record
from tests.record_types import RecordType

SignIn = Callable[..., Client]
LOOKS_LIKE_A_DAY = re.compile(r"\d+/\d+$")
STARTS = ("=", "+", "-", "@", "\t", "\r")
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("https://portal.example","x")')


def titled(record_type: RecordType, organisation: Any, owner: Any, title: str) -> Any:
    record = record_type.make(organisation, owner=owner)
    Record.objects.filter(pk=record.pk).update(title=title)
    return record


def as_csv(client: Client, record_type: RecordType, organisation: Any) -> dict[str, list[str]]:
    answer = client.get(record_type.url("export.csv", organisation))
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"), newline="")))
    return {row[0]: row for row in rows}


def as_xlsx(client: Client, record_type: RecordType, organisation: Any) -> dict[str, list[Any]]:
    answer = client.get(record_type.url("export.xlsx", organisation))
    sheet = load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet is not None
    return {str(row[0].value): list(row) for row in sheet.iter_rows()}


def test_no_cell_starts_a_formula(record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    User.objects.filter(pk=officer.pk).update(name=FORMULAS[0])
    records = {formula: titled(record_type, organisation, officer, formula) for formula in FORMULAS}
    client = sign_in(officer)
    rows, lines = as_csv(client, record_type, organisation), as_xlsx(client, record_type, organisation)
    for formula, record in records.items():
        row, cells = rows[record.reference], lines[record.reference]
        assert f"'{formula}" in row, "the title"
        assert f"'{FORMULAS[0]}" in row, "the owner"
        assert not [cell for cell in row if cell.startswith(STARTS)]
        assert not [cell for cell in cells if cell.data_type == "f" or str(cell.value or "").startswith(STARTS)]


def test_control_characters_do_not_break_a_file(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    """A title copied out of a PDF may hold a form feed; a workbook may not."""
    record = titled(record_type, organisation, officer, "Page\x0cbreak\x01")
    client = sign_in(officer)
    assert record.reference in as_csv(client, record_type, organisation)
    assert record.reference in as_xlsx(client, record_type, organisation)


def test_both_formats_hold_the_same_rows(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    record_type.rich(organisation)
    client = sign_in(officer)
    assert list(as_csv(client, record_type, organisation)) == list(as_xlsx(client, record_type, organisation))


def test_exports_hold_plain_words(record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    """What the page draws as a badge, a link or a sign is a word or a date in a file, and no fraction is."""
    record_type.rich(organisation)
    for row in as_csv(sign_in(officer), record_type, organisation).values():
        assert not [cell for cell in row if "<" in cell or "&" in cell or "object at" in cell], row
        assert not [cell for cell in row if LOOKS_LIKE_A_DAY.match(cell)], f"a spreadsheet makes a date of these: {row}"


def test_a_file_is_named_after_the_list_and_kept_by_nobody(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    answer = sign_in(officer).get(record_type.url("export.xlsx", organisation))
    assert answer["Content-Disposition"] == (
        f'attachment; filename="{organisation.slug}-{record_type.views.path}.xlsx"'
    )
    assert "no-store" in answer["Cache-Control"]
