"""Who reads: the internal auditor sees and downloads everything, and finds nothing to change anywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect

from clauses.models import Position
from evidence.actions import receive
from systems.models import AISystem
from tests.browser import assert_no_axe_violations
from tests.cast import make_ai_system

PAGES = ["", "clauses/", "clauses/6.1.2/", "clauses/A.6.2.4/", "ai-systems/", "evidence/", "suppliers/", "reports/"]


@pytest.fixture
def proved(organisation: Any, officer: Any) -> AISystem:
    """A system and a clause with one piece of evidence."""
    system = make_ai_system(organisation, owner=officer)
    clause = Position.objects.get(organisation=organisation, reference="6.1.2")
    file = ContentFile(b"Minutes of the risk workshop\n", name="minutes.txt")
    receive(organisation, by=officer, file=file, title="Risk workshop", proves=[system, clause])
    return system


@pytest.mark.parametrize("role", ["internal_auditor", "auditor"])
def test_an_auditor_opens_and_downloads_evidence_and_can_change_nothing(
    request: Any, signed_in_page: Callable[[Any], Page], organisation: Any, proved: AISystem, role: str
) -> None:
    page = signed_in_page(request.getfixturevalue(role))
    for address in [*(f"/{organisation.slug}/{path}" for path in PAGES), proved.get_absolute_url()]:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        controls = page.locator(
            "main form:not([method=get]):not([role=search]), main [href$='/edit/'], main [href$='new/']"
        )
        assert controls.count() == 0, address
    page.goto(f"/{organisation.slug}/clauses/6.1.2/")
    page.get_by_role("link", name="Risk workshop").first.click()
    expect(page.get_by_role("heading", name="Risk workshop", level=1)).to_be_visible()
    assert_no_axe_violations(page)
    with page.expect_download() as download:
        page.locator("#versions").get_by_role("link", name="minutes.txt").click()
    assert Path(download.value.path()).read_bytes() == b"Minutes of the risk workshop\n"


def test_another_organisation_is_not_there_at_all(
    signed_in_page: Callable[[Any], Page],
    organisation: Any,
    proved: AISystem,
    outsider: Any,
    expected_errors: list[str],
) -> None:
    expected_errors.append("404")
    page = signed_in_page(outsider)
    for address in (proved.get_absolute_url(), f"/{organisation.slug}/", f"/{organisation.slug}/evidence/export.csv"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 404
        assert proved.title not in page.content()
