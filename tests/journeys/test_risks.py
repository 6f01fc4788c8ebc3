"""A risk by clicking: entered, scored by the criteria in force, seen in its history and on the map (A4, steps 1–3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from risks.models import Risk
from tests.browser import assert_no_axe_violations
from tests.cast import make_ai_system
from tests.risk_cast import make_criteria


def enters(page: Page, organisation: Any, officer: Any, system: Any) -> None:
    page.goto(f"/{organisation.slug}/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Risks").click()
    page.get_by_role("link", name="New risk").click()
    page.get_by_label("Title").fill("Refusal cannot be explained")
    page.get_by_text("Operational (8.2)", exact=True).click()
    page.get_by_label("AI system").select_option(label=str(system))
    for name, value in (("Trigger", "incident"), ("Category", "transparency"), ("Source", "C.3.2")):
        page.get_by_label(name).select_option(value)
    page.get_by_label("Owner").select_option(str(officer.pk))
    page.get_by_label("Cause").fill("The model of the supplier gives no reasons")
    page.get_by_label("Event").fill("An applicant asks why")
    page.get_by_label("Consequence").fill("Rights are not met")
    page.get_by_label("Individuals").check()
    page.get_by_role("button", name="Add risk").click()
    expect(page.get_by_role("heading", name="Refusal cannot be explained", level=1)).to_be_visible()


def scores(page: Page, officer: Any) -> None:
    page.get_by_role("link", name="Score", exact=True).click()
    assert_no_axe_violations(page)
    page.get_by_role("group", name="Likelihood").get_by_label("4 · large").check()
    people = page.get_by_role("group", name="For individuals and groups")
    people.get_by_label("3 · middling").check()
    page.keyboard.press("ArrowDown")
    expect(people.get_by_label("4 · large")).to_be_checked()
    page.get_by_label("Why these scores").fill("Fourteen complaints in a year")
    page.get_by_role("button", name="Save score").click()
    expect(page.get_by_text("16 critical (inherent)")).to_be_visible()
    history = page.get_by_role("table", name="Scores, the newest first")
    expect(history).to_contain_text("Fourteen complaints in a year")
    expect(history).to_contain_text(officer.name)
    assert_no_axe_violations(page)


def test_she_enters_an_operational_risk_scores_it_and_finds_it_on_the_map(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    make_criteria(organisation, state="approved")
    system, page = make_ai_system(organisation, title="CreditScout"), signed_in_page(officer)
    enters(page, organisation, officer, system)
    scores(page, officer)
    risk = Risk.objects.get()
    assert (risk.score, risk.level, risk.system) == (16, "critical", system)
    page.goto(f"/{organisation.slug}/risks/map/")
    page.get_by_role("link", name="Inherent").click()
    assert_no_axe_violations(page)
    page.get_by_role("link", name="1 risk, likelihood 4, consequence 4, critical").click()
    expect(page.get_by_role("link", name="Refusal cannot be explained")).to_be_visible()
    page.get_by_role("link", name="Starter catalogue").click()
    expect(page.get_by_role("heading", name="Starter catalogue", level=1)).to_be_visible()
    assert_no_axe_violations(page)
