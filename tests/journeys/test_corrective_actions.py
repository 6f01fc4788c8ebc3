"""Walk-through C8: from a finding over cause, actions and more time to the check by another person."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, expect

from audits.models import CorrectiveAction
from clauses.models import Task
from organisations.authority import Authority
from organisations.models import User
from tests.audits.improving_making import closed_one, make_corrective_action, make_finding
from tests.browser import assert_no_axe_violations, assert_no_axe_violations_in_both_themes
from tests.cast import person
from tests.risk_cast import make_incident


def day(organisation: Any, days: int) -> str:
    found: str = (organisation.today() + timedelta(days=days)).isoformat()
    return found


def test_a_corrective_action_goes_from_an_incident_to_closure_by_another(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, contributor: Any, internal_auditor: Any
) -> None:
    incident = make_incident(organisation, title="Old prices were told", description="Three customers", owner=officer)
    page = signed_in_page(officer)
    page.goto(incident.get_absolute_url())
    page.get_by_role("link", name="Create corrective action").click()
    she_writes_it_down(page, organisation, contributor)
    page = signed_in_page(contributor)
    page.goto(f"/{organisation.slug}/corrective-actions/")
    page.get_by_role("link", name="Old prices were told").click()
    he_finds_the_cause_and_acts(page, organisation, contributor, checker=officer)
    page = signed_in_page(contributor)
    page.goto(CorrectiveAction.objects.get().get_absolute_url())
    expect(page.get_by_text("somebody else checks the effect")).to_be_visible()
    expect(page.get_by_role("link", name="Check the effect")).to_have_count(0)
    page = signed_in_page(internal_auditor)
    page.goto(CorrectiveAction.objects.get().get_absolute_url())
    the_auditor_closes_it(page)
    action = CorrectiveAction.objects.get()
    assert (action.state, action.done_by, action.closed_by) == ("closed", contributor, internal_auditor)
    page = signed_in_page(officer)
    page.goto(incident.get_absolute_url())
    row = page.get_by_role("row", name="CA-01")
    expect(row).to_contain_text("Closed, effective")


def she_writes_it_down(page: Page, organisation: Any, owner: User) -> None:
    expect(page.get_by_role("textbox", name=re.compile("^What went wrong"))).to_have_value("Three customers")
    expect(page.get_by_role("checkbox", name="Old prices were told")).to_be_checked()
    page.get_by_role("textbox", name=re.compile("^Correction")).fill("Prices were loaded anew")
    page.get_by_label("Owner", exact=True).select_option(str(owner.pk))
    page.get_by_role("button", name="Add corrective action").click()
    expect(page.get_by_role("link", name="Due: This field is required.")).to_be_visible()
    assert_no_axe_violations(page)
    page.get_by_label("Due", exact=True).fill(day(organisation, 30))
    page.get_by_role("button", name="Add corrective action").click()
    expect(page.locator("header.head")).to_contain_text("Old prices were told")
    assert_no_axe_violations_in_both_themes(page)


def he_finds_the_cause_and_acts(page: Page, organisation: Any, owner: User, *, checker: User) -> None:
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("The root cause is not written down.")).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_label("Due", exact=True)).to_have_count(0)
    page.get_by_label("Why did it happen?").fill("The list was a week old")
    page.get_by_label("And why that?").fill("Nobody loads it on holidays")
    page.get_by_label("Root cause").fill("Loading depends on one person")
    page.get_by_role("textbox", name=re.compile("^Corrective action")).fill("It is loaded by a job each night")
    page.get_by_role("button", name="Save").click()
    asked = page.get_by_role("region", name="Actions")
    asked.get_by_label("Action").fill("Set up the job")
    asked.get_by_label("Who does it").select_option(str(owner.pk))
    asked.get_by_label("Due").fill(day(organisation, 10))
    asked.get_by_role("button", name="Add action").click()
    expect(page.get_by_text("Still to be done: ACT-01.")).to_be_visible()
    asked.get_by_role("link", name="Set up the job").click()
    page.get_by_label("What came of it, or why it is withdrawn").fill("It runs")
    page.get_by_role("button", name="Mark as done").click()
    page.get_by_role("link", name="CA-01").click()
    page.get_by_role("link", name="Mark as done").click()
    page.get_by_label("What was done").fill("The job runs since Monday")
    page.get_by_label("Who checks the effect").select_option(str(checker.pk))
    page.get_by_label("Effect checked on").fill(day(organisation, 60))
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Mark as done").click()
    expect(page.locator("header.head")).to_contain_text("Done, effect to be checked")
    assert Task.objects.get().state == "done"


def the_auditor_closes_it(page: Page) -> None:
    page.get_by_role("link", name="Check the effect").click()
    expect(page.get_by_text("The job runs since Monday")).to_be_visible()
    page.get_by_text("Effective", exact=True).click()
    page.get_by_label("What you looked at, and what it showed").fill("No old price in four weeks of answers")
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Keep result").click()
    expect(page.locator("header.head")).to_contain_text("Closed, effective")
    expect(page.get_by_role("cell", name="No old price in four weeks of answers")).to_be_visible()


def test_the_manager_sees_what_is_late_gives_time_with_a_reason_and_hands_it_over(
    signed_in_page: Callable[[Any], Page],
    organisation: Any,
    manager: Any,
    contributor: Any,
    expected_errors: list[str],
) -> None:
    expected_errors.append(r"/extend/: .*422")
    organisation.memberships.filter(user=manager).update(authority=Authority.DESIGNATED)
    finding = make_finding(organisation, "8.4", grade="major", title="No assessment of CreditScout")
    late = organisation.today() - timedelta(days=3)
    action = make_corrective_action(organisation, title="CreditScout", remedies=finding, owner=contributor, due_on=late)
    second = person("second-officer", organisation, "compliance_officer")
    page = signed_in_page(manager)
    page.goto(f"/{organisation.slug}/")
    page.get_by_role("link", name="Corrective actions", exact=True).click()
    page.get_by_role("link", name="Late", exact=True).click()
    page.get_by_role("link", name="CreditScout").click()
    expect(page.get_by_text("3 days late").first).to_be_visible()
    page.get_by_role("link", name="Extend").click()
    page.get_by_label("New due day").fill(day(organisation, 20))
    page.get_by_role("button", name="Extend").click()
    expect(page.get_by_text("This field is required.").first).to_be_visible()
    expect(page.get_by_label("New due day")).to_have_value(day(organisation, 20))
    page.get_by_label("Reason").fill("The assessor is ill")
    page.get_by_role("button", name="Extend").click()
    expect(page.get_by_role("row", name="The assessor is ill")).to_be_visible()
    page.get_by_role("link", name="Hand over").click()
    page.get_by_label("New owner").select_option(str(second.pk))
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("is now owned by")).to_be_visible()
    assert_no_axe_violations(page)
    action.refresh_from_db()
    assert (action.owner, action.due_on.isoformat()) == (second, day(organisation, 20))


def test_what_came_back_is_linked_to_what_did_not_hold(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    old = closed_one(organisation, title="The first time", remedies=make_finding(organisation, "7.2"))
    finding, page = make_finding(organisation, "7.2", title="It is so again"), signed_in_page(officer)
    page.goto(f"/{organisation.slug}/corrective-actions/new/?remedies={finding.pk}")
    banner = page.locator(".banner", has_text="Has it happened before?")
    expect(banner.get_by_role("link", name="The first time")).to_be_visible()
    page.get_by_label("Happened before").select_option(str(old.pk))
    page.get_by_label("Owner", exact=True).select_option(str(officer.pk))
    page.get_by_label("Due", exact=True).fill(day(organisation, 30))
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Add corrective action").click()
    page.locator(".banner", has_text="It happened before.").get_by_role("link", name="The first time").click()
    expect(page.locator(".banner", has_text="It happened again.")).to_be_visible()
