"""axe finds nothing on the pages of every record type, in the light and in the dark theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser import assert_no_axe_violations, assert_no_axe_violations_in_both_themes
from tests.record_types import RecordType
from tests.records.test_permissions import ALL, pages_of

LOOKED_AT = tuple(page for page in ALL if not page.startswith("export."))


def test_every_page_passes_axe_in_both_themes(
    record_type: RecordType, organisation: Any, officer: Any, signed_in_page: Callable[[Any], Page]
) -> None:
    record = record_type.rich(organisation)
    page = signed_in_page(officer)
    for name in pages_of(record_type, LOOKED_AT):
        page.goto(record_type.url(name, organisation, record))
        assert page.locator("h1").count() == 1, name
        assert_no_axe_violations_in_both_themes(page)


def test_a_form_with_faults_passes_axe(
    record_type: RecordType, organisation: Any, officer: Any, signed_in_page: Callable[[Any], Page],
    expected_errors: list[str],
) -> None:  # fmt: skip
    expected_errors.append("422")
    record = record_type.make(organisation, owner=officer)
    page = signed_in_page(officer)
    page.goto(record_type.url("edit", organisation, record))
    months = page.locator("[name=review_every]")
    if months.count():
        months.fill("-5")
    else:
        page.locator(f"[name={record_type.text}]").fill("")
    with page.expect_navigation():
        page.locator("form:has([name=version])").evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    assert page.locator("[aria-invalid=true]").count()
    assert_no_axe_violations(page)
