"""Every date of the risks floor is due, reminds once, and stops when what it was about is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from records.models import Record
from reports import digests
from reports.dates import SOURCES
from reports.due import due
from reports.models import Digest, Reminder
from reports.reminding import coming, make
from risks.models import Notification, Risk, Standing
from risks.models.impact import ImpactMeasure
from tests.cast import make_ai_system, make_evidence, make_supplier, somebody
from tests.reports.mornings import TODAY, later, run, told
from tests.reports.mornings import due as day
from tests.risk_cast import make_acceptance, make_impact_assessment, make_incident, make_risk, make_treatment, score
from tests.systems.making import make_dataset

SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def silent(sent: list[str]) -> list[str]:
    return sent


def of_each(organisation: Any, person: Any, on: int) -> dict[str, Record]:
    """One record with a date of each kind, `on` days from today, for that person."""
    risk = make_risk(organisation, title="Accepted", owner=person)
    score(risk, likelihood=2, for_individuals=3)
    make_acceptance(risk, by=person, until=day(on))
    asked = make_risk(organisation, title="Asked", acceptance_asked_of=person, acceptance_asked_on=day(on - 7))
    assessment = make_impact_assessment(organisation, title="Assessed")
    ImpactMeasure.objects.create(
        assessment=assessment, dimension="privacy", measure="Mask names", owner=person, due_on=day(on)
    )
    incident = make_incident(organisation, title="Leak", owner=person)
    noon = datetime.combine(day(on), time(12), organisation.zone)
    Notification.objects.create(incident=incident, recipient="Authority", due_at=noon)
    return {
        "review": make_supplier(organisation, owner=person, review_on=day(on)),
        "evidence": make_evidence(organisation, owner=person, valid_until=day(on)),
        "check": make_dataset(organisation, owner=person, next_check_on=day(on)),
        "conditions": make_supplier(organisation, owner=person, open_conditions="Report", conditions_due_on=day(on)),
        "treatment": make_treatment(organisation, owner=person, due_on=day(on)),
        "acceptance": risk,
        "asked": asked,
        "measure": assessment,
        "notice": incident,
    }


def found(organisation: Any, person: Any, by: int = 30, **whose: Any) -> set[tuple[str, str, Any]]:
    return {(item.what, item.reference, item.on) for item in due(person, organisation, day(by), **whose)}


def test_each_kind_of_date_is_due_and_reminds_who_is_to_act(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    person = somebody(organisation)
    records = of_each(organisation, person, 5)
    wanted = {(rule, record.reference, day(5)) for rule, record in records.items()}
    assert set(records) == {source.rule for source in SOURCES}
    assert found(organisation, officer) == found(organisation, officer, owner=person) == wanted
    assert found(organisation, officer, by=4) == set()
    make(organisation, later(0))
    reminders = Reminder.objects.filter(recipient=person)
    assert set(reminders.values_list("rule", "record__reference", "due_on")) == wanted
    page = sign_in(officer).get(f"/{organisation.slug}/due/").content.decode()
    for source in SOURCES:
        assert str(source.word) in page
        assert found_on(sign_in(officer), f"/{organisation.slug}/due/?what={source.rule}") == 1
    digest = Digest.objects.get(person=person)
    digests.deliver(digest.pk)
    text = mail.outbox[-1].body
    for rule, record in records.items():
        word = next(str(source.word) for source in SOURCES if source.rule == rule)
        assert f"- {word}: {record.reference} " in text
    assert sign_in(person).get(f"/{organisation.slug}/reminders/").status_code == 200


def found_on(client: Client, address: str) -> int:
    return client.get(address).content.decode().count('<th scope="row">')


def test_each_date_is_told_once_a_slot(organisation: Any) -> None:
    person = somebody(organisation)
    of_each(organisation, person, 1)
    for days in (0, 0, 1, 2, 3, 8):
        run(organisation, days)
    slots = [slot for _reference, slot in told(person)]
    assert sorted(slots) == sorted([-1, 0, 7] * len(SOURCES))
    assert {thing.rule for _day, thing in coming(organisation, person.pk, TODAY)} == {s.rule for s in SOURCES}


def test_what_is_over_is_due_no_more(organisation: Any, officer: Any) -> None:
    records = of_each(organisation, somebody(organisation), 5)
    Record.objects.filter(pk__in=[record.pk for record in records.values()]).update(review_on=day(5))
    assert {reference for what, reference, _on in found(organisation, officer) if what == "review"} == {
        record.reference for rule, record in records.items() if rule != "measure"
    }, "an assessment that is no more than a draft is not reviewed"
    Risk.objects.update(closed_on=TODAY, closed_because="Gone")
    type(records["notice"]).objects.update(closed_on=TODAY)
    type(records["treatment"]).objects.update(status="verified")
    type(records["check"]).objects.update(ended_on=TODAY)
    type(records["conditions"]).objects.update(open_conditions="")
    ImpactMeasure.objects.update(done_on=TODAY)
    assert {what for what, _reference, _on in found(organisation, officer)} == {"review", "evidence"}
    assert {reference for _what, reference, _on in found(organisation, officer)} == {
        records["review"].reference,
        records["evidence"].reference,
        records["conditions"].reference,  # the supplier's own review
    }


def test_an_approved_assessment_is_reviewed_until_it_is_superseded(organisation: Any, officer: Any) -> None:
    first = make_impact_assessment(organisation, state=Standing.APPROVED, review_on=day(3))
    measure = {"dimension": "privacy", "measure": "Mask", "due_on": day(3)}
    ImpactMeasure.objects.bulk_create([ImpactMeasure(assessment=first, **measure)])
    following = make_impact_assessment(organisation, system=first.system, replaces=first, review_on=day(9))
    ImpactMeasure.objects.create(assessment=following, **measure)
    assert found(organisation, officer) == {
        ("review", first.reference, day(3)),
        ("measure", first.reference, day(3)),
    }, "the draft of the next version repeats its measures"
    type(first).objects.filter(pk=first.pk).update(state=Standing.SUPERSEDED)
    following.state = Standing.APPROVED
    following.save()
    assert found(organisation, officer) == {
        ("review", following.reference, day(9)),
        ("measure", following.reference, day(3)),
    }


def test_a_renewed_acceptance_ends_when_its_successor_does(organisation: Any, officer: Any) -> None:
    risk = make_risk(organisation)
    score(risk, likelihood=1, for_individuals=2)
    make_acceptance(risk, by=officer, until=day(2))
    assert found(organisation, officer) == {("acceptance", risk.reference, day(2))}
    renewed = make_acceptance(risk, by=officer, until=day(20))
    assert found(organisation, officer) == {("acceptance", risk.reference, day(20))}
    type(renewed).objects.update(lapsed_on=TODAY)
    assert found(organisation, officer) == set()


def test_two_measures_on_one_day_are_told_once(organisation: Any, officer: Any) -> None:
    assessment = make_impact_assessment(organisation)
    for dimension in ("privacy", "safety"):
        ImpactMeasure.objects.create(assessment=assessment, dimension=dimension, measure="Test", due_on=day(-20))
    run(organisation, 0)
    assert told(officer) == [(assessment.reference, 14)]


def test_a_deadline_falls_on_the_day_of_the_organisation(organisation: Any, officer: Any) -> None:
    organisation.timezone = "Pacific/Auckland"
    organisation.save()
    incident = make_incident(organisation, owner=officer)
    near_midnight = datetime.combine(day(3), time(0, 30), organisation.zone)
    Notification.objects.create(incident=incident, recipient="Customer", due_at=near_midnight)
    Notification.objects.create(
        incident=incident, recipient="Told", due_at=near_midnight - timedelta(days=2), told_at=near_midnight
    )
    assert found(organisation, officer) == {("notice", incident.reference, day(3))}


def test_a_contributor_sees_the_dates_of_what_they_may_see(organisation: Any, contributor: Any) -> None:
    records = of_each(organisation, contributor, 5)
    of_each(organisation, somebody(organisation), 5)
    make_ai_system(organisation, review_on=day(2))
    seen = found(organisation, contributor)
    assert {reference for _what, reference, _on in seen} == {
        record.reference for rule, record in records.items() if rule not in {"asked", "measure"}
    }
