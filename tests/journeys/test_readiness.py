"""The manager and the officer on the way to certification: C1, C9, C10 and the first step of A10."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from clauses.models import Position
from reports.models import Report, ReportRelease, ReportSchedule
from reports.readiness.explained import explained
from tests.audits.making import make_finding
from tests.browser import assert_no_axe_violations, assert_no_axe_violations_in_both_themes
from tests.cast import make_ai_system
from tests.risk_cast import make_criteria, make_risk, make_treatment, score

READY_IN = 120_000
SignedIn = Callable[[Any], Page]


@pytest.fixture
def state(organisation: Any, officer: Any) -> None:
    """A high risk that nobody accepted, systems without an assessment, an open major, one clause met."""
    make_criteria(organisation, state="approved")
    make_ai_system(organisation, title="Ranker", risk_class="high", owner=officer)
    make_ai_system(organisation, title="Caster", owner=officer)
    risk = make_risk(organisation, title="Cannot be explained", owner=officer)
    score(risk, likelihood=3, for_individuals=4)
    make_treatment(organisation, treats=risk)
    first = Position.objects.filter(organisation=organisation).clauses().in_order()[0]
    Position.objects.filter(pk=first.pk).update(status="met")
    wanted = {"title": "No assessment", "grade": "major", "owner": officer, "state": "open"}
    days = {"issued_on": organisation.today(), "due_on": organisation.today()}
    make_finding(organisation, **wanted, **days)


def behind(page: Page, row: str, within: str = "main") -> tuple[int, int]:
    """A number and how many records the list shows that it opens; the page is left on that list."""
    link = (
        page.locator(within)
        .get_by_role("row")
        .filter(has_text=row)
        .first.get_by_role("link", name=re.compile(r"^\d+$"))
    )
    number, address = int(link.inner_text()), link.get_attribute("href")
    assert address
    link.click()
    page.wait_for_url(lambda url: url.endswith(address))
    return number, page.locator("main tbody tr").count()


def test_c1_a_manager_sees_the_state_and_every_number_opens_its_list(
    signed_in_page: SignedIn, organisation: Any, manager: Any, state: None
) -> None:
    page = signed_in_page(manager)
    for row, name in (
        ("High and critical risks without acceptance", "Cannot be explained"),
        ("AI systems without an impact assessment", "Ranker"),
        ("Major nonconformities open", "No assessment"),
    ):
        page.goto(f"/{organisation.slug}/")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Not ready")
        number, listed = behind(page, row)
        assert number == listed > 0, row
        expect(page.get_by_text(name).first).to_be_visible()
        page.goto(f"/{organisation.slug}/readiness/")
        assert behind(page, row, "#tests") == (number, listed)


def test_a10_readiness_says_what_fails_what_blocks_and_what_is_first(
    signed_in_page: SignedIn, organisation: Any, officer: Any, state: None
) -> None:
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/")
    page.get_by_role("link", name="Readiness, explained").click()
    result = explained(organisation, officer)
    expect(page.get_by_role("heading", level=1)).to_have_text(result.readiness.state.title)
    expect(page.locator("#rule")).to_contain_text("Not ready")
    expect(page.locator("#next tbody tr").first).to_contain_text(result.steps[0].title)
    expect(page.locator("#stage-1 tbody tr")).to_have_count(len(result.of_stage(1)))
    expect(page.locator("#stage-2 tbody tr")).to_have_count(len(result.of_stage(2)))
    expect(page.locator("#tests tbody tr")).to_have_count(len(result.failed))
    page.get_by_role("navigation", name="Tests").get_by_role("link", name="Passed").click()
    expect(page.locator("#tests tbody tr")).to_have_count(len(result.tests) - len(result.failed))
    page.get_by_role("link", name="3 months").click()
    page.locator("#practice").get_by_role("link", name="Performance evaluation").click()
    expect(page.locator("#area")).to_contain_text("9.2.2")
    assert_no_axe_violations_in_both_themes(page)


def test_c9_the_report_asks_a_decision_and_equals_the_lists_of_its_moment(
    signed_in_page: SignedIn, organisation: Any, manager: Any, state: None, job_worker: Any
) -> None:
    page = signed_in_page(manager)
    text, _pages = taken(page, organisation, "Make PDF: Certification readiness", "Download PDF")
    result = explained(organisation, manager)
    for said in ("Decision asked of management", "Version 1", result.readiness.state.title, manager.name):
        assert said in text, said
    for one in result.blockers:
        assert f"{one.test.name} ({one.test.clause}) {one.stage} {one.test.count}" in text, one.test.code
    content = downloaded(page, organisation, "Make Excel: Certification readiness", "Download Excel")
    tests = load_workbook(io.BytesIO(content), read_only=True)["Tests"]
    counted = {row[0]: row[4] for row in list(tests.values)[1:]}
    assert counted == {one.name: one.count for one in result.tests}

    page.goto(f"/{organisation.slug}/reports/")
    page.get_by_role("link", name="New schedule").click()
    page.get_by_label("How often").select_option("month")
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("monthly, on the 1st")
    assert_no_axe_violations(page)
    assert ReportSchedule.objects.get().made_by == manager


def test_c10_an_interview_sheet_and_a_summary_that_is_released(
    signed_in_page: SignedIn,
    organisation: Any,
    manager: Any,
    officer: Any,
    state: None,
    job_worker: Any,
    expected_errors: list[str],
) -> None:
    expected_errors.append("release/: .*422")
    page = signed_in_page(manager)
    page.goto(f"/{organisation.slug}/reports/")
    page.get_by_label("For", exact=True).select_option(officer.email)
    text, pages = pressed(page, "Make PDF: Interview sheet", "Download PDF")
    assert pages == 1
    for said in (officer.name, "Cannot be explained", "Own duties", "Last decisions"):
        assert said in text, said

    text, _pages = taken(page, organisation, "Make PDF: Summary for customers", "Download PDF")
    assert "Ranker" not in text
    assert "Cannot be explained" not in text
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("This field is required").first).to_be_visible()
    page.get_by_label("Recipient").fill("Jo Meyer, Nordbank AG")
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_role("row", name=re.compile("Jo Meyer"))).to_contain_text(manager.name)
    assert_no_axe_violations(page)
    assert ReportRelease.objects.get().report == Report.objects.get(kind="customer_summary")


def taken(page: Page, organisation: Any, button: str, link: str) -> tuple[str, int]:
    page.goto(f"/{organisation.slug}/reports/")
    return pressed(page, button, link)


def pressed(page: Page, button: str, link: str) -> tuple[str, int]:
    reader = PdfReader(io.BytesIO(file_behind(page, button, link)))
    text = " ".join(found.extract_text() for found in reader.pages)
    return re.sub(r"\s+", " ", text), len(reader.pages)


def downloaded(page: Page, organisation: Any, button: str, link: str) -> bytes:
    page.goto(f"/{organisation.slug}/reports/")
    return file_behind(page, button, link)


def file_behind(page: Page, button: str, link: str) -> bytes:
    page.get_by_role("button", name=button).click()
    found = page.get_by_role("link", name=link)
    expect(found).to_be_visible(timeout=READY_IN)
    with page.expect_download() as arriving:
        found.click()
    return Path(arriving.value.path()).read_bytes()
