"""A concern without a name, and an incident from report to lessons, by clicking (walk-through A9)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from risks.models import Concern, Incident
from tests.browser import assert_no_axe_violations
from tests.cast import make_ai_system


def send(page: Page, organisation: Any) -> str:
    """Raises a concern; returns the code that was shown."""
    page.goto(f"/speak-up/{organisation.slug}/")
    assert_no_axe_violations(page)
    page.get_by_label("What worries you").fill("Targets push us to follow the score.")
    page.get_by_label("Which AI system").fill("CreditScout")
    page.get_by_role("button", name="Send without a name").click()
    expect(page.get_by_role("heading", name="It has arrived", level=1)).to_be_visible()
    assert_no_axe_violations(page)
    code = page.locator("#code").inner_text()
    assert re.fullmatch(r"(\w{4}-){3}\w{4}", code)
    assert {cookie["name"] for cookie in page.context.cookies()} == {"csrftoken"}
    return code


def test_somebody_raises_a_concern_the_officer_answers_and_the_code_reads_it(
    browser_page: Page, signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    code = send(browser_page, organisation)
    concern = Concern.objects.of(organisation).get()

    rita = signed_in_page(officer)
    rita.goto(f"/{organisation.slug}/concerns/")
    rita.get_by_role("link", name=concern.title).click()
    expect(rita.get_by_text("nobody here can find out who it was")).to_be_visible()
    assert_no_axe_violations(rita)
    rita.get_by_role("link", name="Answer", exact=True).click()
    rita.get_by_role("textbox", name="Answer").fill("The target is gone from next month on.")
    rita.get_by_role("button", name="Answer", exact=True).click()
    expect(rita.locator("#answer")).to_contain_text("The target is gone")

    # Signed in or not makes no difference to these pages.
    rita.goto(f"/speak-up/{organisation.slug}/answer/")
    rita.get_by_label("Your code").fill(code.lower())
    rita.get_by_role("button", name="Open").click()
    expect(rita.locator("#answer")).to_contain_text("The target is gone")
    assert_no_axe_violations(rita)
    rita.get_by_label("Add a message").fill("Thank you")
    rita.get_by_role("button", name="Add message").click()
    expect(rita.get_by_role("status")).to_contain_text("Your message was added")
    concern.refresh_from_db()
    assert concern.text.endswith(":\nThank you")
    assert concern.changed_by is None
    rita.goto(f"/{organisation.slug}/concerns/")
    expect(rita.get_by_role("row", name="CON-01")).to_contain_text("In hand")


def report(page: Page, organisation: Any) -> None:
    """A grave incident, known for five hours."""
    page.goto(f"/{organisation.slug}/incidents/")
    page.get_by_role("link", name="New incident").click()
    page.get_by_label("Title").fill("Refusal without reasons")
    page.get_by_label("AI system").select_option(label="AIS-01 CreditScout")
    known_at = timezone.localtime(timezone.now() - timedelta(hours=5), organisation.zone)
    page.get_by_label("Happened on").fill(known_at.date().isoformat())
    page.get_by_label("Known since").fill(known_at.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("Severity").select_option("high")
    page.get_by_role("button", name="Add incident").click()


def close(page: Page) -> None:
    """Says cause, correction and what was learned."""
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_role("textbox", name="Cause").fill("No reason codes")
    page.get_by_role("textbox", name="Correction").fill("Decided again by a person")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Close incident").click()
    page.get_by_label("What we learned").fill("Every refusal carries its reasons")
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Close incident").click()
    expect(page.get_by_text("Every refusal carries its reasons").first).to_be_visible()


def test_the_officer_records_an_incident_tells_the_customer_in_time_and_closes_it(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    make_ai_system(organisation, title="CreditScout", owner=officer)
    page = signed_in_page(officer)
    report(page, organisation)
    expect(page.get_by_text("Nobody is named who must be told.")).to_be_visible()
    page.get_by_role("link", name="Add somebody to tell").click()
    page.get_by_role("link", name="Customer, by contract: 48 h").click()
    assert_no_axe_violations(page)
    page.get_by_label("Who is told").fill("Partner bank")
    page.get_by_role("button", name="Keep").click()
    row = page.locator("#notifications").get_by_role("row", name="Partner bank")
    expect(row).to_contain_text("in 42 h")
    page.get_by_role("link", name="Close incident").click()
    expect(page.get_by_text("Partner bank: neither told nor marked as not needed.")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Mark as told").click()
    assert_no_axe_violations(page)
    page.get_by_label("Note").fill("By mail")
    page.get_by_role("button", name="Keep").click()
    expect(row).to_contain_text("told in time")
    close(page)
    incident = Incident.objects.of(organisation).get()
    assert (incident.is_open, incident.closed_by, incident.owner) == (False, officer, officer)
    assert_no_axe_violations(page)
