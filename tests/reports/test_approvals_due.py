"""What waits for approval or for several hands is told to who may see to it, and counted once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from organisations.authority import Authority, suffices
from organisations.models import Membership
from reports.dates import SOURCES
from reports.due import due
from risks.impact.approval import needed, with_needed
from risks.models import Standing
from risks.models.impact import Impact, ImpactAssessment, ImpactAssessor, ImpactMeasure
from tests.cast import somebody
from tests.reports.mornings import due as day
from tests.risk_cast import make_criteria, make_impact_assessment, make_statement

SignIn = Callable[..., Client]


@pytest.mark.parametrize(
    ("fields", "grave", "authority"),
    [
        ({"screening": "light"}, False, "head"),
        ({"screening": "full"}, False, "designated"),
        ({"screening": "light", "autonomy": "alone"}, False, "designated"),
        ({"screening": "light", "vulnerable": "Children"}, False, "designated"),
        ({"screening": "light", "personal_data": True, "people": 10}, False, "designated"),
        ({"screening": "light", "personal_data": True, "people": 0}, False, "head"),
        ({"screening": "light"}, True, "top"),
    ],
)
def test_who_is_told_to_approve_an_assessment_is_who_may(
    fields: dict[str, Any], grave: bool, authority: str, organisation: Any
) -> None:
    assessment = make_impact_assessment(
        organisation,
        state=Standing.IN_REVIEW,
        submitted_at=timezone.now(),
        criteria=make_criteria(organisation),
        **fields,
    )
    if grave:
        Impact.objects.create(assessment=assessment, dimension="privacy", is_affected=True, severity=5, likelihood=5)
    assessment = ImpactAssessment.objects.select_related("system", "criteria").get(pk=assessment.pk)
    assert needed(assessment) == authority
    assert with_needed(ImpactAssessment.objects.all()).get().needs == authority
    ranks: dict[str, dict[str, Any]] = {one: {"authority": one} for one in ("head", "designated")}
    ranks["top"] = {"top_management": True}
    people = {one: somebody(organisation) for one in ranks}
    for held, person in people.items():
        Membership.objects.filter(user=person).update(
            authority=held if held != "top" else "", top_management=held == "top"
        )
    rules = [source for source in SOURCES if source.rule in {"appr-top", "appr-full", "appr-light"}]
    told_of = {row.actor for source in rules for row in source.rows(organisation)}
    assert told_of == {one.pk for held, one in people.items() if suffices(Authority(held), Authority(authority))}
    ImpactAssessor.objects.create(assessment=assessment, user=people["top"])
    assert people["top"].pk not in {row.actor for source in rules for row in source.rows(organisation)}


def test_what_several_may_approve_waits_once(organisation: Any, officer: Any) -> None:
    for _time in range(2):
        Membership.objects.filter(user=somebody(organisation)).update(authority="designated")
    statement = make_statement(organisation, state=Standing.IN_REVIEW, submitted_at=timezone.now(), owner=officer)
    waiting = [item for item in due(officer, organisation, day(30)) if item.what == "appr-soa"]
    assert [(item.reference, item.owner) for item in waiting] == [(statement.reference, officer.name)]


def test_one_measure_against_two_impacts_counts_once_everywhere(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    assessment = make_impact_assessment(organisation, title="Assessed")
    for dimension in ("privacy", "rights"):
        ImpactMeasure.objects.create(
            assessment=assessment, dimension=dimension, measure="Mask names", owner=officer, due_on=day(5)
        )
    client = sign_in(officer)
    rail = client.get(f"/{organisation.slug}/help/").context["rail"]
    assert rail["due_count"] == "1"
    assert client.get(rail["due_url"]).content.decode().count('<th scope="row">') == 1
