"""Two officers at one record: by the form, in place on the clause page, and at one question. Nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from clauses.models import Answer, Position
from systems.models import AISystem
from tests.browser import assert_no_axe_violations
from tests.cast import make_ai_system, person
from tests.pages import SeenPage, filled_in


@pytest.fixture
def colleague(organisation: Any) -> Any:
    return person("second-officer", organisation, "compliance_officer")


@pytest.fixture
def expected_errors() -> list[str]:
    return ["409"]


def test_one_form_is_saved_by_two_and_merged_field_by_field(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, colleague: Any, sign_in: Any
) -> None:
    long = "Sorts incoming mail. A clerk reads the rest."
    system = make_ai_system(organisation, owner=officer, title="Mail sorter", purpose=long)
    page, theirs = signed_in_page(officer), sign_in(colleague)
    page.goto(system.edit_url)
    changes = {"title": "Post sorter", "oversight": "Two clerks", "purpose": long.replace("the rest", "what is unsure")}
    assert theirs.post(system.edit_url, filled_in(theirs, system.edit_url, **changes)).status_code == 302
    page.get_by_label("Name", exact=True).fill("Letter sorter")
    page.get_by_label("Purpose", exact=False).first.fill(long.replace("incoming mail", "letters"))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_contain_text(f"{colleague} saved this record")
    assert_no_axe_violations(page)
    name = page.locator("#choice-title")
    name.get_by_role("textbox").fill("Letter and post sorter")
    expect(name.get_by_label("As written here")).to_be_checked()
    purpose = page.locator("#choice-purpose")
    expect(purpose.get_by_label("Both changes in one text")).to_be_checked()
    expect(page.locator("main")).to_contain_text("Two clerks")
    page.get_by_role("button", name="Save as chosen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Letter and post sorter")
    saved = AISystem.objects.get(pk=system.pk)
    assert saved.purpose == "Sorts letters. A clerk reads what is unsure."
    assert saved.oversight == "Two clerks"
    page.goto(system.history_url)
    expect(page.locator("main")).to_contain_text("through the edit form")
    assert_no_axe_violations(page)


def test_the_log_is_filtered_by_person(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, colleague: Any, sign_in: Any
) -> None:
    system = make_ai_system(organisation, owner=officer, title="Mail sorter")
    for user, title in ((colleague, "Post sorter"), (officer, "Letter sorter")):
        client = sign_in(user)
        assert client.post(system.edit_url, filled_in(client, system.edit_url, title=title)).status_code == 302
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/history/")
    assert_no_axe_violations(page)
    page.get_by_label("By", exact=True).select_option(label=str(colleague))
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(rf"[?&]person={colleague.pk}\b"))
    expect(page.locator(".timeline ins")).to_have_text(["now: Post sorter"])


def test_in_place_on_the_clause_page(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, colleague: Any, sign_in: Any
) -> None:
    position = Position.objects.select_related("organisation").get(organisation=organisation, reference="6.1.2")
    page, theirs = signed_in_page(officer), sign_in(colleague)
    page.goto(position.get_absolute_url())
    data = filled_in(theirs, position.edit_url, narrative="Their method", status="partly")
    assert theirs.post(position.edit_url, data).status_code == 302
    page.get_by_label("How we meet it").fill("My method")
    line = page.locator("#saved-position")
    expect(line).to_contain_text("Not saved")
    line.get_by_text("Compare both texts").click()
    choice = page.locator("#choice-narrative")
    expect(choice).to_contain_text("Their method")
    choice.get_by_label("Yours, not saved").check()
    page.get_by_role("button", name="Save as chosen").click()
    expect(page).to_have_url(re.compile(r"/clauses/6\.1\.2/$"))
    position.refresh_from_db()
    assert (position.narrative, position.status) == ("My method", "partly")


def test_at_one_question(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, colleague: Any, sign_in: Any
) -> None:
    position = Position.objects.select_related("organisation").get(organisation=organisation, reference="6.1.2")
    page, address = signed_in_page(officer), position.get_absolute_url()
    page.goto(address)
    answer_as_they_do(sign_in(colleague), address, answer="partly", comment="Their note")
    first = page.locator(".questions > li").first
    first.get_by_text("Add a note").click()
    first.get_by_role("textbox").fill("My note")
    line = page.locator("#saved-answers")
    expect(line).to_contain_text(f"{colleague} answered this question meanwhile")
    line.get_by_role("button", name="Compare both texts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two answers to one question")
    assert_no_axe_violations(page)
    choice = page.locator("#choice-comment")
    expect(choice).to_contain_text("Their note")
    choice.get_by_role("textbox").fill("Their note, and mine")
    page.get_by_role("button", name="Save as chosen").click()
    expect(page).to_have_url(re.compile(r"/clauses/6\.1\.2/#question-\d+$"))
    answer = Answer.objects.get(position=position)
    assert (answer.value, answer.comment) == ("partly", "Their note, and mine")


def answer_as_they_do(client: Client, address: str, **data: str) -> None:
    form = next(form for form in SeenPage(client.get(address)).forms if "/answers/" in form.action)
    assert client.post(form.action, form.data(**data)).status_code == 302
