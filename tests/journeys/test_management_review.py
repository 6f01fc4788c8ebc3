"""Walk-through C7: a manager holds the management review, from filling its inputs to issued minutes and their PDF."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from audits.models import ManagementReview, Topic
from clauses.models import ContextIssue, Objective, Task
from organisations.authority import Authority
from tests.audits.improving_making import make_corrective_action, make_improvement
from tests.browser import assert_no_axe_violations, assert_no_axe_violations_in_both_themes
from tests.clauses.registers.making import maker, measured

READY_IN = 120_000


def test_the_review_is_planned_prepared_held_and_its_minutes_are_issued(
    signed_in_page: Callable[[Any], Page],
    organisation: Any,
    officer: Any,
    manager: Any,
    contributor: Any,
    job_worker: Any,
) -> None:
    organisation.memberships.filter(user=manager).update(authority=Authority.DESIGNATED)
    maker(ContextIssue)(organisation, title="The EU AI Act begins to apply")
    measured(maker(Objective)(organisation, title="Everybody is trained"), value=80)
    make_corrective_action(organisation, title="Prices were old")
    make_improvement(organisation, title="One calendar")
    the_officer_plans_it(signed_in_page(officer), organisation, manager)
    page = signed_in_page(manager)
    page.goto(f"/{organisation.slug}/")
    page.get_by_role("link", name="Reviews", exact=True).click()
    page.get_by_role("link", name="Review of the autumn").click()
    the_manager_prepares_it(page)
    the_manager_holds_it(page, contributor, organisation.today().isoformat())
    the_manager_issues_it(page)
    review = ManagementReview.objects.get()
    assert (review.state, review.issued_by) == ("issued", manager)
    takes_the_minutes(page)
    page = signed_in_page(contributor)
    page.goto(f"/{organisation.slug}/actions/?mine=yes")
    page.get_by_role("link", name="Hire a validator").click()
    expect(page.get_by_role("link", name="Review of the autumn")).to_be_visible()
    assert Task.objects.get().reference == "MRA-01"


def the_officer_plans_it(page: Page, organisation: Any, chair: Any) -> None:
    page.goto(f"/{organisation.slug}/management-reviews/")
    page.get_by_role("link", name="New management review").click()
    page.get_by_label("Name").fill("Review of the autumn")
    page.get_by_label("Day").fill(organisation.today().isoformat())
    page.get_by_label("Chair").select_option(str(chair.pk))
    page.get_by_label("Owner").select_option(label=str(chair))
    page.get_by_role("button", name="Add management review").click()
    expect(page.locator("header.head")).to_contain_text("Planned")
    assert_no_axe_violations(page)


def the_manager_prepares_it(page: Page) -> None:
    page.get_by_role("button", name="Prepare").click()
    expect(page.locator("header.head")).to_contain_text("Prepared")
    expect(page.get_by_text("The EU AI Act begins to apply")).to_be_visible()
    expect(page.get_by_text("Everybody is trained: 80")).to_be_visible()
    expect(page.get_by_role("region", name="Audit results").get_by_text("Empty: needs")).to_be_visible()
    assert_no_axe_violations_in_both_themes(page)
    behind = page.get_by_role("link", name="1 Corrective actions open")
    behind.click()
    expect(page.get_by_role("link", name="Prices were old")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Issue minutes").click()
    expect(page.get_by_text("Neither a summary nor a remark on")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()


def the_manager_holds_it(page: Page, doer: Any, today: str) -> None:
    for topic in Topic:
        page.get_by_role("region", name=str(topic.label), exact=True).get_by_role("link", name="Write").click()
        if topic in {Topic.AUDITS, Topic.EARLIER_ACTIONS}:
            page.get_by_label("Remark").fill("It is the first review; the audit is in March")
        else:
            page.get_by_label("Summary").fill(f"{topic.label}: looked at together")
        if topic == Topic.ISSUES:
            assert_no_axe_violations(page)
        page.get_by_role("button", name="Keep").click()
        expect(page.locator("header.head")).to_contain_text("Prepared")
    page.get_by_role("link", name="Plan and conclusion").click()
    for name, answer in (("suitable", "true"), ("adequate", "false"), ("effective", "true")):
        page.locator(f'input[name="{name}"][value="{answer}"]').check()
    page.get_by_role("textbox", name=re.compile("^Conclusion")).fill("Hands for validation are missing")
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add decision").click()
    page.get_by_label("Decision").fill("Hire a validator")
    page.get_by_label("Kind").select_option("resources")
    page.get_by_label("Who does it").select_option(str(doer.pk))
    page.get_by_label("Due").fill(today)
    page.get_by_role("button", name="Keep decision").click()
    expect(page.get_by_role("row", name="Hire a validator")).to_be_visible()


def the_manager_issues_it(page: Page) -> None:
    page.get_by_role("link", name="Issue minutes").click()
    expect(page.get_by_text("This is still in the way")).to_have_count(0)
    page.get_by_role("button", name="Issue minutes").click()
    expect(page.locator("header.head")).to_contain_text("Minutes issued")
    expect(page.get_by_role("link", name="Add decision")).to_have_count(0)
    expect(page.get_by_role("link", name="Write")).to_have_count(0)
    expect(page.get_by_role("link", name="MRA-01")).to_be_visible()
    assert_no_axe_violations(page)


def takes_the_minutes(page: Page) -> None:
    review = page.url
    page.get_by_role("button", name="Make PDF").click()
    download = page.get_by_role("link", name="Download PDF")
    expect(download).to_be_visible(timeout=READY_IN)
    with page.expect_download() as arriving:
        download.click()
    text = "\n".join(
        sheet.extract_text() for sheet in PdfReader(io.BytesIO(Path(arriving.value.path()).read_bytes())).pages
    )
    for words in ("Hands for validation are missing", "MRA-01 Hire a validator", "The EU AI Act begins to apply"):
        assert " ".join(words.split()) in " ".join(text.split()), words
    page.goto(review)
