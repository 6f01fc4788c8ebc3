"""Reports of a day gone by: paper and spreadsheet tell what was, made by the worker as any other."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.storage import default_storage
from openpyxl import load_workbook
from pypdf import PdfReader

from reports import making
from reports.actions import ask_for_report
from reports.models import Report
from reports.readiness.lists import NAMED
from tests.ageing import happened_before
from tests.risk_cast import make_risk


def made(organisation: Any, by: Any, kind: str, format: str, **parameters: str) -> bytes:
    report = ask_for_report(organisation, kind=kind, by=by, key="one", format=format, parameters=parameters)
    making.make(report.pk)
    report.refresh_from_db()
    assert report.state == Report.State.DONE, report.error
    with default_storage.open(report.key) as file:
        content: bytes = file.read()
    return content


def text_of(content: bytes, format: str) -> str:
    if format == "pdf":
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    book = load_workbook(io.BytesIO(content), read_only=True)
    return " ".join(str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row)


@pytest.mark.parametrize(
    ("kind", "format"), [("risk_register", "pdf"), ("risk_register", "xlsx"), ("readiness", "xlsx")]
)
def test_it_tells_what_was_and_nothing_of_what_came_later(
    kind: str, format: str, organisation: Any, manager: Any, sent: Any
) -> None:
    # More than are named in a list: the spreadsheet reads the rest for itself.
    for _number in range(NAMED + 1):
        make_risk(organisation, title="Wasthere")
    day = organisation.today() - happened_before(30)
    make_risk(organisation, title="Camelater")
    then, now = (
        text_of(made(organisation, manager, kind, format, **on), format) for on in ({"on": day.isoformat()}, {})
    )
    assert "Wasthere" in then
    assert "Camelater" not in then
    assert "Camelater" in now
