"""Reports as spreadsheets: the figures of the paper, all rows of them, and no cell that runs."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from openpyxl import load_workbook

from clauses.models import Position
from evidence.models import Evidence
from reports.actions import ask_for_report
from reports.models import Report
from reports.papers import bounds, paper_of
from reports.sheets import SHEETS
from reports.verification import code_of
from risks.models import Risk
from tests.reports.conftest import Stage
from tests.reports.test_every_paper import made, text_of

SignIn = Callable[..., Client]


def rows_of(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(io.BytesIO(content), read_only=True)
    return {sheet.title: [tuple(row) for row in sheet.values] for sheet in book}


def test_every_kind_that_may_be_a_spreadsheet_is_one() -> None:
    assert set(SHEETS) == set(Report.AS_SHEETS)


@pytest.mark.parametrize("kind", sorted(Report.AS_SHEETS))
def test_each_is_made_of_an_empty_organisation(kind: str, other_organisation: Any, outsider: Any, sent: Any) -> None:
    report, content = made(other_organisation, outsider, kind, "xlsx")
    sheets = rows_of(content)
    assert len(sheets) > 1
    assert (report.format, report.pages) == ("xlsx", None)
    assert any(report.code in row for row in sheets["Report"])


def test_readiness_has_the_figures_of_the_paper_and_every_row(assessed: Stage, manager: Any, sent: Any) -> None:
    report, content = made(assessed.organisation, manager, "readiness", "xlsx")
    sheets = rows_of(content)
    on_paper = paper_of(Report(organisation=assessed.organisation, requested_by=manager, kind="readiness", number=1))
    assert report.figures["tests"] == on_paper.figures["tests"]
    assert code_of(report.figures) == report.code
    tests = {row[0]: row[4] for row in sheets["Tests"][1:]}
    assert tests == {one["name"]: one["count"] for one in report.figures["tests"]}
    assert len(sheets["Requirements"]) == 1 + Position.objects.filter(organisation=assessed.organisation).count()
    index = {row[0]: row[9] for row in sheets["Evidence index"][1:]}
    proving = Evidence.objects.filter(proves__kind="position").distinct()
    assert set(index) == set(proving.values_list("reference", flat=True))
    assert any(len(str(sha256 or "")) == 64 for sha256 in index.values())
    found = [row[0] for row in sheets["Records found"][1:]]
    for one in on_paper.context["whole"].readiness.risks.lists:
        assert found.count(one.title) == one.count, one.code


def test_what_paper_leaves_out_the_spreadsheet_has(
    assessed: Stage, manager: Any, sent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "INDEX", 2)
    monkeypatch.setattr(bounds, "ROWS", 1)
    monkeypatch.setattr(bounds, "PROOFS", 1)
    report, content = made(assessed.organisation, manager, "readiness")
    assert len(report.figures["evidence"]["index"]) == 2
    more = report.figures["more"]["index"]
    assert more > 0
    text = text_of(content)
    assert f"and {more} more, in the spreadsheet of this report" in text
    assert f"{more + 2} items prove a requirement" in text
    _report, content = made(assessed.organisation, manager, "readiness", "xlsx")
    assert len(rows_of(content)["Evidence index"]) == 1 + 2 + more


def test_the_register_has_every_risk(assessed: Stage, manager: Any, sent: Any) -> None:
    _report, content = made(assessed.organisation, manager, "risk_register", "xlsx")
    rows = rows_of(content)["Risks"][1:]
    assert [row[1] for row in rows] == [risk.title for risk in Risk.objects.order_by("reference")]


def test_nothing_that_people_typed_runs(assessed: Stage, manager: Any, sent: Any) -> None:
    Risk.objects.filter(title="Grave").update(title='=HYPERLINK("https://evil.example")')
    _report, content = made(assessed.organisation, manager, "risk_register", "xlsx")
    book = load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(str(cell.value).startswith("'=HYPERLINK") for cell in cells)


def test_a_format_that_a_kind_does_not_have_is_refused(
    assessed: Stage, manager: Any, sign_in: SignIn, sent: Any
) -> None:
    with pytest.raises(ValidationError):
        ask_for_report(assessed.organisation, kind="customer_summary", by=manager, key="k", format="xlsx")
    client, here = sign_in(manager), assessed.organisation.slug
    assert client.post(f"/{here}/reports/new/", {"kind": "interview_sheet", "format": "xlsx"}).status_code == 404
    answer = client.post(f"/{here}/reports/new/", {"kind": "readiness", "format": "xlsx", "key": "k"})
    assert answer.status_code == 303
    assert Report.objects.get().format == "xlsx"


def test_it_is_downloaded_as_a_spreadsheet(assessed: Stage, manager: Any, sign_in: SignIn, sent: Any) -> None:
    report, content = made(assessed.organisation, manager, "corrective_log", "xlsx")
    client = sign_in(manager)
    assert "Download Excel" in client.get(report.get_absolute_url()).content.decode()
    answer = client.get(f"{report.get_absolute_url()}download/")
    assert answer["Content-Type"] == Report.CONTENT_TYPES["xlsx"]
    assert ".xlsx" in answer["Content-Disposition"]
    assert b"".join(answer) == content  # type: ignore[arg-type]
