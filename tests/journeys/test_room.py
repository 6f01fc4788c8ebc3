"""Walk-throughs A10, B1 to B4, B6 and B10: an auditor from outside is let into one audit, looks, and leaves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from playwright.sync_api import Page, expect

from audits.models import AuditRoom, RoomVisit
from records.approvable import Standing
from risks.models import Statement
from tests.browser import assert_no_axe_violations
from tests.cast import make_ai_system, make_evidence
from tests.document_cast import make_document, make_version
from tests.risk_cast import make_impact_assessment, make_risk, make_statement
from tests.room_cast import make_audit

PASSWORD = "nine herons stand in shallow water"


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def invite(page: Page, organisation: Any, audit: Any, system: Any) -> None:
    """A10: the officer makes the room, looks at it as the auditor will, and sends the link."""
    page.goto(f"/{organisation.slug}/audit-rooms/")
    page.get_by_role("link", name="New auditor’s room").click()
    page.get_by_label("Audit", exact=True).select_option(label=str(audit))
    page.get_by_label("Name").fill("Owen Marsh")
    page.get_by_label("Mail address").fill("owen.marsh@certbody.example")
    page.get_by_label(str(system)).check()
    page.get_by_label("First day").fill(organisation.today().isoformat())
    page.get_by_role("button", name="Add auditor’s room").click()
    expect(page.get_by_text("This field is required").first).to_be_visible()
    page.get_by_label("Last day").fill((organisation.today() + timedelta(days=10)).isoformat())
    page.get_by_role("button", name="Add auditor’s room").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Owen Marsh")
    page.get_by_role("link", name="As the auditor sees it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What Owen Marsh will see")
    expect(page.locator("main")).to_contain_text(system.title)
    expect(page.locator("main")).not_to_contain_text("Kept from view")
    assert_no_axe_violations(page)
    page.get_by_role("link", name="Back to the room").click()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("The invitation to owen.marsh@certbody.example was sent.")).to_be_visible()


def come_in(page: Page) -> None:
    """B1: the link, a password, a second factor, the terms."""
    found = re.search(r"(/invitations/\S+)", mail.outbox[-1].body)
    assert found
    page.goto(found[1])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Accept invitation").click()
    expect(page.get_by_text("A second factor is missing.")).to_be_visible()
    page.get_by_role("link", name="Set it up").click()
    page.get_by_role("link", name="Set up an app").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("[name=code]").fill(code_for(secret))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("heading", name=re.compile("ecovery")).first).to_be_visible()


@pytest.fixture
def audited(organisation: Any, officer: Any) -> dict[str, Any]:
    """An audit of one system with risk, assessment, evidence, policy and Statement; and another system."""
    system = make_ai_system(organisation, title="TalentRank", owner=officer)
    make_ai_system(organisation, title="Kept from view", owner=officer)
    risk = make_risk(organisation, system=system, title="The ranking disadvantages a group")
    assessment = make_impact_assessment(organisation, system=system)
    type(assessment).objects.filter(pk=assessment.pk).update(
        state=Standing.APPROVED, decided_on=organisation.today(), review_on=organisation.today() + timedelta(days=300)
    )
    make_evidence(organisation, proves=system, title="Selection-rate test")
    document = make_document(organisation, title="AI policy")
    make_version(document, label="2.1", state=Standing.APPROVED, effective_on=organisation.today())
    make_statement(organisation, state=Standing.APPROVED, decided_on=organisation.today())
    audit = make_audit(organisation, title="Certification audit, stage 1")
    audit.systems.add(system)
    return {"system": system, "risk": risk, "document": document, "audit": audit}


def test_an_auditor_is_invited_looks_and_leaves(
    signed_in_page: Callable[[Any], Page],
    browser_page: Page,
    organisation: Any,
    officer: Any,
    audited: dict[str, Any],
    expected_errors: list[str],
) -> None:
    invite(signed_in_page(officer), organisation, audited["audit"], audited["system"])
    browser_page.context.clear_cookies()
    come_in(browser_page)
    page = browser_page
    page.goto(f"/{organisation.slug}/")
    page.get_by_label("I have read this and accept it").check()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("heading", name="Registers, whole populations")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Kept from view")
    assert_no_axe_violations(page)
    look_around(page, organisation, audited)
    expected_errors.append("404")
    answer = page.goto(f"/{organisation.slug}/members/")
    assert answer
    assert answer.status == 404
    page.goto(f"/{organisation.slug}/room/")
    page.get_by_role("button", name="End my review").click()
    expect(page.get_by_role("heading", name="Summary of your review")).to_be_visible()
    expect(page.locator("main")).to_contain_text("TalentRank")
    answer = page.goto(audited["system"].get_absolute_url())
    assert answer
    assert answer.status == 404
    read_the_log(signed_in_page(officer), organisation)


def look_around(page: Page, organisation: Any, audited: dict[str, Any]) -> None:
    """B2 to B4 and B6: documents, one system from purpose to corrective action, the Statement."""
    page.get_by_role("link", name="AI policy").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("AI policy")
    page.goto(f"/{organisation.slug}/room/")
    page.locator("#traced").get_by_role("link", name="TalentRank").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dossier of TalentRank")
    page.get_by_role("link", name=re.compile("The ranking disadvantages a group")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The ranking disadvantages a group")
    statement = Statement.objects.get(organisation=organisation)
    page.goto(f"/{organisation.slug}/soa/")
    page.get_by_role("link", name=statement.title).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(statement.title)
    for address in (f"/{organisation.slug}/risks/", audited["system"].get_absolute_url(), statement.get_absolute_url()):
        page.goto(address)
        assert page.locator("main [href$='/edit/'], main [href$='/new/'], main [href*='export']").count() == 0, address


def read_the_log(page: Page, organisation: Any) -> None:
    """B10: the officer reads who opened what, refusals included."""
    room = AuditRoom.objects.get(organisation=organisation)
    page.goto(f"/{organisation.slug}/audit-rooms/{room.reference}/visits/")
    expect(page.locator("main")).to_contain_text("TalentRank")
    expect(page.locator("main").get_by_text("404").first).to_be_visible()
    assert_no_axe_violations(page)
    assert RoomVisit.objects.filter(room=room).count() > 8
