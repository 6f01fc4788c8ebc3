"""The stage of the tests is real: a worker takes jobs, and a browser's complaints are heard."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import connection

from organisations.models import Membership, Organisation
from records.models import Record
from reports.actions import ask_for_report
from reports.models import Report
from tests.cast import make_supplier
from tests.flushing import put_back, putting_back, tables


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_makes_a_report(job_worker: Any, organisation: Any, manager: Any) -> None:
    report = ask_for_report(organisation, kind=Report.Kind.READINESS, by=manager, key="stage")
    deadline = time.monotonic() + 120
    while report.is_waiting and time.monotonic() < deadline:
        time.sleep(0.2)
        report.refresh_from_db()
    assert report.state == Report.State.DONE, f"{report.error}\n{job_worker.log.read_text()}"
    assert report.size


@pytest.mark.django_db(transaction=True)
def test_what_a_test_committed_is_put_back(organisation: Any, manager: Any) -> None:
    before = rows()
    make_supplier(organisation, owner=manager)
    Organisation.objects.filter(pk=organisation.pk).update(name="Renamed Ltd")
    Membership.objects.filter(user=manager).delete()
    Record.objects.filter(reference="6.1.2").update(title="Renamed")
    assert rows() != before
    put_back(putting_back())
    assert rows() == before


def rows() -> dict[str, list[str]]:
    """Every row of every table, as text."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT row::text FROM "{table}" row ORDER BY 1')
            found[table] = [row[0] for row in cursor.fetchall()]
    return found


def test_what_the_browser_complains_of_fails_a_test(browser_page: Any, expected_errors: list[str]) -> None:
    expected_errors += ["Content Security Policy", "404"]
    browser_page.goto("/accounts/login/")
    with browser_page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        browser_page.evaluate("document.body.setAttribute('style', 'color: red')")
    with browser_page.expect_console_message(lambda message: "404" in message.text):
        browser_page.goto("/accounts/nowhere/")
