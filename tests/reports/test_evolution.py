"""Two days compared: on the page, in the report, and held against what was done between them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from clauses.models import Position
from records.models import Record
from reports.evolution import evolution
from reports.models import Report
from reports.papers import paper_of
from tests.ageing import happened_before
from tests.cast import make_ai_system, make_evidence
from tests.risk_cast import make_incident, make_risk, score

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def changed(organisation: Any) -> date:
    """A month in which much was done; its first day."""
    system = make_ai_system(organisation, title="Ranking")
    better, worse = (make_risk(organisation, title=title, system=system) for title in ("Fell", "Rose"))
    score(better, likelihood=4, for_organisation=4)
    score(worse, likelihood=1, for_organisation=2)
    first: date = organisation.today() - happened_before(30)
    score(better, likelihood=1, for_organisation=2)
    score(worse, likelihood=4, for_organisation=4)
    make_evidence(organisation, title="New proof")
    Position.objects.filter(organisation=organisation, reference="4.1").update(status="met")
    yesterday = organisation.today() - timedelta(days=1)
    make_incident(organisation, title="Over", closed_on=yesterday, cause="A label", lessons="Look twice")
    Record.objects.filter(pk=system.pk).update(title="Ranking people")
    return first


def titles(found: Any, code: str) -> set[str]:
    return {one.title for one in found.group(code).lines}


def test_it_tells_what_was_done_between_the_days(changed: date, organisation: Any, officer: Any) -> None:
    found = evolution(organisation, officer, changed, organisation.today())
    assert {"New proof", "Over"} <= titles(found, "added")
    assert "Ranking people" in titles(found, "changed")
    assert titles(found, "risks-lower") == {"Fell"}
    assert titles(found, "risks-higher") == {"Rose"}
    assert "Over" in titles(found, "closed")
    assert [one.was for one in found.group("learned").lines] == ["Look twice"]
    assert [one.reference for one in found.group("otherwise").lines + found.group("better").lines] == ["4.1"]
    assert not titles(found, "gone")
    figures = {one.label: one for one in found.figures}
    assert (figures["Open risks"].was, figures["Open risks"].now) == ("2", "2")


def test_the_way_back_is_the_mirror(changed: date, organisation: Any, officer: Any) -> None:
    """Nothing changed between two days in which nothing was done."""
    before = evolution(organisation, officer, changed, changed + timedelta(days=5))
    counted = {one.code: one.count for one in before.groups if one.code not in {"cleared", "arisen"}}
    assert not any(counted.values()), counted


def test_the_page_shows_it_and_makes_the_report(
    changed: date, organisation: Any, manager: Any, sign_in: SignIn
) -> None:
    client, address = sign_in(manager), f"/{organisation.slug}/evolution/"
    days = {"since": changed.isoformat(), "until": organisation.today().isoformat()}
    page = client.get(address, days).content.decode()
    for words in ("New proof", "Fell", "Rose", "Look twice", "Make PDF"):
        assert words in page, words
    answer = client.post(address, {**days, "key": "one"})
    assert answer.status_code == 303
    report = Report.objects.get(kind=Report.Kind.EVOLUTION)
    assert report.parameters == days
    found = evolution(organisation, manager, changed, organisation.today())
    paper = paper_of(report)
    assert [one["value"] for one in paper.figures["headline"]] == [
        found.group(code).count for code in ("better", "closed", "improved", "added")
    ]


def test_days_that_make_no_sense_are_refused_at_the_field(
    changed: date, organisation: Any, manager: Any, sign_in: SignIn
) -> None:
    client, address, today = sign_in(manager), f"/{organisation.slug}/evolution/", organisation.today()
    page = client.get(address, {"since": today.isoformat(), "until": today.isoformat()}).content.decode()
    assert "not over yet" in page
    page = client.get(address, {"since": changed.isoformat(), "until": changed.isoformat()}).content.decode()
    assert "has to come after the first" in page
    ahead = (today + timedelta(days=1)).isoformat()
    assert client.post(address, {"since": changed.isoformat(), "until": ahead}).status_code == 422
    assert not Report.objects.exists()


def test_it_costs_the_same_whatever_changed(
    changed: date, organisation: Any, officer: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(120) as first:
        evolution(organisation, officer, changed, organisation.today())
    for number in range(3):
        make_risk(organisation, title=f"Another {number}")
        make_evidence(organisation, title=f"Proof {number}")
    with django_assert_max_num_queries(len(first.captured_queries)):
        evolution(organisation, officer, changed, organisation.today())


def test_an_organisation_of_today_has_nothing_to_compare(organisation: Any, manager: Any, sign_in: SignIn) -> None:
    page = sign_in(manager).get(f"/{organisation.slug}/evolution/").content.decode()
    assert "There is no earlier day yet" in page


def test_a_report_asked_for_in_the_past_tells_of_the_past(organisation: Any, manager: Any, sign_in: SignIn) -> None:
    make_risk(organisation, title="Was there")
    day = organisation.today() - happened_before(30)
    make_risk(organisation, title="Came later")
    client = sign_in(manager)
    client.post(f"/{organisation.slug}/as-of/", {"day": day.isoformat()})
    client.post(f"/{organisation.slug}/reports/new/", {"kind": "risk_register", "key": "one"})
    report = Report.objects.get()
    assert report.day == day
    paper = paper_of(report)
    assert paper.at.astimezone(organisation.zone).date() == day
    text = str(paper.context)
    assert "Was there" in text
    assert "Came later" not in text
