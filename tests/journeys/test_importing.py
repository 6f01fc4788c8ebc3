"""An officer brings ten systems from Excel with one mistake, mends it, and brings them again (issue 5, point 11)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from systems.models import AISystem
from tests.browser import assert_no_axe_violations
from tests.records.imports.bringing import SYSTEMS, system, xlsx_of


def bring(page: Page, folder: Path, rows: list[list[str]], label: str) -> None:
    file = folder / "systems.xlsx"
    file.write_bytes(xlsx_of(SYSTEMS, *rows).read())
    page.get_by_label(label).set_input_files(file)
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_role("heading", name="Which column is what?", level=1)).to_be_visible()


def test_ten_systems_come_from_excel_once_their_one_mistake_is_mended(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, job_worker: Any, tmp_path: Path
) -> None:
    rows, page = [system(f"System {n}") for n in range(10)], signed_in_page(officer)
    wrong = [*rows[:9], system("System 9", risk_class="Hihg")]
    page.goto(f"/{organisation.slug}/ai-systems/")
    page.get_by_role("link", name="Import").click()
    assert_no_axe_violations(page)
    bring(page, tmp_path, wrong, "Your file")
    expect(page.get_by_label("EU AI Act class")).to_have_value("risk_class")
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("1 thing is wrong, so nothing can be imported.")).to_be_visible()
    faults = page.get_by_role("table", name="Faults by row and column")
    expect(faults.get_by_role("row", name="F11")).to_contain_text("“Hihg” is not one of: Prohibited, High risk")
    expect(page.get_by_role("button", name="Import all of it")).to_have_count(0)
    assert_no_axe_violations(page)
    assert not AISystem.objects.exists()

    bring(page, tmp_path, rows, "Your mended file")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("10 would be added, 0 changed, 0 stay as they are.")).to_be_visible()
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Import all of it").click()
    expect(page.get_by_text("10 added, 0 changed, 0 as they were.")).to_be_visible()
    page.get_by_role("link", name="To the list").click()
    expect(page.get_by_role("link", name="System 9")).to_be_visible()

    page.goto(f"/{organisation.slug}/ai-systems/import/")
    bring(page, tmp_path, rows, "Your file")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("There is nothing to import: everything is there already.")).to_be_visible()
    assert AISystem.objects.count() == 10
    page.goto(AISystem.objects.get(title="System 9").get_absolute_url())
    expect(page.get_by_text("the import of systems.xlsx").first).to_be_visible()
