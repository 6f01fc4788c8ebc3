"""The Statement of Applicability by clicking: she drafts and submits it, he approves it (A6, C4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from clauses.models import Position
from risks.applicability.statement import content_of, fingerprint_of, live_lines
from risks.models import Statement
from tests.browser import assert_no_axe_violations
from tests.risk_cast import make_own_control, make_risk, make_statement, treat
from tests.risks.statements import decide_all, designate


@pytest.fixture
def current(organisation: Any, officer: Any, manager: Any) -> Statement:
    """2.0, approved: 38 controls and X.1; A.8.2 treats an open risk."""
    decide_all(organisation)
    designate(organisation, manager)
    make_own_control(organisation, status="implemented", owner=officer)
    control = Position.objects.get(organisation=organisation, reference="A.8.2")
    treat(make_risk(organisation, title="Refusal cannot be explained"), control)
    content = content_of(live_lines(organisation, on=organisation.today()))
    return make_statement(
        organisation,
        title="Statement of Applicability 2.0",
        label="2.0",
        state="approved",
        content=content,
        fingerprint=fingerprint_of(content),
        decided_by=manager,
        decided_on=organisation.today(),
    )


def test_she_drafts_the_next_version_and_he_approves_it(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, manager: Any, current: Statement
) -> None:
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/help/")
    rail = page.get_by_role("navigation", name="Main")
    rail.get_by_role("link", name="Statement of Applicability").click()
    page.get_by_role("button", name="New draft from 2.0").click()
    expect(page.get_by_role("heading", name="Statement of Applicability 2.1", level=1)).to_be_visible()
    draft = page.url
    page.get_by_role("link", name=re.compile("^A.8.3")).first.click()
    page.get_by_label("Status").select_option("in_progress")
    expect(page.locator("#saved-position")).to_contain_text(officer.name)
    refuse_exclusion(page, organisation)
    page.goto(draft)
    state = page.get_by_role("group", name="State of the controls")
    state.get_by_role("link", name="In progress 1").click()
    expect(page.locator("#controls tbody tr")).to_have_count(1)
    expect(page.locator("#controls tbody tr")).to_contain_text("A.8.3")
    state.get_by_role("link", name=re.compile("^In progress")).click()
    expect(page.locator("#controls tbody tr")).to_have_count(39)
    assert_no_axe_violations(page)
    say_what_is_new_and_submit(page)
    expect(page.locator("#approval")).to_contain_text("In review")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    approve_and_compare(signed_in_page(manager), draft)
    statement = Statement.objects.get(label="2.1")
    assert (statement.state, statement.decided_by, len(statement.content)) == ("approved", manager, 39)
    current.refresh_from_db()
    assert current.state == "superseded"


def say_what_is_new_and_submit(page: Page) -> None:
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.get_by_text("Say what is new in this version").first).to_be_visible()
    page.get_by_role("region", name="Before it can be submitted").get_by_role("link").click()
    page.get_by_label("What is new").fill("A.8.3 is not done yet")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Submit for approval").click()


def refuse_exclusion(page: Page, organisation: Any) -> None:
    """A.8.2 treats a risk: told at the field, and what was typed stays."""
    page.goto(f"/{organisation.slug}/clauses/A.8.2/")
    page.get_by_role("group", name="Applicable").get_by_text("No", exact=True).click()
    expect(page.locator("#error-applicable")).to_contain_text("It treats open risks (R-01)")
    page.get_by_label("Why, or why not").fill("Nobody asks us")
    page.get_by_label("Why, or why not").blur()
    expect(page.locator("#saved-position")).to_contain_text("Not saved")
    expect(page.get_by_label("Why, or why not")).to_have_value("Nobody asks us")
    assert Position.objects.get(organisation=organisation, reference="A.8.2").applicable


def approve_and_compare(page: Page, statement: str) -> None:
    page.goto(statement)
    page.get_by_label("Reason or remark").fill("As discussed")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#approval")).to_contain_text("As discussed")
    expect(page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", name="What differs between 2.0 and 2.1")).to_be_visible()
    expect(page.locator("#differences tbody tr")).to_have_count(1)
    row = page.locator("#differences tbody tr")
    expect(row).to_contain_text("A.8.3")
    expect(row.locator("del")).to_contain_text("Implemented")
    expect(row.locator("ins")).to_contain_text("In progress")
    assert_no_axe_violations(page)
