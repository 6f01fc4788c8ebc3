"""Looking back: the officer sees the AIMS as it was, the manager compares two days (C9, 10.1)."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from clauses.models import Position
from records.models import Record
from tests.ageing import happened_before
from tests.browser import assert_no_axe_violations
from tests.cast import make_ai_system, make_evidence
from tests.journeys.test_manager import READY_IN, enter


@pytest.fixture
def month(organisation: Any, officer: Any) -> date:
    """What there was a month ago, and what was done since; that day."""
    system = make_ai_system(organisation, title="Ranking", owner=officer)
    day: date = organisation.today() - happened_before(30)
    Record.objects.filter(pk=system.pk).update(title="Ranking of people")
    make_evidence(organisation, title="Bias test", owner=officer)
    Position.objects.filter(organisation=organisation, reference="4.1").update(status="met")
    return day


def test_the_officer_looks_at_a_day_gone_by_and_comes_back(
    browser_page: Page, organisation: Any, officer: Any, month: date
) -> None:
    page, here = browser_page, organisation.slug
    enter(page, officer)
    page.get_by_role("link", name="As of a day").click()
    page.get_by_label("Day", exact=True).fill(month.isoformat())
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Look at this day").click()
    band = page.get_by_role("region", name="The day looked at")
    expect(band).to_contain_text("Read-only")
    assert_no_axe_violations(page)
    page.goto(f"/{here}/ai-systems/")
    expect(page.get_by_role("link", name="Ranking", exact=False).first).to_be_visible()
    expect(page.get_by_text("Ranking of people")).to_have_count(0)
    expect(page.get_by_role("link", name="New AI system")).to_have_count(0)
    page.goto(f"/{here}/evidence/")
    expect(page.get_by_text("Bias test")).to_have_count(0)
    band.get_by_role("button", name="Back to today").click()
    expect(page.get_by_role("region", name="The day looked at")).to_have_count(0)
    page.goto(f"/{here}/ai-systems/")
    expect(page.get_by_text("Ranking of people").first).to_be_visible()


def test_the_manager_compares_two_days_and_takes_the_report_away(
    browser_page: Page, organisation: Any, manager: Any, month: date, job_worker: Any
) -> None:
    page = browser_page
    enter(page, manager)
    page.get_by_role("link", name="As of a day").click()
    page.get_by_role("link", name="Compare two days").click()
    page.get_by_label("From the end of").fill(month.isoformat())
    page.get_by_role("button", name="Compare").click()
    for title in ("Bias test", "Ranking of people"):
        expect(page.get_by_text(title).first).to_be_visible()
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Make PDF").click()
    expect(page).to_have_url(re.compile(r"/reports/[0-9a-f-]{36}/$"))
    download = page.get_by_role("link", name="Download PDF")
    expect(download).to_be_visible(timeout=READY_IN)
    with page.expect_download() as arriving:
        download.click()
    reader = PdfReader(io.BytesIO(Path(arriving.value.path()).read_bytes()))
    text = re.sub(r"\s+", " ", " ".join(one.extract_text() for one in reader.pages))
    for words in ("Evolution of the AIMS", "Bias test", "Ranking of people", "Then and now"):
        assert words in text, words
