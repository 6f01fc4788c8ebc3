"""Walk-throughs of the registers: from a clause's page to its issues, and an objective that is measured (A1, C6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, expect

from clauses.models import ContextIssue, Objective
from tests.browser import assert_no_axe_violations


def test_she_enters_a_climate_issue_from_the_page_of_its_clause(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/clauses/4.1/")
    page.get_by_role("link", name="New context issue").click()
    page.get_by_role("textbox", name="Issue").fill("Heat at the southern site")
    page.get_by_label("External or internal").select_option("external")
    page.get_by_label("Topic").select_option("climate")
    page.get_by_label("Effect on the AIMS").fill("Customer service stops for hours.")
    page.get_by_label("Owner").select_option(str(officer.pk))
    page.get_by_role("button", name="Add context issue").click()
    expect(page.get_by_role("heading", name="Heat at the southern site", level=1)).to_be_visible()
    issue = ContextIssue.objects.get(organisation=organisation)
    assert (issue.topic, issue.owner, issue.changed_by) == ("climate", officer, officer)
    page.goto(f"/{organisation.slug}/clauses/4.1/")
    register = page.get_by_role("row", name="Context issues")
    expect(register.get_by_role("cell").first).to_have_text("1")
    register.get_by_role("link", name="Context issues").click()
    page.get_by_role("link", name="Climate", exact=True).click()
    expect(page.get_by_role("link", name="Heat at the southern site")).to_be_visible()
    assert_no_axe_violations(page)


def test_she_measures_an_objective_and_sees_that_it_is_not_reached(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    page, today = signed_in_page(officer), organisation.today()
    page.goto(f"/{organisation.slug}/objectives/new/")
    page.get_by_role("textbox", name="Objective", exact=True).fill("Wrong answers in sampled chats")
    page.get_by_text("At most", exact=True).click()
    page.get_by_role("spinbutton", name="Target").fill("3")
    page.get_by_label("Unit").fill("percent")
    page.get_by_label("Due").fill((today + timedelta(days=90)).isoformat())
    page.get_by_label("What will be done").fill("Sources are corrected every week.")
    page.get_by_label("Owner").select_option(str(officer.pk))
    page.get_by_role("button", name="Add AI objective").click()
    expect(page.get_by_text("Not measured yet")).to_be_visible()
    for weeks, value in ((2, "8"), (1, "6"), (0, "4.5")):
        page.get_by_label("Measured on").fill((today - timedelta(weeks=weeks)).isoformat())
        page.get_by_label("Value").fill(value)
        page.get_by_role("button", name="Add measurement").click()
        expect(page.get_by_role("img", name=f": {value}.")).to_be_visible()
    objective = Objective.objects.with_newest().get(organisation=organisation)
    assert (objective.state, objective.measurements.count()) == ("missed", 3)
    expect(page.locator("header").get_by_text("Not reached")).to_be_visible()
    expect(page.locator(".chart")).to_contain_text("target 3")
    expect(page.locator("#measurements tbody tr")).to_have_count(3)
    assert_no_axe_violations(page)
