"""The officer gives the current root away and has history checked; what somebody altered is named to auditors, too."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from organisations.mail_jobs import MailState
from records.models import Record
from records.sealing.models import RootMail
from records.sealing.roots import current_root
from records.sealing.sealer import seal
from tests.browser import assert_no_axe_violations
from tests.cast import make_ai_system
from tests.faults.test_portal import wait_for
from tests.journeys.test_manager import enter
from tests.records.sealing.altering import altered
from tests.traces import history_of


def test_the_root_is_mailed_and_what_was_altered_is_named(
    browser_page: Page, signed_in_page: Any, organisation: Any, officer: Any, auditor: Any, job_worker: Any
) -> None:
    system = make_ai_system(organisation, title="Ranking", owner=officer)
    enter(browser_page, officer)
    seal()
    root = current_root(organisation)
    assert root
    page = browser_page
    page.get_by_role("link", name="History", exact=True).click()
    page.get_by_role("link", name="How that is proved").click()
    expect(page.get_by_text(root.head_hex).first).to_be_visible()
    assert_no_axe_violations(page)

    page.get_by_label("Mail the current root to").select_option(label=auditor.name)
    page.get_by_role("button", name="Mail it").click()
    expect(page.get_by_text(f"goes to {auditor.name} by mail")).to_be_visible()
    wait_for(lambda: RootMail.objects.get(person=auditor, root=root).state == MailState.SENT)

    check_now(page)
    shows(page, "Unaltered")
    told = history_of(Record, pgh_obj=system.pk).last()
    altered("UPDATE records_recordevent SET title = 'Sorting' WHERE pgh_id = %s", told.pk)
    check_now(page)
    shows(page, "The last check found one fault:")
    assert_no_axe_violations(page)

    theirs = signed_in_page(auditor)
    theirs.goto(page.url)
    expect(theirs.get_by_text(f"event {told.pk} of records_recordevent")).to_be_visible()
    expect(theirs.get_by_role("button", name="Check now")).to_have_count(0)


def check_now(page: Page) -> None:
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("History is being checked")).to_be_visible()


def shows(page: Page, words: str) -> None:
    """Opens the page again until the worker has written it down."""

    def there() -> bool:
        page.reload()
        return page.get_by_text(words).count() > 0

    wait_for(there)
