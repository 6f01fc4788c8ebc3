"""Real Chromium for the tests: pages that fail a test on any error in the console, and axe to look at them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

FLAGS = [
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--mute-audio",
]
# Rules of WCAG 2.2 A and AA, and what axe calls best practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Milliseconds that a page may take on a busy machine.
WAIT = 20_000


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, started once per process."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "Chromium is missing. On Debian: apt install chromium"
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=WAIT)
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def expected_errors() -> list[str]:
    """Patterns of console messages that a test provokes on purpose; everything else fails it."""
    return []


@pytest.fixture
def browser_context(chromium: Browser, live_server: Any, expected_errors: list[str]) -> Iterator[BrowserContext]:
    """A browser of its own for one test, on the portal of this process; its console must stay empty."""
    context = chromium.new_context(
        base_url=live_server.url, locale="en-GB", timezone_id="Europe/Berlin", viewport={"width": 1280, "height": 800}
    )
    context.set_default_timeout(WAIT)
    errors: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            errors.append(f"{message.page.url if message.page else ''}: {message.text}")

    context.on("console", listen)
    context.on("weberror", lambda fault: errors.append(f"script: {fault.error}"))
    yield context
    context.close()
    unexpected = [error for error in errors if not any(re.search(pattern, error) for pattern in expected_errors)]
    assert not unexpected, "The browser's console holds:\n  " + "\n  ".join(unexpected)


@pytest.fixture
def browser_page(browser_context: BrowserContext) -> Page:
    """A page in which nobody is signed in."""
    return browser_context.new_page()


@pytest.fixture
def signed_in_page(browser_context: BrowserContext, live_server: Any, sign_in: Any) -> Callable[[Any], Page]:
    """`signed_in_page(user)` is a new page in which that person is signed in, and nobody else any more."""

    def page(user: Any) -> Page:
        browser_context.clear_cookies()
        for cookie in sign_in(user).cookies.values():
            browser_context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return browser_context.new_page()

    return page


def assert_no_axe_violations(page: Page, context: str | None = None) -> None:
    """Fails with the rule, the help and the elements for each fault axe finds on the page, or in a part of it.

    Colours are measured as they stay: not on their way from one to the other; a page once it has arrived.
    """
    page.wait_for_load_state()
    page.emulate_media(reduced_motion="reduce")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    faults = page.evaluate(
        "([context, options]) => axe.run(context || document, options).then(found => found.violations)",
        [context, {"resultTypes": ["violations"], "runOnly": RULES}],
    )
    lines = [
        f"{fault['id']} ({fault['impact']}): {fault['help']}\n      {node['html'][:200]}\n      {summary(node)}"
        for fault in faults
        for node in fault["nodes"]
    ]
    assert not faults, f"axe on {page.url}:\n  " + "\n  ".join(lines)


def assert_no_axe_violations_in_both_themes(page: Page) -> None:
    """The same for the page as it stands, in the light and in the dark theme; it is left in the dark one."""
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        assert page.evaluate(f"matchMedia('(prefers-color-scheme: {theme})').matches")
        try:
            assert_no_axe_violations(page)
        except AssertionError as faults:
            faults.add_note(f"In the {theme} theme.")
            raise


def summary(node: dict[str, Any]) -> str:
    return " ".join(node["failureSummary"].split())
