"""axe finds nothing on the pages of the organisation and its people, in the light and in the dark theme."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from organisations.models import Invitation
from organisations.roles import Role
from tests.browser import assert_no_axe_violations, assert_no_axe_violations_in_both_themes
from tests.cast import person


def test_every_page_passes_axe_in_both_themes(
    at: Any, organisation: Any, administrator: Any, manager: Any, invited: Any, outbox_is_on: None,
    signed_in_page: Callable[[Any], Page],
) -> None:  # fmt: skip
    invited("expired@brightwater.example")
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    invited("open@brightwater.example", role=Role.AUDITOR, until=organisation.today())
    person("gone", organisation, Role.CONTRIBUTOR, until=organisation.today() - timedelta(days=1), top_management=True)
    kept = organisation.sent_mail.create(sender="portal@localhost", recipient="a@b.example", subject="Hi", body="Hello")
    pk = organisation.memberships.get(user=manager).pk
    page = signed_in_page(administrator)
    addresses = [at(name) for name in ("member-list", "member-invite", "outbox", "organisation-edit")]
    addresses += [at("member-edit", pk=pk), at("member-remove", pk=pk), at("outbox-mail", pk=kept.pk)]
    for address in addresses:
        page.goto(address)
        assert page.locator("h1").count() == 1, address
        assert_no_axe_violations_in_both_themes(page)
    page = signed_in_page(manager)
    page.goto(at("organisation-edit"))
    assert_no_axe_violations_in_both_themes(page)


def test_the_pages_of_an_invitation_pass_axe_in_both_themes(
    invited: Any, outsider: Any, contributor: Any, browser_page: Page, expected_errors: list[str],
    signed_in_page: Callable[[Any], Page],
) -> None:  # fmt: skip
    expected_errors += ["404", "422"]
    _invitation, new = invited()
    _invitation, known = invited(outsider.email)
    for address in (new, known, "/invitations/nonsense/"):
        browser_page.goto(address)
        assert_no_axe_violations_in_both_themes(browser_page)
    browser_page.goto(new)
    browser_page.get_by_role("button", name="Accept invitation").click()
    expect(browser_page.locator("[aria-invalid=true]")).to_have_count(2)
    assert_no_axe_violations_in_both_themes(browser_page)
    for user in (outsider, contributor):
        page = signed_in_page(user)
        page.goto(known)
        assert_no_axe_violations_in_both_themes(page)


def test_removing_asks_once_in_a_dialog_that_gives_the_focus_back(
    at: Any, organisation: Any, administrator: Any, manager: Any, signed_in_page: Callable[[Any], Page]
) -> None:
    address = at("member-edit", pk=organisation.memberships.get(user=manager).pk)
    page = signed_in_page(administrator)
    page.goto(address)
    opener = page.get_by_role("link", name="Remove")
    opener.click()
    dialog = page.get_by_role("dialog")
    assert_no_axe_violations(page, "dialog")
    dialog.get_by_role("button", name="Cancel").click()
    assert not dialog.is_visible()
    assert opener.evaluate("link => link === document.activeElement")
    opener.click()
    dialog.get_by_role("button", name="Remove member").click()
    page.wait_for_url(f"**{at('member-list')}")
    assert manager.email not in page.locator("table").all_inner_texts()[-1]
