"""Walk-throughs A5 and C5: the officer assesses a system's impact, section by section, and a manager decides on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from risks.models import Dimension, ImpactAssessment
from tests.browser import assert_no_axe_violations
from tests.cast import make_ai_system, person
from tests.risk_cast import make_criteria
from tests.risks.assessed import manager_with


def go_on(page: Page, title: str) -> None:
    """Saves the section and goes on to the next."""
    page.get_by_role("button", name=f"Save and go on to {title}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def fill(page: Page, **texts: str) -> None:
    for name, text in texts.items():
        page.locator(f"#id_{name}").fill(text)


def begin(page: Page, organisation: Any, system: Any, officer: Any) -> None:
    page.goto(f"/{organisation.slug}/impact-assessments/")
    page.get_by_role("link", name="New impact assessment").click()
    page.get_by_label("AI system").select_option(label=str(system))
    page.get_by_label("Owner", exact=True).select_option(str(officer.pk))
    page.get_by_role("button", name="Add impact assessment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Impact assessment of ShiftCast")
    page.get_by_role("link", name="Go on: Screening").click()


def describe(page: Page, officer: Any) -> None:
    expect(page.locator("#proposal")).to_contain_text("Proposed: Light, because: it affects people.")
    page.get_by_role("group", name="prohibited practice").get_by_text("No", exact=True).click()
    page.get_by_role("group", name="Depth").get_by_text("Light", exact=True).click()
    fill(page, screening_reason="It shapes the shifts of 180 people")
    go_on(page, "Identification")
    page.locator("#id_trigger").select_option("new_system")
    page.get_by_label(officer.name).check()
    fill(page, covers="Forecasts of calls for shift plans")
    go_on(page, "System")
    page.locator("#id_autonomy").select_option("proposes")
    fill(page, intended_users="Four planners")
    page.locator("#id_intended_users").blur()
    expect(page.locator("#saved-section")).to_contain_text(re.compile(r"Saved \d\d:\d\d · "))
    expect(page.locator("#sections")).to_contain_text("3 of 11")
    go_on(page, "Data")
    fill(page, data_sources="Call counts of three years", data_categories="Call counts")
    go_on(page, "Model")
    fill(page, model_type="Time-series ensemble", limits="Weak around holidays")
    go_on(page, "Deployment context")
    fill(page, places="Porto")
    go_on(page, "Affected parties")
    fill(page, direct_users="Planners", decided_about="Agents")
    go_on(page, "Benefits and harms")


def rate(page: Page) -> None:
    for dimension in list(Dimension)[1:-1]:
        part = page.locator(f"#dimension-{dimension.value}")
        part.get_by_text("Not affected", exact=True).click()
        part.get_by_label("Why not").fill("Counts calls, not people")
    part = page.locator("#dimension-fairness")
    part.get_by_text("Affected", exact=True).click()
    fill(page, **{"fairness-harm": "Shifts fall unevenly"})
    chosen = {"severity": "3", "likelihood": "3", "scale": "few", "reversibility": "easy"}
    for name, value in (chosen | {"residual_severity": "2", "residual_likelihood": "2"}).items():
        page.locator(f"#id_fairness-{name}").select_option(value)
    expect(page.locator("#level-fairness")).to_contain_text(re.compile("9.*Medium.*4.*Low", re.DOTALL))
    assert_no_axe_violations(page)
    go_on(page, "Failure and misuse")
    fill(page, when_wrong="Breaks are missed on busy days")
    go_on(page, "Measures")
    fill(page, **{"new-1-measure": "Planner override and reserve shift"})
    page.locator("#id_new-1-dimension").select_option("fairness")
    control = page.locator("#id_new-1-control_id option", has_text="A.5.4").get_attribute("value")
    page.locator("#id_new-1-control_id").select_option(control)
    assert_no_axe_violations(page)
    go_on(page, "Result")
    page.get_by_role("group", name="Decision proposed").get_by_text("Go", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).click()


def mend_and_submit(page: Page) -> str:
    """Is refused, follows the link to what is missing, and submits again; returns the address."""
    page.get_by_role("link", name="Back to the assessment").click()
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.locator(".messages")).to_contain_text("Society: affected or not?")
    page.get_by_text("1 thing is missing before it can be submitted").click()
    page.get_by_role("link", name="Society: affected or not?").click()
    page.locator("#dimension-society").get_by_text("Not affected", exact=True).click()
    page.locator("#dimension-society").get_by_label("Why not").fill("One site")
    go_on(page, "Failure and misuse")
    page.get_by_role("link", name="Back to the assessment").click()
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.locator("#approval")).to_contain_text("In review")
    assert_no_axe_violations(page)
    return page.url


def approve(page: Page, address: str, name: str) -> None:
    page.goto(address)
    expect(page.get_by_role("row", name="Fairness and non-discrimination Shifts")).to_contain_text("Medium")
    expect(page.get_by_role("radio", name="Go", exact=True)).to_be_checked()
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#approval")).to_contain_text(name)
    expect(page.locator("header .kicker")).to_contain_text("version 1 · approved")


def test_she_assesses_a_system_and_he_approves_it(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    make_criteria(organisation, state="approved")
    system = make_ai_system(organisation, title="ShiftCast", people_affected=180, owner=officer, users="Planners")
    rita, tomas = person("rita", organisation, "compliance_officer"), manager_with(organisation, "head", "tomas")
    page = signed_in_page(rita)
    begin(page, organisation, system, officer)
    describe(page, officer)
    rate(page)
    address = mend_and_submit(page)
    approve(signed_in_page(tomas), address, tomas.name)
    made = ImpactAssessment.objects.get(system=system)
    assert (made.number, made.state, made.decision, made.decided_by) == (1, "approved", "go", tomas)
    assert made.review_on
    assert made in ImpactAssessment.objects.current(organisation.today())
    page = signed_in_page(rita)
    page.goto(address)
    expect(page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Next version").click()
    expect(page.locator("header .kicker")).to_contain_text("version 2 · draft")
