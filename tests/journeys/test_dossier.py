"""An auditor traces one system by its dossier, opens all it names, and sees gaps as gaps (B4, by clicking)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from clauses.models import Position
from risks.models import Incident
from systems.models import AISystem, Stage
from tests.browser import assert_no_axe_violations
from tests.cast import make_ai_system, make_evidence
from tests.risk_cast import approved, make_criteria, make_risk, score, treat


@pytest.fixture
def talent_rank(organisation: Any, officer: Any) -> AISystem:
    """In use, assessed, with a treated risk and its evidence, an incident, and no go-live record."""
    today = organisation.today()
    make_criteria(organisation, state="approved")
    system = make_ai_system(
        organisation,
        title="TalentRank",
        purpose="Ranks applications",
        stage=Stage.OPERATION,
        go_live_on=today - timedelta(days=200),
        owner=officer,
    )
    approved(system)
    risk = make_risk(organisation, title="Ranks women lower", system=system)
    score(risk, likelihood=3, for_individuals=4)
    control = Position.objects.get(organisation=organisation, reference="A.5.4")
    control.applicable, control.justification, control.status = True, "People are judged", "implemented"
    control.save()
    control.systems.add(system)
    treat(risk, control, title="Blind the names")
    make_evidence(organisation, title="Selection rates", proves=control)
    Incident.objects.create(
        organisation=organisation, system=system, title="Two rankings lost", happened_on=today, severity="low"
    )
    return system


@pytest.mark.parametrize("role", ["auditor", "internal_auditor"])
def test_he_goes_from_purpose_to_incident_and_changes_nothing(
    request: Any, signed_in_page: Callable[[Any], Page], organisation: Any, talent_rank: AISystem, role: str
) -> None:
    page = signed_in_page(request.getfixturevalue(role))
    page.goto(f"/{organisation.slug}/ai-systems/")
    page.get_by_role("link", name="TalentRank").first.click()
    page.get_by_role("link", name="Dossier").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dossier of TalentRank")
    main = page.get_by_role("main")
    for words in ("Ranks applications", "Ranks women lower", "Two rankings lost"):
        expect(main.get_by_text(words).first).to_be_visible()
    for name in ("T-01", "A.5.4", "EV-01"):
        expect(main.get_by_role("link", name=name).first).to_be_visible()
    gaps = page.get_by_role("region", name="Gaps")
    expect(gaps).to_contain_text("No go-live record")
    assert_no_axe_violations(page)
    here = page.url
    links = main.locator(f"a[href^='/{organisation.slug}/']").evaluate_all("all => [...new Set(all.map(a => a.href))]")
    assert len(links) >= 6, links
    for link in links:
        answer = page.goto(link)
        assert answer is not None
        assert answer.status == 200, link
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.locator("main form:not([method=get]):not([role=search])").count() == 0, link
        assert page.locator("main [href$='/edit/'], main [href$='/new/']").count() == 0, link
    page.goto(here)
    gaps.get_by_role("link", name="Go-live").click()
    expect(page.locator("#go-live")).to_be_in_viewport()
