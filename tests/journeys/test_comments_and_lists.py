"""Two people talk about a record; an officer changes many at once and keeps a filter: in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from organisations.models import User
from records.commenting import say
from records.models import Comment, Mention, Record, SavedFilter
from tests.browser import assert_no_axe_violations
from tests.cast import make_supplier


@pytest.fixture(autouse=True)
def named(organisation: Any, officer: Any, manager: Any, contributor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """People called as in the sample, and no broker."""
    monkeypatch.setattr("organisations.workers.current_app.send_task", lambda *args, **options: None)
    for person, name in ((officer, "Rita Falcao"), (manager, "Anneke Borgh"), (contributor, "Luis Prado")):
        User.objects.filter(pk=person.pk).update(name=name)
        person.refresh_from_db()


def test_rita_mentions_anneke_by_keyboard(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, manager: Any
) -> None:
    page = signed_in_page(officer)
    page.goto(make_supplier(organisation, title="Northern Models").get_absolute_url())
    field = page.get_by_label("Comment", exact=True)
    field.press_sequentially("Is it renewed? @lu")
    people = page.get_by_role("listbox", name="People")
    expect(people.get_by_role("option", name="Luis Prado")).to_have_attribute("aria-disabled", "true")
    expect(people).to_contain_text("cannot see this record")
    field.press("Escape")
    field.fill("Is it renewed? ")
    field.press_sequentially("@an")
    expect(people.get_by_role("option", name="Anneke Borgh")).to_have_attribute("aria-selected", "true")
    assert_no_axe_violations(page)
    field.press("Enter")
    expect(field).to_have_value("Is it renewed? @Anneke Borgh ")
    field.press("Control+Enter")
    expect(page.locator("#comment-list")).to_contain_text("Is it renewed? @Anneke Borgh")
    expect(page.locator("#saved-comments")).to_contain_text("Saved")
    expect(field).to_have_value("")
    assert_no_axe_violations(page)
    assert Mention.objects.get().person == manager


def test_rita_edits_in_place_and_takes_it_back(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, expected_errors: list[str]
) -> None:
    expected_errors.append("422")
    record = make_supplier(organisation)
    say(record, text="Is it renewed?", to={}, by=officer)
    page = signed_in_page(officer)
    page.goto(record.get_absolute_url())
    said, mine = page.locator("#comment-list"), page.get_by_label("Your comment")
    said.get_by_role("link", name="Edit").click()
    mine.fill("Is it? @Foo")
    page.get_by_role("button", name="Save comment").click()
    expect(page.locator("#saved-comments")).to_contain_text("Nobody here is called “Foo”")
    expect(mine).to_have_value("Is it? @Foo")
    said.get_by_role("link", name="Cancel").click()
    expect(said).to_contain_text("Is it renewed?")
    said.get_by_role("link", name="Edit").click()
    mine.fill("Is it renewed by now?")
    page.get_by_role("button", name="Save comment").click()
    expect(said).to_contain_text("edited")
    said.get_by_role("link", name="Edit").click()
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Take back").click()
    expect(said).to_contain_text("This comment was taken back")
    assert Comment.objects.get().text == ""


def test_anneke_finds_what_speaks_to_her(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, manager: Any
) -> None:
    record = make_supplier(organisation, title="Northern Models")
    say(record, text="@Anneke Borgh look", to={manager: "Anneke Borgh"}, by=officer)
    page = signed_in_page(manager)
    page.goto(f"/{organisation.slug}/help/")
    mentions = page.get_by_role("navigation", name="Main").get_by_role("link", name="Mentions")
    expect(mentions).to_contain_text("1")
    mentions.click()
    expect(page.locator("main tbody")).to_contain_text("Unread")
    assert_no_axe_violations(page)
    page.get_by_role("link", name="Northern Models").click()
    expect(page.get_by_text("Mentions you")).to_be_visible()
    expect(page.get_by_label("Comment", exact=True)).to_have_count(0)
    assert_no_axe_violations(page)
    page.goto(f"/{organisation.slug}/mentions/")
    expect(mentions).not_to_contain_text("1")


def test_rita_gives_eleven_records_to_luis_by_keyboard_on_a_phone(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, contributor: Any
) -> None:
    for number in range(30):
        make_supplier(organisation, title=f"Harbour {number:02d}")
    page = signed_in_page(officer)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"/{organisation.slug}/suppliers/?q=harbour&rows=25&sort=title")
    bar = page.locator("#selection")
    expect(bar).to_be_hidden()
    boxes = page.get_by_role("checkbox", name="Select SUP")
    boxes.nth(2).focus()
    page.keyboard.press("Space")
    expect(bar.get_by_role("status")).to_have_text("1 selected")
    boxes.nth(12).click(modifiers=["Shift"])
    expect(bar.get_by_role("status")).to_have_text("11 selected")
    assert_no_axe_violations(page)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    bar.get_by_label("All 30 found").check()
    expect(bar.get_by_role("status")).to_have_text("30 selected")
    bar.get_by_role("button", name="Clear").click()
    expect(bar).to_be_hidden()
    boxes.nth(0).check()
    boxes.nth(10).click(modifiers=["Shift"])
    bar.get_by_role("button", name="Set owner").press("Enter")
    page.get_by_label("Owner").select_option(label="Luis Prado")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("11 of 11 would be changed.")).to_be_visible()
    assert_no_axe_violations(page)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.get_by_role("button", name="Change 11 records").click()
    expect(page.get_by_text("11 records were changed.")).to_be_visible()
    assert page.url.endswith("/suppliers/?q=harbour&rows=25&sort=title")
    assert Record.objects.filter(owner=contributor).count() == 11


def test_rita_keeps_a_filter_and_opens_the_list_with_it(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    make_supplier(organisation, title="Harbour")
    make_supplier(organisation, title="Quay", criticality="high")
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/suppliers/")
    page.get_by_role("link", name="High criticality").click()
    page.locator("summary", has_text="Saved filters").press("Enter")
    page.get_by_role("link", name="Save this filter").press("Enter")
    page.get_by_label("Name").fill("Critical ones")
    page.get_by_label("For everybody in the organisation").check()
    page.get_by_label("Open the list with it, for me").check()
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Save filter").click()
    expect(page.get_by_text("“Critical ones” was saved.")).to_be_visible()
    page.goto(f"/{organisation.slug}/suppliers/")
    expect(page.get_by_role("link", name="Quay")).to_be_visible()
    expect(page.get_by_role("link", name="Harbour")).to_have_count(0)
    chip = page.get_by_role("link", name="Critical ones")
    expect(chip).to_have_attribute("aria-current", "true")
    assert_no_axe_violations(page)
    chip.click()
    expect(page.get_by_role("link", name="Harbour")).to_be_visible()
    page.locator("summary", has_text="Saved filters").click()
    page.get_by_role("link", name="Rename, share, delete").click()
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Delete Critical ones").click()
    expect(page.get_by_text("None yet.")).to_be_visible()
    assert not SavedFilter.objects.exists()
