"""The facts expected of the sample (expected_dashboard_facts) are the same on page, API, PDF and in the spreadsheet."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
import yaml
from django.test import Client
from openpyxl import load_workbook
from pypdf import PdfReader

import aims_portal.sample
from aims_portal.loading import load
from organisations.models import Organisation, User
from tests.ageing import happened_at
from tests.reports.pdf_ua import faults_of
from tests.reports.test_every_paper import made, text_of
from tests.reports.test_explained import words_of

pytestmark = pytest.mark.django_db
EXPECTED = Path(__file__).parents[1] / "aims_portal" / "sample-organisation.yaml"
FACTS = yaml.safe_load(EXPECTED.read_text())["expected_dashboard_facts"]
SignIn = Callable[..., Client]


@pytest.fixture
def meridia(db: None) -> Iterator[Organisation]:
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=False):
        organisation = load(Path(aims_portal.sample.__file__).parent / "meridia.yaml").organisation
        happened_at(datetime(2026, 11, 23, 12, tzinfo=UTC))
        yield organisation


@pytest.fixture
def anneke(meridia: Organisation) -> User:
    return User.objects.get(email="anneke.borgh@meridia.example")


printed: list[bytes] = []


@pytest.fixture
def pdf(meridia: Organisation, anneke: User, sent: Any) -> bytes:
    """The report, set once for all tests of this module: it is of a day that stands still."""
    if not printed:
        printed.append(made(meridia, anneke, "readiness")[1])
    return printed[0]


def told(client: Client) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/api/v1/meridia/readiness/").json()
    return answer


def test_the_api_explains_the_expected_verdict(meridia: Organisation, anneke: User, sign_in: SignIn) -> None:
    answer = told(sign_in(anneke))
    failed = {one["code"]: one for one in answer["tests"] if not one["passed"]}
    assert answer["verdict"] == FACTS["readiness_verdict"]
    assert failed["majors-open"]["records"] == ["F-01"]
    without = [*failed["assessment-missing"]["records"], *failed["assessment-pending"]["records"]]
    assert sorted(without) == FACTS["ai_systems_without_current_approved_impact_assessment"]
    assert failed["mandatory"]["count"] > 0
    assert failed["minors-open"]["count"] == FACTS["audit_findings"]["minor"]
    assert failed["expired"]["records"] == FACTS["evidence_expired"]
    assert {"majors-open", "mandatory", "assessment-missing"} <= {one["code"] for one in answer["blockers"]}


def test_page_pdf_and_spreadsheet_have_the_tests_of_the_api(
    meridia: Organisation, anneke: User, sign_in: SignIn, pdf: bytes
) -> None:
    client = sign_in(anneke)
    answer = told(client)
    page = words_of(client.get("/meridia/readiness/?tests=all").content.decode())
    text = re.sub(r"\s", "", text_of(pdf))
    _report, content = made(meridia, anneke, "readiness", "xlsx")
    counted = {row[0]: row[4] for row in rows_of(content, "Tests")}
    for one in answer["tests"]:
        assert one["name"] in page, one["name"]
        assert re.sub(r"\s", "", one["name"]) in text, one["name"]
        assert counted[one["name"]] == one["count"]


def test_the_pdf_says_the_expected_facts(pdf: bytes) -> None:
    assert faults_of(pdf) == []
    text = text_of(pdf)
    for level, count in FACTS["residual_levels"].items():
        assert f"{level.capitalize()} {count}" in text
    for name in (
        "evidence_expired",
        "evidence_expiring_within_30_days",
        "objectives_not_reached",
        "overdue_treatments",
    ):
        for reference in FACTS[name]:
            assert reference in text, reference
    for said in (f"{FACTS['risks_total']} open risks", "F-01", "Major nonconformities open 1"):
        assert said in text, said


def test_the_spreadsheet_has_the_expected_facts(meridia: Organisation, anneke: User, sent: Any) -> None:
    _report, content = made(meridia, anneke, "readiness", "xlsx")
    figures = {row[0]: row[1] for row in rows_of(content, "Summary")}
    expected = {
        "AI systems in scope": FACTS["ai_systems_total"],
        "Open risks": FACTS["risks_total"],
        "Open incidents": len(FACTS["incidents_open"]),
        "Evidence that has run out": len(FACTS["evidence_expired"]),
        "AI objectives reached": len(FACTS["objectives_reached"]),
        "AI objectives not reached": len(FACTS["objectives_not_reached"]),
        "Open risks without acceptance": len(FACTS["risks_without_acceptance"]),
        "Training not completed": len(FACTS["training_not_completed"]),
        **{f"Open risks: {level.capitalize()}": count for level, count in FACTS["residual_levels"].items()},
    }
    assert {name: figures[name] for name in expected} == expected
    found = [row[2] for row in rows_of(content, "Records found") if row[0] == "Open risks without acceptance"]
    assert found == FACTS["risks_without_acceptance"]


def test_the_summary_for_management_is_one_page(pdf: bytes) -> None:
    texts = [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]
    begins = next(number for number, text in enumerate(texts) if "1 For management" in text and number > 1)
    assert begins == 2, "the contents are one page"
    assert "2 Summary" in texts[begins + 1]
    for said in ("Not ready", "Decision asked of management", "The rule.", "Farid Nazari"):
        assert said in texts[begins], said


def rows_of(content: bytes, sheet: str) -> list[tuple[Any, ...]]:
    """All but the head."""
    return list(load_workbook(io.BytesIO(content), read_only=True)[sheet].values)[1:]
