"""Somebody looks for a record without the mouse: from any page, with and without script, on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import assert_no_axe_violations
from tests.cast import make_ai_system, make_supplier


@pytest.fixture
def puffins(organisation: Any) -> Any:
    make_supplier(organisation, title="Puffin Foods")
    return make_ai_system(organisation, title="Puffin counter")


def test_she_finds_a_record_by_keyboard(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, puffins: Any
) -> None:
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/help/")
    field, options = page.get_by_role("combobox", name="Search the portal"), page.get_by_role("option")
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("puff")
    expect(options).to_have_count(2)
    expect(page.locator("#found-count")).to_have_text("2 found")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "found-1")
    page.keyboard.press("ArrowUp")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert_no_axe_violations(page)
    page.emulate_media(color_scheme="dark")
    assert_no_axe_violations(page)
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    page.keyboard.type("in count")
    expect(options).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/{puffins.reference}/$"))


def test_she_is_told_that_there_is_nothing(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, puffins: Any
) -> None:
    page = signed_in_page(officer)
    page.goto(puffins.get_absolute_url())
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search the portal")).to_be_focused()
    page.keyboard.type("gargoyle")
    expect(page.locator(".found .none")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    assert_no_axe_violations(page)


def test_a_slash_in_a_text_is_a_slash(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, puffins: Any
) -> None:
    page = signed_in_page(officer)
    page.goto(puffins.edit_url)
    title = page.locator("[name=title]")
    title.focus()
    page.keyboard.press("End")
    page.keyboard.type("/2")
    expect(title).to_have_value("Puffin counter/2")


def test_it_works_without_script_and_on_a_phone(
    chromium: Browser, live_server: Any, sign_in: Any, organisation: Any, officer: Any, puffins: Any
) -> None:
    size = {"width": 360, "height": 720}
    with chromium.new_context(base_url=live_server.url, java_script_enabled=False, viewport=size) as context:
        for cookie in sign_in(officer).cookies.values():
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"/{organisation.slug}/")
        field = page.get_by_role("combobox", name="Search the portal")
        field.fill("puffin")
        field.press("Enter")
        expect(page.get_by_role("link", name="Puffin counter")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.get_by_role("link", name="Puffin Foods").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Puffin Foods")
