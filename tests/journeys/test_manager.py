"""The manager: sees the state in one minute, asks for the report, leaves, comes back, and takes it away."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from clauses.actions import answer_question
from clauses.models import Position
from reports.models import Report
from tests.browser import assert_no_axe_violations, assert_no_axe_violations_in_both_themes
from tests.cast import PASSWORD, make_ai_system, make_evidence, make_supplier

READY_IN = 120_000


@pytest.fixture
def state(organisation: Any, officer: Any) -> None:
    """A few answers, a system, and something late."""
    first, second, *_rest = Position.objects.filter(organisation=organisation).clauses().in_order()
    Position.objects.filter(pk=first.pk).update(status="met")
    for question in second.requirement.questions.all()[:2]:
        answer_question(second, question, value="partly", comment="", by=officer)
    make_evidence(organisation, proves=first, owner=officer, valid_until=organisation.today())
    make_ai_system(organisation, risk_class="high", owner=officer)
    make_supplier(organisation, title="Late Ltd", owner=officer, review_on=organisation.today().replace(year=2020))


def test_a_manager_asks_for_the_report_leaves_and_takes_it_away(
    browser_page: Page, organisation: Any, manager: Any, state: None, job_worker: Any
) -> None:
    page, here = browser_page, organisation.slug
    enter(page, manager)
    expect(page.get_by_role("heading", level=1)).to_have_text("Not ready: 31 clauses not yet met")
    expect(page.get_by_text("Late Ltd").first).to_be_visible()
    sentence = page.locator("header.opening .lead").inner_text()
    row = page.get_by_role("row", name=re.compile("Context of the organization"))
    expect(row).to_contain_text("1 of 4")
    assert_no_axe_violations(page)

    page.get_by_role("link", name="Readiness report").click()
    page.get_by_role("button", name="Make PDF: Certification readiness").click()
    expect(page).to_have_url(re.compile(rf"/{here}/reports/[0-9a-f-]{{36}}/$"))
    expect(page.get_by_role("progressbar")).to_be_visible()
    report = page.url
    page.get_by_role("link", name="Home").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Not ready")

    page.goto(report)
    download = page.get_by_role("link", name="Download PDF")
    expect(download).to_be_visible(timeout=READY_IN)
    assert_no_axe_violations(page)
    with page.expect_download() as arriving:
        download.click()
    content = Path(arriving.value.path()).read_bytes()
    check_pdf(content, sentence)

    check_in_the_portal(page, here, content)


def check_in_the_portal(page: Page, here: str, content: bytes) -> None:
    page.goto(f"/{here}/reports/verify/")
    page.locator("input[type=file]").set_input_files(
        {"name": "r.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Genuine and unchanged")).to_be_visible()
    assert_no_axe_violations(page)


def enter(page: Page, user: Any) -> None:
    user.set_password(PASSWORD)
    user.save()
    page.goto("/")
    page.fill('input[name="login"]', user.email)
    page.fill('input[name="password"]', PASSWORD)
    page.click('main button[type="submit"]')


def check_pdf(content: bytes, sentence: str) -> None:
    """The figures a person saw on Home are in the file, and its pages carry the code kept with the report."""
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    text = re.sub(r"\s+", " ", " ".join(texts))
    assert "Not ready: 31 clauses not yet met" in text
    assert sentence in text
    assert "Late Ltd" in text
    code = Report.objects.get().code.replace("-", " ")
    assert all(code in page for page in texts)


def test_the_pages_of_a_manager_pass_axe_in_both_themes(
    signed_in_page: Callable[[Any], Page], organisation: Any, manager: Any, state: None
) -> None:
    page = signed_in_page(manager)
    for address in ("", "due/?within=late", "gaps/", "reports/", "reports/verify/", "readiness/rules/"):
        page.goto(f"/{organisation.slug}/{address}")
        assert page.locator("h1").count() == 1, address
        assert_no_axe_violations_in_both_themes(page)


def test_a_contributor_s_home_passes_axe(
    signed_in_page: Callable[[Any], Page], organisation: Any, contributor: Any
) -> None:
    page = signed_in_page(contributor)
    page.goto(f"/{organisation.slug}/")
    assert_no_axe_violations(page)
    make_ai_system(organisation, owner=contributor)
    Position.objects.filter(organisation=organisation, reference="8.4").update(owner=contributor)
    page.reload()
    expect(page.get_by_role("heading", name="Your requirements")).to_be_visible()
    assert_no_axe_violations(page)
