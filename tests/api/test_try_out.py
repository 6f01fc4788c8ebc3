"""The page to try the API works under the portal's own strict Content-Security-Policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def expected_errors() -> list[str]:
    """The call is tried as it stands, without a body: the browser tells that it was refused."""
    return [r"status of 400"]


def test_a_call_is_tried_with_ones_own_session(
    officer: Any, organisation: Any, signed_in_page: Callable[[Any], Page]
) -> None:
    page = signed_in_page(officer)
    page.goto("/api/docs/")
    call = page.locator("#operations-ai-systems-ai_systems_create")
    call.locator(".opblock-summary-control").click()
    call.get_by_role("button", name="Try it out").click()
    call.get_by_placeholder("organisation").fill(organisation.slug)
    call.get_by_role("button", name="Execute").click()
    expect(call.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("400")
