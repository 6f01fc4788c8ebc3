"""A4 steps 4–5, C3, C4: a treatment is planned, acceptance asked for and given, the plan approved; all by clicking."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from clauses.models import Position
from records.actions import give
from risks.models import Acceptance, Risk, Treatment, TreatmentPlan
from tests.browser import assert_no_axe_violations
from tests.cast import person
from tests.risk_cast import make_criteria, make_risk, make_treatment, score

SignIn = Callable[[Any], Page]


@pytest.fixture
def farid(organisation: Any) -> Any:
    """Head of credit brokerage: owns the risk, and may accept what is medium."""
    return person("farid", organisation, "contributor", function="Head of Credit Brokerage", authority="head")


@pytest.fixture
def tomas(organisation: Any) -> Any:
    return person("tomas", organisation, "manager", authority="designated")


@pytest.fixture
def risk(organisation: Any, farid: Any, officer: Any) -> Risk:
    """Like R-09: 16 inherent, 12 residual, a treatment that is late."""
    make_criteria(organisation, state="approved")
    title = "Refusal cannot be explained to the applicant"
    made = make_risk(organisation, title=title, category="transparency", owner=farid)
    score(made, phase="inherent", likelihood=4, for_individuals=4, assessed_by=officer)
    score(made, likelihood=3, for_individuals=4, assessed_by=officer)
    late = organisation.today() - timedelta(days=8)
    line = make_treatment(organisation, treats=made, title="Reason codes", owner=farid, due_on=late, resources="20 k€")
    give(line, to=farid)
    return Risk.objects.get(pk=made.pk)


def test_farid_asks_is_refused_himself_and_tomas_accepts(
    signed_in_page: SignIn, risk: Risk, farid: Any, tomas: Any, expected_errors: list[str]
) -> None:
    expected_errors += ["403", "422"]
    page = signed_in_page(farid)
    page.goto(risk.get_absolute_url())
    panel = page.locator("#acceptance")
    expect(panel).to_contain_text("Not accepted")
    expect(panel).to_contain_text("accepted by: designated management")
    expect(panel.get_by_role("link", name="Accept risk")).to_have_count(0)
    page.goto(risk.url("accept"))
    expect(page.locator("main")).to_contain_text("Your authority is too low")
    page.goto(risk.get_absolute_url())
    panel.get_by_role("link", name="Ask for acceptance").click()
    assert_no_axe_violations(page)
    page.get_by_label("Whom").select_option(label=tomas.name)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#acceptance")).to_contain_text(f"{tomas.name} was asked to decide")
    accept_as_tomas(signed_in_page(tomas), risk)


def accept_as_tomas(page: Page, risk: Risk) -> None:
    page.goto(f"/{risk.organisation.slug}/mentions/")
    page.get_by_role("link", name=re.compile(risk.reference)).first.click()
    page.locator("#acceptance").get_by_role("link", name="Accept risk").click()
    for text in ("Inherent", "Residual", "Reason codes", "20 k€", "8 days late", "Avoid", "Designated management"):
        expect(page.locator("main")).to_contain_text(text)
    assert_no_axe_violations(page)
    page.get_by_label("Reason").fill("The vendor delivers reason codes in March; until then each refusal is reviewed.")
    page.get_by_role("button", name="Accept risk").click()
    expect(page.get_by_role("alert")).to_contain_text("Say until when")
    expect(page.get_by_label("Reason")).to_have_value(re.compile("The vendor delivers"))
    page.get_by_label("Until").fill((risk.organisation.today() + timedelta(days=120)).isoformat())
    page.get_by_role("button", name="Accept risk").click()
    expect(page.locator("#acceptance")).to_contain_text("Stands until")
    assert_no_axe_violations(page)
    made = Acceptance.objects.get()
    assert (made.risk, made.authority, made.level) == (risk, "designated", "high")
    assert Risk.objects.accepted(risk.organisation.today()).get() == risk


def test_rita_plans_a_treatment_with_controls_and_another_verifies_it(
    signed_in_page: SignIn, risk: Risk, officer: Any, farid: Any, organisation: Any
) -> None:
    Position.objects.filter(organisation=organisation, reference="A.7.6").update(applicable=False)
    page = signed_in_page(officer)
    page.goto(risk.get_absolute_url())
    page.get_by_role("link", name="New treatment").click()
    page.get_by_label("Short title").fill("Adviser training")
    page.get_by_label("What is done").fill("Every adviser explains three refusals under supervision")
    page.locator('input[name="controls-typed"]').fill("A.8.2, A.7.6")
    page.get_by_label("Owner").select_option(label=farid.name)
    page.get_by_label("Due").fill((organisation.today() + timedelta(days=60)).isoformat())
    page.get_by_role("button", name="Add treatment").click()
    expect(page.get_by_role("alert")).to_contain_text("Excluded in the Statement of Applicability: A.7.6")
    assert_no_axe_violations(page)
    page.get_by_label(re.compile("A.7.6")).uncheck()
    page.get_by_label("Status").select_option(label="Implemented")
    page.get_by_role("button", name="Add treatment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Adviser training")
    page.get_by_role("link", name="Verify", exact=True).click()
    assert_no_axe_violations(page)
    page.get_by_label("What verification showed").fill("Twelve calls heard, all explained")
    page.get_by_role("button", name="It works: verified").click()
    expect(page.locator("#action")).to_contain_text("Verified")
    made = Treatment.objects.get(title="Adviser training")
    assert (made.status, made.verified_by, made.controls.get().reference) == ("verified", officer, "A.8.2")


def test_the_plan_is_returned_submitted_again_and_approved(
    signed_in_page: SignIn, risk: Risk, officer: Any, tomas: Any, organisation: Any
) -> None:
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/treatment-plans/new/")
    page.get_by_label("Owner").select_option(label=officer.name)
    page.get_by_role("button", name="Add treatment plan").click()
    expect(page.locator("#lines")).to_contain_text("Reason codes")
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.locator("#approval")).to_contain_text("In review")
    plan, line = TreatmentPlan.objects.get(), Treatment.objects.get()
    decide(signed_in_page(tomas), plan, "Return", f"{line.reference} needs a date that holds")
    page = signed_in_page(officer)
    page.goto(plan.get_absolute_url())
    expect(page.locator("#lines")).to_contain_text("goes back")
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.locator("#approval")).to_contain_text("In review")
    page = decide(signed_in_page(tomas), plan, "Approve", "")
    expect(page.locator("#different")).to_contain_text("every line stands")
    assert_no_axe_violations(page)


def decide(page: Page, plan: TreatmentPlan, button: str, note: str) -> Page:
    page.goto(plan.get_absolute_url())
    page.get_by_label("Reason or remark").fill(note)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("#approval")).to_contain_text(f"{button}ed".replace("eed", "ed"))
    return page
