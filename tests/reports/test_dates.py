"""Every kind of date is due, reminds once, and stops when what it was about is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from clauses.models import (
    Awareness,
    Communication,
    DocumentVersion,
    LegalRequirement,
    Objective,
    PlannedChange,
    Reading,
    TrainingRecord,
)
from organisations.authority import Authority
from organisations.models import Organisation
from records.actions import give, take_back
from records.models import Record
from reports import digests
from reports.dates import SOURCES
from reports.due import due
from reports.models import Digest, Reminder
from reports.reminding import coming, make
from risks.concerns.actions import raise_concern
from risks.models import Notification, Risk, Standing
from risks.models.impact import Impact, ImpactAssessment, ImpactMeasure
from tests.cast import make_ai_system, make_evidence, make_supplier, somebody
from tests.clauses.registers.making import maker, measured
from tests.document_cast import make_document, make_scope, make_version
from tests.reports.asked_dates import asked_of, end_asked
from tests.reports.improving_dates import end_improving, of_audits, of_improving
from tests.reports.mornings import TODAY, its_time, later, run, told
from tests.reports.mornings import due as day
from tests.risk_cast import (
    make_acceptance,
    make_concern,
    make_criteria,
    make_impact_assessment,
    make_incident,
    make_plan,
    make_risk,
    make_statement,
    make_treatment,
    score,
)
from tests.systems.making import make_dataset

SignIn = Callable[..., Client]


# Who is to act on these is named in the record or by their authority, and may not read it unless it is given to them.
UNSEEN = {"asked", "measure", "delivered", "effect", *(one.rule for one in SOURCES if one.rule.startswith("appr-"))}


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
    waiting = make_document(organisation, title="To be decided", approver=person)
    at = noon - timedelta(days=7)
    DocumentVersion.objects.filter(document=waiting).update(state="in_review", submitted_at=at)
    read = make_document(organisation, title="To be read")
    version = make_version(read, state="approved")
    for document in (waiting, read):
        give(document, to=person, change=False)
    Reading.objects.create(read_version=version, person=person, asked_on=TODAY, due_on=day(on))
    return {
        "decision": waiting,
        "reading": read,
        "review": make_supplier(organisation, owner=person, review_on=day(on)),
        **of_files(organisation, person, on),
        "check": make_dataset(organisation, owner=person, next_check_on=day(on)),
        "conditions": make_supplier(organisation, owner=person, open_conditions="Report", conditions_due_on=day(on)),
        "treatment": make_treatment(organisation, owner=person, due_on=day(on)),
        "acceptance": risk,
        "asked": asked,
        "measure": assessment,
        "notice": incident,
        "concern": make_concern(organisation, owner=person, received_on=day(on - 7)),
        **of_audits(organisation, person, on),
        **of_registers(organisation, person, on),
        **of_improving(organisation, person, on),
        **asked_of(organisation, person, on),
        **in_review(organisation, person, on),
    }


def of_files(organisation: Organisation, person: Any, on: int) -> dict[str, Record]:
    return {
        "evidence": make_evidence(organisation, owner=person, valid_until=day(on)),
        "damaged": make_evidence(organisation, owner=person, damaged_on=day(on)),
    }


def of_registers(organisation: Organisation, person: Any, on: int) -> dict[str, Record]:
    change = maker(PlannedChange)(organisation, owner=person, planned_on=day(on))
    # Nobody has to decide on it any more.
    PlannedChange.objects.filter(pk=change.pk).update(state="approved", approved_by=person, approved_on=TODAY)
    return {
        "applies": maker(LegalRequirement)(organisation, owner=person, applies_from=day(on)),
        "objective": maker(Objective)(organisation, owner=person, due_on=day(on)),
        "change": change,
        "training": maker(TrainingRecord)(organisation, owner=person, due_on=day(on)),
        "renewal": maker(TrainingRecord)(
            organisation, owner=person, due_on=day(on), completed_on=day(-40), expires_on=day(on)
        ),
        "campaign": maker(Awareness)(organisation, owner=person, ends_on=day(on)),
        "message": maker(Communication)(organisation, owner=person, next_on=day(on)),
    }


def in_review(organisation: Organisation, person: Any, on: int) -> dict[str, Record]:
    """What waits for the approval of the person, who alone has the authority."""
    organisation.memberships.filter(user=person).update(authority=Authority.DESIGNATED, top_management=True)
    noon = datetime.combine(day(on - 7), time(12), organisation.zone)
    waiting: dict[str, Any] = {"state": Standing.IN_REVIEW, "submitted_at": noon}
    return {
        "appr-crit": make_criteria(organisation, **waiting),
        "appr-plan": make_plan(organisation, **waiting),
        "appr-soa": make_statement(organisation, **waiting),
        "appr-scope": make_scope(organisation, **waiting),
        "appr-top": made_grave(make_impact_assessment(organisation, screening="light", **waiting)),
        "appr-full": make_impact_assessment(organisation, screening="full", **waiting),
        "appr-light": make_impact_assessment(organisation, screening="light", **waiting),
        "appr-chg": proposed(organisation, noon),
    }


def made_grave(assessment: ImpactAssessment) -> ImpactAssessment:
    """What remains is critical, so top management alone decides."""
    Impact.objects.create(assessment=assessment, dimension="privacy", is_affected=True, severity=5, likelihood=5)
    return assessment


def proposed(organisation: Organisation, at: datetime) -> Record:
    """A change without a day, so that it is decided on within a week."""
    change = maker(PlannedChange)(organisation, planned_on=None)
    Record.objects.filter(pk=change.pk).update(created_at=at)
    return change


def found(organisation: Any, person: Any, by: int = 30, **whose: Any) -> set[tuple[str, str, Any]]:
    return {(item.what, item.reference, item.on) for item in due(person, organisation, day(by), **whose)}


def test_each_kind_of_date_is_due_and_reminds_who_is_to_act(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    person = somebody(organisation)
    records = of_each(organisation, person, 5)
    wanted = {(rule, record.reference, day(5)) for rule, record in records.items()}
    assert set(records) == {source.rule for source in SOURCES}
    assert found(organisation, officer) == found(organisation, officer, owner=person) == wanted
    assert found(organisation, officer, by=4) == set()
    for rule in UNSEEN:
        give(records[rule], to=person, change=False)
    make(organisation, later(0))
    reminders = Reminder.objects.filter(recipient=person)
    assert set(reminders.values_list("rule", "record__reference", "due_on")) == wanted
    page = sign_in(officer).get(f"/{organisation.slug}/due/").content.decode()
    for source in SOURCES:
        assert str(source.word) in page
        assert found_on(sign_in(officer), f"/{organisation.slug}/due/?what={source.rule}") == 1
    digest = Digest.objects.get(person=person)
    digests.deliver(its_time(digest).pk)
    text = mail.outbox[-1].body
    for rule, record in records.items():
        word = next(str(source.word) for source in SOURCES if source.rule == rule)
        assert f"- {word}: {record.reference} " in text
    assert sign_in(person).get(f"/{organisation.slug}/reminders/").status_code == 200


def found_on(client: Client, address: str) -> int:
    return client.get(address).content.decode().count('<th scope="row">')


def test_who_is_to_act_on_what_they_may_not_read_is_not_told_of_it(organisation: Any, officer: Any) -> None:
    person = somebody(organisation)
    records = of_each(organisation, person, 5)
    make(organisation, later(0))
    named = Reminder.objects.filter(recipient=person).values_list("rule", flat=True)
    assert set(named) == {source.rule for source in SOURCES} - UNSEEN
    kept = Reminder.objects.filter(recipient=officer).values_list("record__reference", flat=True)
    assert set(kept) == {records[rule].reference for rule in UNSEEN}, "somebody must know"
    assert {thing.rule for _day, thing in coming(organisation, person.pk, TODAY)} == set(named)


def test_a_digest_names_nothing_that_was_taken_from_its_reader(organisation: Any) -> None:
    person = somebody(organisation)
    assessment = of_each(organisation, person, 5)["measure"]
    give(assessment, to=person, change=False)
    make(organisation, later(0))
    take_back(assessment, of=person)
    digests.deliver(its_time(Digest.objects.get(person=person)).pk)
    assert assessment.reference not in mail.outbox[-1].body


def test_each_date_is_told_once_a_slot(organisation: Any) -> None:
    person = somebody(organisation)
    records = of_each(organisation, person, 1)
    for rule in UNSEEN:
        give(records[rule], to=person, change=False)
    for days in (0, 0, 1, 2, 3, 8):
        run(organisation, days)
    slots = [slot for _reference, slot in told(person)]
    assert sorted(slots) == sorted([-1, 0, 7] * len(SOURCES))
    assert {thing.rule for _day, thing in coming(organisation, person.pk, TODAY)} == {s.rule for s in SOURCES}


def end_all(organisation: Any, records: dict[str, Any]) -> None:
    """Whatever is waited for happens."""
    measured(records["objective"], value=95)
    LegalRequirement.objects.update(compliance="A calendar of duties", applies_from=day(-1))
    PlannedChange.objects.update(state="withdrawn", closed_on=TODAY)
    TrainingRecord.objects.filter(completed_on=None).update(completed_on=TODAY)
    maker(TrainingRecord)(
        organisation, title=records["renewal"].title, owner=records["renewal"].owner, completed_on=TODAY
    )
    Awareness.objects.update(result="They knew it")
    Communication.objects.update(sent_on=day(5))
    end_what_was_asked(records)


def end_what_was_asked(records: dict[str, Any]) -> None:
    Risk.objects.update(closed_on=TODAY, closed_because="Gone")
    type(records["notice"]).objects.update(closed_on=TODAY)
    type(records["treatment"]).objects.update(status="verified")
    type(records["concern"]).objects.update(state="in_hand")
    type(records["check"]).objects.update(ended_on=TODAY)
    type(records["conditions"]).objects.update(open_conditions="")
    type(records["damaged"]).objects.update(damaged_on=None)
    ImpactMeasure.objects.update(done_on=TODAY)
    DocumentVersion.objects.filter(state="in_review").update(state="returned")
    Reading.objects.update(confirmed_at=timezone.now())
    end_asked()
    end_improving(records)
    type(records["audit"]).objects.update(state="cancelled")
    type(records["finding"]).objects.update(state="closed")
    for rule in ("appr-crit", "appr-plan", "appr-soa", "appr-scope", "appr-top", "appr-full", "appr-light"):
        type(records[rule]).objects.update(state=Standing.SUPERSEDED)


def test_what_is_over_is_due_no_more(organisation: Any, officer: Any) -> None:
    records = of_each(organisation, somebody(organisation), 5)
    Record.objects.filter(pk__in=[record.pk for record in records.values()]).update(review_on=day(5))
    assert {reference for what, reference, _on in found(organisation, officer) if what == "review"} == {
        record.reference
        for rule, record in records.items()
        if rule not in {"measure", "appr-top", "appr-full", "appr-light"}
    }, "an assessment that is no more than a draft is not reviewed"
    end_all(organisation, records)
    assert {what for what, _reference, _on in found(organisation, officer)} == {"review", "evidence"}
    over = {"measure", "treatment", "acceptance", "asked", "notice", "change", "task", "request", "delivered", "check"}
    over |= {"question", "corrective", "effect", "improve", "mreview"}
    over |= {name for name in records if name.startswith("appr-")} | {"audit", "response", "finding"}
    assert {reference for _what, reference, _on in found(organisation, officer)} == {
        record.reference for rule, record in records.items() if rule not in over
    }, "registers are reviewed whether or not something else of them is due"


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
    assessment = make_impact_assessment(organisation, title="Assessed")
    for dimension in ("privacy", "safety"):
        ImpactMeasure.objects.create(assessment=assessment, dimension=dimension, measure="Test", due_on=day(-20))
    assert [item.title for item in due(officer, organisation, TODAY)] == ["Assessed: Test"]
    ImpactMeasure.objects.create(assessment=assessment, dimension="safety", measure="Mask", due_on=day(-20))
    assert {item.title for item in due(officer, organisation, TODAY)} == {"Assessed: Test", "Assessed: Mask"}
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


def test_a_law_that_applies_waits_for_an_answer(organisation: Any, officer: Any) -> None:
    law = maker(LegalRequirement)(organisation, applies_from=day(-3))
    assert found(organisation, officer) == {("applies", law.reference, day(-3))}
    law.compliance = "Logs are kept for six months."
    law.save()
    assert found(organisation, officer) == set()


def test_an_objective_is_due_until_its_newest_measurement_reaches_it(organisation: Any, officer: Any) -> None:
    objective = maker(Objective)(organisation, due_on=day(3))
    measured(objective, value=97, on=day(-9))
    assert found(organisation, officer) == set()
    measured(objective, value=90)
    assert found(organisation, officer) == {("objective", objective.reference, day(3))}


def test_training_of_somebody_else_renews_nothing(organisation: Any, officer: Any) -> None:
    old = {"title": "AI awareness", "completed_on": day(-300)}
    first = maker(TrainingRecord)(organisation, owner=officer, expires_on=day(4), **old)
    maker(TrainingRecord)(organisation, owner=somebody(organisation), **old | {"completed_on": TODAY})
    assert found(organisation, officer) == {("renewal", first.reference, day(4))}


def test_a_notification_that_is_not_needed_is_not_due(organisation: Any, officer: Any) -> None:
    incident = make_incident(organisation, owner=officer)
    noon = datetime.combine(day(3), time(12), organisation.zone)
    Notification.objects.create(incident=incident, recipient="Authority", due_at=noon, is_needed=False, note="No harm")
    assert found(organisation, officer) == set()


def test_a_contributor_sees_the_dates_of_what_they_may_see(organisation: Any, contributor: Any) -> None:
    records = of_each(organisation, contributor, 5)
    of_each(organisation, somebody(organisation), 5)
    make_ai_system(organisation, review_on=day(2))
    seen = found(organisation, contributor)
    assert {reference for _what, reference, _on in seen} == {
        record.reference
        for rule, record in records.items()
        if rule not in {"asked", "measure", "delivered", "effect"} and not rule.startswith("appr-")
    }


def test_that_an_anonymous_concern_came_is_told_to_those_who_keep_the_aims_and_not_what_it_says(
    organisation: Any, officer: Any, contributor: Any
) -> None:
    raise_concern(organisation, text="My manager copies faces", system="Gate camera")
    make(organisation, later(0))
    concern = Record.objects.get(kind="concern")
    assert {reminder.recipient for reminder in Reminder.objects.filter(record=concern)} == {officer}
    digests.deliver(its_time(Digest.objects.get(person=officer)).pk)
    text = mail.outbox[-1].body
    assert f"- Concern to take up: {concern.reference} " in text
    assert "faces" not in text
    assert "camera" not in text
