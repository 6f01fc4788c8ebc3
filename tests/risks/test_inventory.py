"""The list of AI systems says when the impact of each was assessed last (6.1.4)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.cast import make_ai_system
from tests.risk_cast import make_impact_assessment
from tests.systems.test_pages import rows_of

pytestmark = pytest.mark.django_db


def test_the_list_and_its_export_tell_the_last_assessment_that_was_approved(
    organisation: Any, officer: Any, contributor: Any, sign_in: Any
) -> None:
    assessed, other = (
        make_ai_system(organisation, title="Assessed", owner=contributor),
        make_ai_system(organisation, title="Other"),
    )
    for day, state in ((3, "superseded"), (5, "approved")):
        make_impact_assessment(organisation, system=assessed, state=state, decided_on=date(2026, 3, day))
    make_impact_assessment(organisation, system=other, state="returned", decided_on=date(2026, 3, 9))
    client, page = sign_in(officer), f"/{organisation.slug}/ai-systems/"
    answer = client.get(page)
    assert {one.title: one.assessed_on for one in answer.context["page"].object_list} == {
        "Assessed": date(2026, 3, 5),
        "Other": None,
    }
    assert "Last impact assessment" in answer.content.decode()
    assert "5 Mar 2026" in answer.content.decode()
    told = {row["Title"]: row["Last impact assessment"] for row in rows_of(client, f"{page}export.csv")}
    assert told == {"Assessed": "2026-03-05", "Other": ""}
    [own] = sign_in(contributor).get(page).context["page"].object_list
    assert (own.title, own.assessed_on) == ("Assessed", None), "they may not see the assessment"
