"""Files dragged from the desktop onto a page in Chromium: they appear there with their hash, without reload."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from evidence.actions import add_version, receive
from evidence.models import Evidence, Proof
from organisations.models import Organisation
from systems.models import AISystem
from tests.browser import assert_no_axe_violations_in_both_themes
from tests.cast import make_ai_system

from .files import EXE, pdf, upload

SignedIn = Callable[[Any], Page]


@pytest.fixture(autouse=True)
def cap(settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = 200_000


@pytest.fixture
def page(live_server: Any, organisation: Organisation, officer: Any, signed_in_page: SignedIn) -> Page:
    """The page of a system, which says so when it is loaded again."""
    system = make_ai_system(organisation, title="CreditScout", owner=officer)
    page = signed_in_page(officer)
    page.goto(system.get_absolute_url())
    page.evaluate("window.isStillTheSamePage = true")
    return page


def let_go(page: Page, target: str, *paths: Path) -> None:
    """What the browser sees when files are dragged in from outside, held over an element, and let go."""
    box = page.locator(target).bounding_box()
    assert box
    where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "data": data, **where})
    session.detach()


def a_file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def is_the_same_page(page: Page) -> bool:
    return bool(page.evaluate("window.isStillTheSamePage === true"))


def test_a_pdf_appears_with_its_hash(page: Page, tmp_path: Path, officer: Any) -> None:
    content = pdf("Drift report")
    page.locator(".drop").scroll_into_view_if_needed()
    let_go(page, ".drop", a_file(tmp_path, "drift_report.pdf", content))
    line = page.locator("#evidence-lines li")
    expect(line).to_have_count(1)
    item = Evidence.objects.get()
    sha256 = hashlib.sha256(content).hexdigest()
    expect(line).to_contain_text(f"{item.reference} drift report")
    expect(line).to_contain_text(sha256[:8])
    assert line.locator("[data-copy]").get_attribute("data-copy") == sha256
    expect(page.locator(".uploads li")).to_have_count(0)
    expect(page.locator("form[data-drop] [role=status]")).to_have_text("drift_report.pdf: stored")
    assert is_the_same_page(page)
    with page.expect_download() as download:
        line.get_by_role("link", name="Download").click()
    assert Path(download.value.path()).read_bytes() == content
    assert download.value.suggested_filename == "drift_report.pdf"


def test_of_several_files_each_gets_its_own_answer(page: Page, tmp_path: Path, expected_errors: list[str]) -> None:
    expected_errors.append("422")
    files = {
        "a.pdf": pdf("a"),
        "program.pdf": EXE,
        "empty.pdf": b"",
        "huge.pdf": pdf(size=200_001),
        "b.pdf": pdf("b"),
    }
    page.locator(".drop").scroll_into_view_if_needed()
    let_go(page, ".drop", *(a_file(tmp_path, name, content) for name, content in files.items()))
    expect(page.locator("#evidence-lines li")).to_have_count(2)
    refused = page.locator(".uploads li")
    expect(refused).to_have_count(3)
    expect(refused.nth(0)).to_contain_text("it holds application/x-dosexec")
    expect(refused.nth(1)).to_contain_text("is empty (0 bytes); nothing was stored")
    expect(refused.nth(2)).to_contain_text("is larger than 195 KB; nothing was stored")
    assert Proof.objects.count() == 2
    assert is_the_same_page(page)


def test_a_file_let_go_beside_the_zone_changes_nothing(page: Page, tmp_path: Path) -> None:
    let_go(page, "h1", a_file(tmp_path, "a.pdf", pdf()))
    page.wait_for_timeout(300)
    assert is_the_same_page(page)
    assert not Evidence.objects.exists()


def test_a_file_is_chosen_by_keyboard_too(page: Page, tmp_path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator("form[data-drop] input[type=file]").focus()
        page.keyboard.press("Enter")
    chooser.value.set_files(a_file(tmp_path, "a.pdf", pdf()))
    expect(page.locator("#evidence-lines li")).to_have_count(1)


def test_who_is_signed_out_meanwhile_is_told_that_nothing_was_stored(page: Page, tmp_path: Path) -> None:
    page.context.clear_cookies(name="sessionid")
    page.locator(".drop").scroll_into_view_if_needed()
    let_go(page, ".drop", a_file(tmp_path, "a.pdf", pdf()))
    expect(page.locator(".uploads li")).to_contain_text("was not stored: you are no longer signed in")
    assert not Evidence.objects.exists()


def test_evidence_is_taken_off_with_one_click_and_linked_again(page: Page, tmp_path: Path) -> None:
    page.locator(".drop").scroll_into_view_if_needed()
    let_go(page, ".drop", a_file(tmp_path, "a.pdf", pdf()))
    page.get_by_role("button", name="Take off").click()
    expect(page.locator(".messages")).to_contain_text("stays in the library")
    expect(page.locator("#evidence-lines")).to_contain_text("No evidence linked yet.")
    page.get_by_role("link", name="Link existing").click()
    page.get_by_text("EV-01").click()
    expect(page.get_by_role("checkbox")).to_be_checked()
    page.get_by_role("button", name="Link what is ticked").click()
    expect(page.locator("#evidence-lines li")).to_have_count(1)


def test_axe_finds_nothing_on_the_pages_around_evidence_in_both_themes(
    page: Page, store: Path, organisation: Organisation, officer: Any, expected_errors: list[str]
) -> None:
    expected_errors.append("500")
    system = AISystem.objects.get()
    late = organisation.today() - timedelta(days=1)
    item = receive(organisation, by=officer, file=upload("a.pdf"), proves=[system], valid_until=late)
    add_version(item, by=officer, url="https://wiki.example/drift", note="Moved to the wiki")
    free = receive(organisation, by=officer, file=upload("b.pdf", pdf("b")), valid_until=late)
    for path in store.rglob("*"):
        if path.is_file() and free.versions.get().sha256 == path.name:
            path.unlink()
    record = f"/{organisation.slug}/records/{system.reference}"
    for address in (
        system.get_absolute_url(),
        f"{system.get_absolute_url()}retire/",
        item.get_absolute_url(),
        f"{item.get_absolute_url()}versions/",
        f"{item.get_absolute_url()}versions/2/",
        f"{free.get_absolute_url()}versions/1/",
        f"{record}/evidence/link/",
    ):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert_no_axe_violations_in_both_themes(page)
