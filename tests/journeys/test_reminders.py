"""An officer looks at her reminders and switches the mail off; the administrator sees mail that failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from organisations.models import User
from reports.models import Digest, DigestChoice
from reports.reminding import make
from tests.browser import assert_no_axe_violations
from tests.cast import make_supplier


@pytest.fixture
def rita(organisation: Any, officer: Any, monkeypatch: pytest.MonkeyPatch) -> User:
    """The officer, called as in the sample; told of one review this morning, and of another next week."""
    monkeypatch.setattr("organisations.workers.current_app.send_task", lambda *args, **options: None)
    User.objects.filter(pk=officer.pk).update(name="Rita Falcao")
    today = organisation.today()
    make_supplier(organisation, title="Northern Models", owner=officer, review_on=today)
    make(organisation, timezone.now().astimezone(organisation.zone).replace(hour=8))
    make_supplier(organisation, title="Southern Clouds", owner=officer, review_on=today + timedelta(days=40))
    officer.refresh_from_db()
    return officer


def test_rita_sees_her_reminders_and_switches_the_mail_off(
    signed_in_page: Callable[[Any], Page], organisation: Any, rita: User
) -> None:
    page = signed_in_page(rita)
    page.goto(f"/{organisation.slug}/due/?whose=mine")
    page.get_by_role("link", name="Reminders", exact=True).click()
    expect(page.get_by_role("heading", name="Reminders", level=1)).to_be_visible()
    expect(page.locator("#told").get_by_role("link", name="Northern Models")).to_be_visible()
    expect(page.locator("#coming").get_by_role("link", name="Southern Clouds")).to_be_visible()
    assert_no_axe_violations(page)
    switch = page.get_by_label("Send me the digest by mail")
    expect(switch).to_be_checked()
    switch.uncheck()
    page.locator("form", has=switch).get_by_role("button", name="Save").click()
    expect(page.get_by_text("The digest stays in the portal")).to_be_visible()
    expect(page.get_by_label("Send me the digest by mail")).not_to_be_checked()
    assert not DigestChoice.objects.get(person=rita).by_mail
    page.locator("#told").get_by_role("link", name="Northern Models").click()
    expect(page.get_by_role("heading", name="Northern Models", level=1)).to_be_visible()


def test_the_administrator_sees_what_failed_and_tries_again(
    signed_in_page: Callable[[Any], Page], organisation: Any, rita: User, administrator: Any
) -> None:
    Digest.objects.update(state=Digest.State.FAILED, error="550 no such user")
    page = signed_in_page(administrator)
    page.goto(f"/{organisation.slug}/members/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Mail").click()
    expect(page.get_by_text("550 no such user")).to_be_visible()
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Try again now").click()
    expect(page.get_by_text("1 mail is sent again now.")).to_be_visible()
    assert Digest.objects.get().state == Digest.State.QUEUED
