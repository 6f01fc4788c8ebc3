"""A dataset with a bias check, a verification record, and who does what with a supplier, by clicking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from systems.models import Dataset, Responsibility, SystemRecord
from tests.browser import assert_no_axe_violations
from tests.cast import make_ai_system, make_supplier
from tests.systems.making import make_dataset


def test_she_enters_a_dataset_from_the_page_of_its_control(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    page, system = signed_in_page(officer), make_ai_system(organisation, title="TalentRank")
    page.goto(f"/{organisation.slug}/clauses/A.4.3/")
    page.get_by_role("link", name="New dataset").click()
    page.get_by_role("textbox", name="Name").fill("CV corpus")
    page.get_by_label("What it holds").fill("Applications without names")
    page.get_by_label("Training").check()
    page.get_by_label("TalentRank").check()
    page.get_by_label("Source").fill("31 customers")
    page.get_by_label("Licence or legal basis").fill("Contract")
    page.get_by_label("Holds personal data").check()
    page.get_by_label("Owner").select_option(str(officer.pk))
    page.get_by_role("button", name="Add dataset").click()
    expect(page.get_by_text("Say how long personal data is kept.").first).to_be_visible()
    page.get_by_label("Kept until").fill("24 months")
    page.get_by_role("button", name="Add dataset").click()
    expect(page.get_by_role("heading", name="CV corpus", level=1)).to_be_visible()
    expect(page.get_by_text("Not checked yet.")).to_be_visible()
    page.goto(system.get_absolute_url())
    expect(page.locator("#datasets").get_by_role("link", name="CV corpus")).to_be_visible()
    assert_no_axe_violations(page)


def test_she_enters_a_bias_check_that_was_not_passed(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    page = signed_in_page(officer)
    page.goto(make_dataset(organisation, title="CV corpus").get_absolute_url())
    page.get_by_role("link", name="Add check").click()
    page.get_by_text("Bias", exact=True).click()
    page.get_by_label("What was checked").fill("Selection rate by gender")
    page.get_by_role("textbox", name="Result").fill("0.74 in one job family")
    page.get_by_text("Not passed", exact=True).click()
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Add check").click()
    expect(page.locator("#checks tbody tr")).to_have_count(1)
    expect(page.locator("header").get_by_text("Not passed")).to_be_visible()
    assert_no_axe_violations(page)
    dataset = Dataset.objects.with_checks().get(organisation=organisation)
    assert (dataset.bias, dataset.quality, dataset.checks.get().by) == (False, None, officer)


def test_she_keeps_a_verification_from_the_page_of_its_system(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    system = make_ai_system(organisation, title="CreditScout", system_version="2026.2")
    page = signed_in_page(officer)
    page.goto(system.get_absolute_url())
    page.get_by_role("link", name="Add Verification and validation").click()
    page.get_by_role("textbox", name="Title").fill("Subgroup accuracy")
    page.get_by_role("textbox", name="What it says").fill("Accuracy by age and gender")
    page.get_by_role("textbox", name="Criteria").fill("At most 3 points apart")
    page.get_by_label("Done on").fill(organisation.today().isoformat())
    page.get_by_role("textbox", name="Result").fill("2.1 points apart")
    page.get_by_role("combobox", name="Outcome").select_option("passed")
    page.get_by_label("Owner").select_option(str(officer.pk))
    page.get_by_role("button", name="Add life-cycle record").click()
    expect(page.locator("header").get_by_text("Passed")).to_be_visible()
    record = SystemRecord.objects.get(organisation=organisation)
    assert (record.record_kind, record.system, record.system_version) == ("verification", system, "2026.2")
    page.get_by_role("link", name="CreditScout").click()
    expect(page.locator("#life-cycle-records").get_by_role("link", name="Subgroup accuracy")).to_be_visible()
    page.goto(f"{system.get_absolute_url()}dossier/")
    expect(page.locator("#life-cycle").get_by_role("link", name="Subgroup accuracy")).to_be_visible()
    assert_no_axe_violations(page)


def test_she_says_who_does_what_with_a_supplier(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    supplier, system = make_supplier(organisation, title="Skorna"), make_ai_system(organisation)
    page = signed_in_page(officer)
    page.goto(supplier.get_absolute_url())
    page.get_by_role("link", name="Add responsibility").click()
    page.get_by_label("AI system").select_option(str(system.pk))
    page.get_by_label("What is to be done").fill("Subgroup report each half-year")
    for party, part in (("Supplier", "does"), ("We", "answers"), ("Customer", "told")):
        page.get_by_role("combobox", name=party).select_option(part)
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Keep").click()
    line = page.locator("#responsibilities tbody tr")
    for words in ("Carries it out", "Answers for it", "Is told"):
        expect(line).to_contain_text(words)
    assert_no_axe_violations(page)
    row = Responsibility.objects.get(supplier=supplier)
    assert (row.system, row.customer_part) == (system, "told")
    page.goto(f"{system.get_absolute_url()}dossier/")
    expect(page.locator("#duties")).to_contain_text("Subgroup report each half-year")
