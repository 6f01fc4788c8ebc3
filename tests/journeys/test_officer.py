"""The compliance officer's day, by clicking: a clause answered, stated, proved; a system kept; evidence versioned."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from clauses.models import Answer, Position
from evidence.models import Evidence
from systems.models import AISystem
from tests.browser import assert_no_axe_violations
from tests.cast import PASSWORD, make_ai_system

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def test_she_signs_in_and_finds_her_way_from_home_to_a_clause(
    browser_page: Page, organisation: Any, officer: Any
) -> None:
    officer.set_password(PASSWORD)
    officer.save()
    page = browser_page
    page.goto("/")
    page.fill('input[name="login"]', officer.email)
    page.fill('input[name="password"]', PASSWORD)
    page.click('main button[type="submit"]')
    expect(page).to_have_url(f"{page.url.split('/brightwater')[0]}/{organisation.slug}/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    rail = page.get_by_role("navigation", name="Main")
    rail.get_by_text("Planning", exact=True).click()
    rail.get_by_role("link", name="AI risk assessment").click()
    expect(page.get_by_role("heading", name="AI risk assessment", level=1)).to_be_visible()
    assert_no_axe_violations(page)


def clause_of(organisation: Any) -> Position:
    return Position.objects.get(organisation=organisation, reference="6.1.2")


def test_she_answers_a_question_with_a_note_and_the_verdict_follows(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/clauses/6.1.2/")
    first = page.locator(".questions > li").first
    first.get_by_text("Partly", exact=True).click()
    expect(page.locator("#saved-answers")).to_contain_text("Saved")
    expect(page.locator("#verdict")).to_contain_text("Partly met")
    first.get_by_text("Add a note").click()
    first.get_by_role("textbox").fill("Two of six systems")
    first.get_by_role("textbox").blur()
    expect(first.locator(".noted")).to_contain_text("Two of six systems")
    answer = Answer.objects.get(position=clause_of(organisation))
    assert (answer.value, answer.comment, answer.answered_by) == ("partly", "Two of six systems", officer)


def test_she_states_the_position_in_place_and_goes_on_by_keyboard(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/clauses/6.1.2/")
    page.get_by_label("Status").select_option("partly")
    expect(page.locator("#saved-position")).to_contain_text(officer.name)
    page.get_by_label("Owner").select_option(str(officer.pk))
    page.get_by_label("How we meet it").fill("**One** method serves both levels.")
    page.get_by_label("How we meet it").blur()
    expect(page.locator("#position-version")).to_have_value(re.compile("^([4-9]|[1-9][0-9])$"))
    clause = clause_of(organisation)
    assert (clause.status, clause.owner, clause.narrative) == ("partly", officer, "**One** method serves both levels.")
    page.locator("h1").click()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="AI risk treatment", level=1)).to_be_visible()
    page.keyboard.press("k")
    expect(page.get_by_role("heading", name="AI risk assessment", level=1)).to_be_visible()
    expect(page.get_by_label("How we meet it")).to_have_value("**One** method serves both levels.")


def test_she_drops_a_pdf_on_the_clause_and_it_appears_as_evidence_with_its_hash(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, tmp_path: Path
) -> None:
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/clauses/6.1.2/")
    method = tmp_path / "risk-method.pdf"
    method.write_bytes(PDF)
    page.get_by_label("Counts as").select_option(label="Description of the AI risk assessment process (method)")
    page.locator("#evidence input[type=file]").set_input_files(method)
    expect(page.locator("#evidence-lines")).to_contain_text("risk-method")
    expect(page.locator("#evidence-lines")).to_contain_text(hashlib.sha256(PDF).hexdigest()[:8])
    expect(page.locator("#expected")).to_contain_text("1 of 4 present")
    evidence = Evidence.objects.get(proofs__record=clause_of(organisation))
    assert evidence.latest
    assert evidence.latest.sha256 == hashlib.sha256(PDF).hexdigest()


def test_an_excluded_control_without_a_reason_is_told_so_at_the_field_and_nothing_typed_is_lost(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/clauses/A.7.6/")
    page.get_by_label("How we meet it").fill("Still being written")
    page.get_by_role("group", name="Applicable").get_by_text("No", exact=True).click()
    expect(page.locator("#error-justification")).to_contain_text("a reason for every yes and every no")
    expect(page.get_by_label("How we meet it")).to_have_value("Still being written")
    page.get_by_label("Why, or why not").fill("We label no data ourselves")
    page.get_by_label("Why, or why not").blur()
    expect(page.locator("#verdict")).to_contain_text("Not applicable")
    expect(page.locator("#error-justification")).to_be_empty()


def test_she_enters_a_system_and_is_told_at_the_field_what_is_missing(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/ai-systems/")
    page.get_by_role("link", name="New AI system").click()
    page.get_by_label("Name").fill("Mail sorter")
    page.get_by_label("Purpose").fill("Sorts incoming mail by subject")
    page.get_by_role("button", name="Add AI system").click()
    expect(page.get_by_text("Choose at least one role.").first).to_be_visible()
    expect(page.get_by_label("Purpose")).to_have_value("Sorts incoming mail by subject")
    assert_no_axe_violations(page)
    page.get_by_label("Owner", exact=True).select_option(str(officer.pk))
    page.get_by_label("Producer").check()
    page.get_by_label("EU AI Act role").select_option("none")
    page.get_by_label("EU AI Act class").select_option("minimal")
    page.get_by_label("Why this class").fill("Decides nothing about people")
    page.get_by_label("Human oversight").fill("A clerk reads what is unsure")
    page.get_by_label("Why in or out of scope").fill("Used in customer service")
    page.get_by_role("button", name="Add AI system").click()
    expect(page.get_by_role("heading", name="Mail sorter", level=1)).to_be_visible()
    system = AISystem.objects.get(organisation=organisation, title="Mail sorter")
    assert (system.owner, system.roles, system.risk_class) == (officer, ["producer"], "minimal")


def test_she_answers_the_class_questions_and_goes_on_to_the_new_system(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/ai-systems/new/")
    page.get_by_role("link", name="Answer the class questions first").click()
    for question, answer in (
        ("Does it do what Art. 5 forbids?", "No"),
        ("Is it a product", "No"),
        ("by Art. 50", "No"),
    ):
        page.get_by_role("group", name=re.compile(re.escape(question))).get_by_label(answer, exact=True).check()
    page.get_by_label("one of the areas of Annex III").select_option("4")
    page.get_by_role("button", name="Go on to the new system").click()
    expect(page.get_by_text("An area of Annex III is named, so this decides.").first).to_be_visible()
    assert_no_axe_violations(page)
    page.get_by_role("group", name=re.compile("profile people")).get_by_label("Yes").check()
    page.get_by_role("button", name="Go on to the new system").click()
    expect(page.get_by_label("EU AI Act class")).to_have_value("high")
    expect(page.get_by_label("Why this class")).to_have_value(re.compile("Annex III no. 4: Recruitment"))


def test_she_retires_a_system_with_a_date_and_it_stays_in_the_inventory(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    system = make_ai_system(organisation, owner=officer)
    page = signed_in_page(officer)
    page.goto(system.get_absolute_url())
    page.get_by_role("link", name="Retire").click()
    page.get_by_role("button", name="Retire system").click()
    expect(page.locator(".summary")).to_be_visible()
    page.get_by_label("Why retired").fill("Replaced by a newer one")
    page.get_by_role("button", name="Retire system").click()
    expect(page.locator("main")).to_contain_text("Replaced by a newer one")
    page.goto(f"/{organisation.slug}/ai-systems/?scope=retired")
    expect(page.locator("main")).to_contain_text(system.title)


def test_a_new_file_is_a_new_version_and_the_old_one_stays(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, tmp_path: Path
) -> None:
    page = signed_in_page(officer)
    page.goto(f"/{organisation.slug}/evidence/new/?proves=5.2")
    page.get_by_label("Title").fill("Signed AI policy")
    page.get_by_label("File", exact=False).first.set_input_files(
        {"name": "policy.txt", "mimeType": "text/plain", "buffer": b"Policy 1\n"}
    )
    page.get_by_role("button", name="Add evidence").click()
    expect(page.get_by_role("heading", name="Signed AI policy", level=1)).to_be_visible()
    page.get_by_role("link", name="Add a version").click()
    page.locator("main input[type=file]").set_input_files(
        {"name": "policy-2.txt", "mimeType": "text/plain", "buffer": b"Policy 2\n"}
    )
    page.get_by_label("What is new").fill("Second edition")
    page.get_by_role("button", name="Add version").click()
    versions = page.locator("#versions tbody tr")
    expect(versions).to_have_count(2)
    expect(versions.first).to_contain_text("Second edition")
    with page.expect_download() as download:
        versions.last.get_by_role("link", name="policy.txt").click()
    assert Path(download.value.path()).read_bytes() == b"Policy 1\n"
