"""Walk-through A10, step 2: she maps a framework, sees what evidence there is and what is not covered, adds her own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from clauses.models import Mapping, OtherFramework, Position
from reports.models import Report
from tests.browser import assert_no_axe_violations, assert_no_axe_violations_in_both_themes
from tests.cast import make_evidence

READY_IN = 120_000


@pytest.fixture
def proved(organisation: Any) -> str:
    """Reference of an item that proves 6.1.2."""
    position = Position.objects.get(organisation=organisation, reference="6.1.2")
    return str(make_evidence(organisation, proves=position, title="Risk method").reference)


def test_she_sees_what_the_aims_has_for_the_nist_framework(
    signed_in_page: Callable[[Any], Page],
    organisation: Any,
    officer: Any,
    proved: str,
    job_worker: Any,
    expected_errors: list[str],
) -> None:
    expected_errors.append(r"/mappings/new/: .*422")
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/")
    page.get_by_role("link", name="Crosswalks").click()
    expect(page.get_by_role("row", name=re.compile("NIST AI RMF"))).to_contain_text("313")
    assert_no_axe_violations(page)
    page.get_by_role("link", name="NIST AI RMF 1.0").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("NIST AI RMF 1.0")
    row = page.get_by_role("row", name=re.compile(r"GOVERN 1\.4 "))
    expect(row).to_contain_text("Related evidence exists")
    expect(row).to_contain_text("6.1.2 AI risk assessment Intersects, strong")
    expect(row.get_by_role("link", name=proved)).to_be_visible()
    expect(page.get_by_text("Intersects, weak")).to_have_count(0)
    expect(page.get_by_text("ompliant")).to_have_count(0)
    assert_no_axe_violations_in_both_themes(page)
    page.get_by_role("link", name="Show weak relations").click()
    expect(page.get_by_text("Intersects, weak").first).to_be_visible()
    page.get_by_role("link", name=re.compile("Show weak relations")).click()
    page.get_by_role("link", name=re.compile("^Not covered")).click()
    expect(page.get_by_role("row", name=re.compile("GOVERN 1.7"))).to_contain_text("Not covered")
    adds_her_own(page, organisation, officer)
    takes_it_away(page)


def adds_her_own(page: Page, organisation: Any, officer: Any) -> None:
    page.get_by_role("link", name=re.compile("GOVERN 1.7")).click()
    page.get_by_label("Clause or control").select_option(label="6.1.2 AI risk assessment")
    page.get_by_label("Strength").select_option("moderate")
    page.get_by_role("button", name="Add mapping").click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    assert_no_axe_violations(page)
    page.get_by_label("Basis").fill("Our risk method has a part on retirement")
    page.get_by_role("button", name="Add mapping").click()
    expect(page.get_by_role("row", name=re.compile("6.1.2"))).to_contain_text("own")
    expect(page.get_by_role("main").get_by_text("Related evidence exists")).to_be_visible()
    assert_no_axe_violations(page)
    own = Mapping.objects.get(organisation=organisation)
    assert (own.target.ref, own.strength, own.added_by) == ("GOVERN 1.7", "moderate", officer)


def takes_it_away(page: Page) -> None:
    page.get_by_role("link", name="NIST AI RMF 1.0").click()
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as arriving:
        page.get_by_role("link", name="CSV").click()
    assert "GOVERN 1.7" in Path(arriving.value.path()).read_text()
    page.get_by_role("button", name="Make PDF").click()
    expect(page.get_by_role("link", name="Download PDF")).to_be_visible(timeout=READY_IN)
    assert Report.objects.get().parameters == {"framework": "nist-ai-rmf"}


def test_she_brings_a_framework_of_her_own_and_sees_what_a_clause_serves(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, expected_errors: list[str]
) -> None:
    expected_errors.append(r"/frameworks/new/: .*422")
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/frameworks/")
    page.get_by_role("link", name="Bring own framework").click()
    file = {"name": "code.csv", "mimeType": "text/csv", "buffer": b"ref,title\nC-1,Tell customers\nC-1,Again\n"}
    page.get_by_label("Name").fill("Customer code")
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_role("row", name=re.compile("^3 "))).to_contain_text("“C-1” stands on line 2 already")
    expect(page.get_by_label("Name")).to_have_value("Customer code")
    assert_no_axe_violations(page)
    page.locator("input[type=file]").set_input_files(
        file | {"buffer": b"ref,title\nC-1,Tell customers\n"}  # type: ignore[arg-type]
    )
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_text("Nothing is kept yet")).to_be_visible()
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Customer code")
    assert OtherFramework.objects.get(organisation=organisation).code == "own-customer-code"
    page.goto(f"/{organisation.slug}/clauses/6.1.2/")
    page.locator("#serves summary", has_text="NIST AI RMF 1.0").click()
    expect(page.get_by_role("link", name=re.compile(r"GOVERN 1\.4"))).to_be_visible()
    assert_no_axe_violations(page)
