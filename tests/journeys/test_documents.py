"""The document set and the scope by clicking: she writes, he approves, staff confirm (A1, A3, C2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from clauses.models import Document, Reading, ScopeStatement
from organisations.models import Membership
from tests.browser import assert_no_axe_violations
from tests.cast import make_ai_system
from tests.document_cast import make_version


@pytest.fixture
def policy(organisation: Any, officer: Any, manager: Any, contributor: Any) -> Document:
    """Version 2.1 of the policy is in force; he approves it, the contributor reads it."""
    Membership.objects.filter(organisation=organisation, user=manager).update(top_management=True)
    made = Document.objects.create(
        organisation=organisation, title="AI policy", document_kind="policy", owner=officer, approver=manager
    )
    made.readers.add(contributor)
    text = "# What we want\n\nPeople decide on people.\n\nWe test once a year."
    make_version(made, text, label="2.1", state="approved", author=officer, decided_by=manager)
    return made


def test_a_new_version_is_written_approved_and_read(
    signed_in_page: Callable[[Any], Page],
    organisation: Any,
    officer: Any,
    manager: Any,
    contributor: Any,
    policy: Document,
) -> None:
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/help/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Documents").click()
    page.get_by_role("link", name="Mandatory list").click()
    expect(page.get_by_role("heading", name="Mandatory documented information", level=1)).to_be_visible()
    expect(page.get_by_role("row", name="AIMS scope")).to_contain_text("Missing")
    assert_no_axe_violations(page)
    page.get_by_role("link", name="All documents").click()
    page.get_by_role("link", name="AI policy").click()
    page.get_by_role("link", name="New version").click()
    expect(page.get_by_role("textbox", name="Version", exact=True)).to_have_value("2.2")
    page.get_by_label("What is new").fill("Tests each quarter")
    page.get_by_role("textbox", name="Text").fill("# What we want\n\nPeople decide on people.\n\nWe test each quarter.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#difference ins").first).to_contain_text("each")
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.locator("#approval")).to_contain_text("In review")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    assert_no_axe_violations(page)
    approve(signed_in_page(manager), organisation)
    confirm(signed_in_page(contributor), organisation)
    assert Reading.objects.get(person=contributor).confirmed_at
    states = dict(policy.versions.values_list("label", "state"))
    assert states == {"2.1": "superseded", "2.2": "approved"}
    page = signed_in_page(officer)
    page.goto(policy.get_absolute_url())
    expect(page.locator("#versions")).to_contain_text("In force")
    expect(page.locator("#readers")).to_contain_text("1 of 1 have confirmed version 2.2")
    assert_no_axe_violations(page)


def approve(page: Page, organisation: Any) -> None:
    """His task on Home leads to the document, and from there to what is different."""
    page.goto(f"/{organisation.slug}/")
    page.get_by_role("link", name="Approval asked for: AI policy").first.click()
    page.get_by_role("link", name="Read it, with what is different").click()
    expect(page.locator("#difference del").first).to_be_visible()
    page.get_by_label("Reason or remark").fill("As discussed")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#approval")).to_contain_text("As discussed")


def confirm(page: Page, organisation: Any) -> None:
    page.goto(f"/{organisation.slug}/")
    page.get_by_role("link", name="To be read: AI policy").first.click()
    expect(page.locator("#content")).to_contain_text("We test each quarter.")
    page.get_by_role("button", name="I have read and understood it").click()
    expect(page.get_by_role("button", name="I have read and understood it")).to_have_count(0)


def test_the_next_scope_is_written_while_the_former_stays(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, manager: Any
) -> None:
    Membership.objects.filter(organisation=organisation, user=manager).update(top_management=True)
    system = make_ai_system(organisation, title="TalentRank", scope_reason="Sold to customers")
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/scope/")
    page.get_by_role("button", name="Write the scope").click()
    page.get_by_role("textbox", name="What the AIMS covers").fill("HR services by machine")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.locator("#systems")).to_contain_text("Sold to customers")
    assert_no_axe_violations(page)
    address = page.url
    page = signed_in_page(manager)
    page.goto(address)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#approval")).to_contain_text("Approved")
    type(system).objects.filter(pk=system.pk).update(in_scope=False)
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/scope/")
    expect(page.locator("#disagreements")).to_contain_text("Out of scope by now")
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Write version 1.1").click()
    page.get_by_role("textbox", name="What the AIMS covers").fill("HR services and credit brokerage by machine")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#difference")).to_contain_text("credit brokerage")
    states = dict(ScopeStatement.objects.of(organisation).values_list("label", "state"))
    assert states == {"1.0": "approved", "1.1": "draft"}
