"""Walk-throughs A2 and A7: a gap analysis up to an action; evidence asked for, delivered and accepted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from clauses.gaps.closing import close_run
from clauses.models import EvidenceRequest, GapRun, Position, Task
from evidence.models import Proof
from tests.browser import assert_no_axe_violations
from tests.clauses.gaps.making import answer_all, make_gap_run

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def test_she_runs_a_gap_analysis_and_makes_an_action_of_a_gap(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    page, before = signed_in_page(officer), make_gap_run(organisation, title="Baseline")
    answer_all(before, "4.1", *["not_met"] * 4, by=officer)
    close_run(before, by=officer, seen=1)
    page.goto(f"/{organisation.slug}/")
    page.get_by_role("link", name="Gap analysis").click()
    page.get_by_role("link", name="New gap analysis").click()
    page.get_by_label("Name").fill("Pre-audit")
    page.get_by_label("Responsible").select_option(str(officer.pk))
    page.get_by_role("button", name="Add gap analysis").click()
    answers_and_leaves(page)
    comes_back_and_closes(page)
    makes_an_action(page, officer, due=(organisation.today() + timedelta(days=30)).isoformat())
    task, run = Task.objects.get(), GapRun.objects.get(title="Pre-audit")
    assert (task.owner, task.about.reference, task.gap.run_id, run.closed_by) == (officer, "4.1", run.pk, officer)


def answers_and_leaves(page: Page) -> None:
    expect(page.get_by_text("0 of 221")).to_be_visible()
    page.get_by_role("link", name="Continue answering").click()
    first = page.locator(".questions > li").first
    expect(first.get_by_text("N/A")).to_have_count(0)
    first.get_by_text("Partly", exact=True).click()
    expect(page.locator("#saved-answers")).to_contain_text("Saved")
    first.get_by_text("Add a note").click()
    first.locator("textarea").fill("Climate was not looked at")
    expect(first.locator(".noted")).to_have_text("Climate was not looked at", timeout=10_000)
    expect(page.locator("#outcome")).to_contain_text("1 of 221")
    assert_no_axe_violations(page)
    page.get_by_role("link", name="1 of 221 answered").click()


def comes_back_and_closes(page: Page) -> None:
    page.get_by_role("link", name="Continue answering").click()
    expect(page.locator(".questions > li").first.get_by_label("Partly")).to_be_checked()
    page.get_by_role("link", name="1 of 221 answered").click()
    expect(page.get_by_role("heading", name="Every requirement")).to_be_visible()
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Close for good").click()
    expect(page.locator("header.head")).to_contain_text("Closed")
    parts = page.get_by_role("navigation", name="Parts of the gap analysis")
    parts.get_by_role("link", name="Comparison").click()
    expect(page.get_by_role("row", name="4.1").get_by_text("Better")).to_be_visible()
    assert_no_axe_violations(page)
    parts.get_by_role("link", name="Gaps").click()
    expect(page.get_by_role("row", name="4.1").get_by_text("Climate was not looked at")).to_be_visible()
    assert_no_axe_violations(page)


def makes_an_action(page: Page, officer: Any, *, due: str) -> None:
    page.get_by_role("link", name="Create action 4.1").click()
    page.get_by_label("Who does it").select_option(str(officer.pk))
    page.get_by_label("Due").fill(due)
    page.get_by_role("button", name="Add action").click()
    expect(page.get_by_text("Gap of GAP-02")).to_be_visible()


def test_he_delivers_the_evidence_that_she_asked_for(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, contributor: Any, tmp_path: Path
) -> None:
    hers = signed_in_page(officer)
    hers.goto(f"/{organisation.slug}/evidence-requests/new/")
    hers.get_by_role("textbox", name="Evidence").fill("Measurements of the third quarter")
    hers.get_by_label("Requirement").fill("9.1")
    hers.get_by_label("Asked of").select_option(str(contributor.pk))
    hers.get_by_label("Due").fill((organisation.today() + timedelta(days=10)).isoformat())
    hers.get_by_role("button", name="Add evidence request").click()
    expect(hers.locator("header.head")).to_contain_text("Asked for")
    his = signed_in_page(contributor)
    his.goto(f"/{organisation.slug}/")
    his.get_by_role("link", name="Measurements of the third quarter").first.click()
    file = tmp_path / "override-rates.pdf"
    file.write_bytes(PDF)
    his.locator("input[type=file]").set_input_files(file)
    expect(his.locator("#evidence-lines")).to_contain_text("override-rates")
    his.get_by_label("Remark or reason").fill("Second quarter follows")
    his.get_by_role("button", name="Deliver evidence").click()
    expect(his.locator("header.head")).to_contain_text("Delivered")
    assert_no_axe_violations(his)
    hers = signed_in_page(officer)
    hers.goto(f"/{organisation.slug}/due/?whose=mine")
    hers.get_by_role("link", name="Measurements of the third quarter").click()
    expect(hers.get_by_text("Second quarter follows", exact=True)).to_be_visible()
    hers.get_by_role("button", name="Accept evidence").click()
    expect(hers.locator("header.head")).to_contain_text("Accepted")
    assert_no_axe_violations(hers)
    asked = EvidenceRequest.objects.get()
    assert (asked.state, asked.delivered_by, asked.decided_by) == ("accepted", contributor, officer)
    assert Proof.objects.filter(record=Position.objects.get(organisation=organisation, reference="9.1")).count() == 1
