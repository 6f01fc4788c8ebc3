"""A manager takes a system live against what is missing; an officer changes it, and sees what needs another look."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from organisations.models import Membership
from risks.models import GoLive, ImpactAssessment
from systems.models import AISystem, Stage
from tests.browser import assert_no_axe_violations
from tests.cast import make_ai_system
from tests.risk_cast import approved, make_impact_assessment, make_risk


def test_a_manager_sees_what_is_missing_and_overrides_with_a_reason(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, manager: Any
) -> None:
    Membership.objects.filter(user=manager, organisation=organisation).update(authority="designated")
    system = make_ai_system(
        organisation, title="ShiftCast", system_version="0.9", stage=Stage.VERIFICATION, owner=officer
    )
    make_impact_assessment(organisation, system=system, state="in_review")
    page = signed_in_page(manager)
    page.goto(system.get_absolute_url())
    page.get_by_role("link", name="Take it live").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Go-live of ShiftCast")
    checks = page.get_by_role("region", name="What version 0.9 needs")
    expect(checks).to_contain_text("is not approved: it is “in review”")
    expect(checks.locator(".badge", has_text="Missing")).to_have_count(3)
    assert_no_axe_violations(page)

    page.get_by_label("Verification and validation results").fill("All 40 tests passed")
    page.get_by_label("Information for users").fill("Notes for planners in the intranet")
    page.get_by_role("button", name="Take it live").click()
    expect(page.get_by_role("alert")).to_contain_text("Supply what is missing, or say why it goes live all the same.")
    expect(page.get_by_label("Verification and validation results")).to_have_value("All 40 tests passed")
    expect(checks.locator(".badge", has_text="Missing")).to_have_count(1)
    assert_no_axe_violations(page)
    assert not GoLive.objects.exists()

    page.get_by_label("Why it goes live all the same").fill("Christmas peak; assessment follows by 1 December")
    page.get_by_role("button", name="Take it live").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Go-live of ShiftCast 0.9")
    expect(page.get_by_text("Christmas peak; assessment follows by 1 December")).to_be_visible()
    assert_no_axe_violations(page)
    page.get_by_role("link", name=re.compile("ShiftCast")).first.click()
    expect(page.get_by_role("region", name="Go-live")).to_contain_text("Overridden")
    assert AISystem.objects.get(pk=system.pk).stage == Stage.OPERATION


def test_an_officer_changes_a_live_system_sees_what_needs_another_look_and_starts_the_next_version(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any
) -> None:
    system = make_ai_system(
        organisation,
        title="TalentRank",
        system_version="3.4",
        stage=Stage.OPERATION,
        go_live_on=organisation.today(),
        owner=officer,
    )
    assessment = approved(system)
    risk = make_risk(organisation, system=system, assessed_facts=AISystem.objects.get(pk=system.pk).facts)
    page = signed_in_page(officer)
    page.goto(system.get_absolute_url())
    expect(page.get_by_text("Needs another look.")).to_have_count(0)
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Version in use").fill("3.5")
    page.get_by_role("button", name="Save").click()
    banner = page.locator("#another-look")
    expect(banner).to_contain_text("New version 3.5")
    expect(banner).to_contain_text(risk.reference)
    expect(banner).to_contain_text(assessment.reference)
    assert_no_axe_violations(page)

    page.get_by_role("button", name="Start the next version now").click()
    expect(page.get_by_text("was started, with the text copied")).to_be_visible()
    draft = ImpactAssessment.objects.get(state="draft")
    assert (draft.number, draft.system_version, draft.replaces) == (2, "", assessment), "3.5 when it is submitted"

    page.goto(f"{system.get_absolute_url()}dossier/")
    expect(page.get_by_role("region", name="Gaps")).to_contain_text("No go-live record")
    expect(page.get_by_role("region", name="Gaps")).to_contain_text(f"New version 3.5 since {assessment.reference}")
    assert_no_axe_violations(page)
