"""Everybody is told of what is theirs, once, one digest a day, whatever stood still or ran twice."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from organisations.actions import appoint, dismiss
from organisations.models import Membership
from organisations.roles import Role
from reports import digests
from reports.models import Digest, Reminder
from reports.reminding import coming, make, make_all
from tests.cast import make_ai_system, make_evidence, make_supplier, somebody
from tests.reports.mornings import TODAY, due, later, run, told


@pytest.fixture(autouse=True)
def silent(sent: list[str]) -> list[str]:
    """No broker; the ids it was told about."""
    return sent


@pytest.mark.parametrize(
    ("days", "slot"), [(31, None), (30, -30), (20, -30), (7, -7), (1, -1), (0, 0), (-3, 0), (-7, 7)]
)
def test_a_review_reminds_its_owner(days: int, slot: int | None, organisation: Any, contributor: Any) -> None:
    record = make_supplier(organisation, owner=contributor, review_on=due(days))
    make(organisation, later(0))
    assert told(contributor) == ([] if slot is None else [(record.reference, slot)])


def test_evidence_reminds_before_it_runs_out_and_of_its_review_too(organisation: Any, contributor: Any) -> None:
    item = make_evidence(organisation, owner=contributor, valid_until=due(7), review_on=due(0))
    make(organisation, later(0))
    assert sorted(Reminder.objects.values_list("rule", "record", "slot")) == [
        ("evidence", item.pk, -7),
        ("review", item.pk, 0),
    ]
    assert Digest.objects.get().person == contributor


def test_a_year_of_mornings_tells_each_slot_once(organisation: Any, contributor: Any) -> None:
    record = make_supplier(organisation, owner=contributor, review_on=due(31))
    for day in range(60):
        run(organisation, day)
        run(organisation, day, hour=9)
    assert told(contributor) == [(record.reference, slot) for slot in (-30, -7, -1, 0, 7, 14, 21, 28)]
    days = Digest.objects.filter(person=contributor).order_by("day").values_list("day", flat=True)
    assert [(day - TODAY).days for day in days] == [1, 24, 30, 31, 38, 45, 52, 59]


def test_after_downtime_only_the_latest_missed_slot_is_told(organisation: Any, contributor: Any) -> None:
    record = make_supplier(organisation, owner=contributor, review_on=due(30))
    run(organisation, 0)
    run(organisation, 40)
    run(organisation, 41)
    run(organisation, 44)
    assert told(contributor) == [(record.reference, slot) for slot in (-30, 7, 14)]


@pytest.mark.parametrize("back", [1, 3, 45])
def test_a_clock_that_goes_back_tells_nothing_twice(back: int, organisation: Any, contributor: Any) -> None:
    make_supplier(organisation, owner=contributor, review_on=due(20))
    for day in range(25):
        run(organisation, day)
    before = told(contributor)
    for day in range(25 - back, 25):
        run(organisation, day)
    assert told(contributor) == before


def test_a_clock_that_ran_ahead_silences_nothing_and_breaks_nothing(organisation: Any, contributor: Any) -> None:
    record = make_supplier(organisation, owner=contributor, review_on=due(0))
    run(organisation, 365)
    run(organisation, 5)
    for day in range(5, 30):
        run(organisation, day)
    assert told(contributor) == [(record.reference, slot) for slot in (364, 0, 7, 14, 21, 28)]
    other = make_supplier(organisation, owner=contributor, review_on=due(31))
    for day in (36, 31, 32, 33):
        run(organisation, day)
    assert [slot for reference, slot in told(contributor) if reference == other.reference] == [0]


def test_a_date_that_is_moved_reminds_anew(organisation: Any, contributor: Any) -> None:
    record = make_supplier(organisation, owner=contributor, review_on=due(0))
    make(organisation, later(0))
    record.review_on = due(2)
    record.save()
    make(organisation, later(1))
    assert told(contributor) == [(record.reference, 0), (record.reference, -1)]


def test_a_new_owner_is_told_the_next_morning(organisation: Any, contributor: Any) -> None:
    record = make_supplier(organisation, owner=contributor, review_on=due(-3))
    make(organisation, later(0))
    record.owner = somebody(organisation)
    record.save()
    make(organisation, later(1))
    assert told(record.owner) == [(record.reference, 0)]


def test_what_comes_up_after_the_digest_waits_for_the_next(organisation: Any, contributor: Any) -> None:
    make_supplier(organisation, owner=contributor, review_on=due(0))
    run(organisation, 0)
    second = make_supplier(organisation, owner=contributor, review_on=due(0))
    assert run(organisation, 0, hour=12) == 0
    run(organisation, 1)
    assert told(contributor)[1:] == [(second.reference, 0)]
    assert Digest.objects.count() == 2


# Who is told


def test_nobody_outside_or_gone_is_told_but_the_officer(
    organisation: Any, auditor: Any, officer: Any, contributor: Any
) -> None:
    gone, ended, closed = (somebody(organisation) for _n in range(3))
    for owner in (None, auditor, gone, ended, closed):
        make_supplier(organisation, owner=owner, review_on=due(0))
    dismiss(organisation.memberships.get(user=gone))
    Membership.objects.filter(user=ended).update(until=due(-1))
    closed.is_active = False
    closed.save()
    make(organisation, later(0))
    assert set(Reminder.objects.values_list("recipient", flat=True)) == {officer.pk}
    assert len(told(officer)) == 5


def test_without_an_officer_the_administrator_hears_of_it(organisation: Any, officer: Any, administrator: Any) -> None:
    make_supplier(organisation, owner=None, review_on=due(0))
    dismiss(organisation.memberships.get(user=officer))
    make(organisation, later(0))
    assert len(told(administrator)) == 1


def test_two_weeks_late_reaches_the_officers_too(organisation: Any, contributor: Any, officer: Any) -> None:
    record = make_supplier(organisation, owner=contributor, review_on=due(-14))
    run(organisation, 0)
    assert told(officer) == []
    run(organisation, 1)
    run(organisation, 2)
    assert told(officer) == [(record.reference, 14)]
    assert told(contributor) == [(record.reference, 14)]
    run(organisation, 7)
    assert told(officer) == told(contributor) == [(record.reference, 14), (record.reference, 21)]


def test_what_is_late_reaches_whom_its_owner_reports_to_instead_of_the_officers(
    organisation: Any, contributor: Any, manager: Any, officer: Any
) -> None:
    organisation.memberships.filter(user=contributor).update(manager=manager)
    record = make_supplier(organisation, owner=contributor, review_on=due(0))
    run(organisation, 14)
    assert (told(manager), told(officer)) == ([], [])
    assert [day for day, _thing in coming(organisation, manager.pk, TODAY + timedelta(days=14))] == [due(15)]
    run(organisation, 15)
    assert [reference for reference, _slot in told(manager)] == [record.reference]
    assert told(officer) == []


def test_who_may_not_read_all_is_not_told_of_others(organisation: Any, contributor: Any, officer: Any) -> None:
    head = somebody(organisation)
    organisation.memberships.filter(user=contributor).update(manager=head)
    make_supplier(organisation, owner=contributor, review_on=due(0))
    run(organisation, 15)
    assert told(head) == []
    assert len(told(officer)) == 1


def test_an_organisation_says_how_late_others_are_told(organisation: Any, contributor: Any, officer: Any) -> None:
    type(organisation).objects.filter(pk=organisation.pk).update(escalate_after=3)
    organisation.refresh_from_db()
    make_supplier(organisation, owner=contributor, review_on=due(0))
    run(organisation, 3)
    assert told(officer) == []
    run(organisation, 4)
    assert len(told(officer)) == 1


def test_a_retired_system_reminds_nobody(organisation: Any, officer: Any) -> None:
    system = make_ai_system(organisation, owner=officer, review_on=due(0))
    type(system).objects.filter(pk=system.pk).update(retired_on=TODAY, retired_because="Replaced")
    assert make(organisation, later(0)) == 0


def test_each_organisation_has_its_own_digest(
    organisation: Any, other_organisation: Any, officer: Any, outsider: Any
) -> None:
    appoint(officer, organisation=other_organisation, role=Role.CONTRIBUTOR)
    make_supplier(organisation, owner=officer, review_on=due(0))
    make_supplier(other_organisation, owner=officer, review_on=due(0))
    assert make_all(later(0)) == 2
    assert {digest.organisation for digest in Digest.objects.filter(person=officer)} == {
        organisation,
        other_organisation,
    }


def test_one_organisations_fault_stops_no_other(
    organisation: Any, other_organisation: Any, outsider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_supplier(other_organisation, owner=outsider, review_on=due(0))
    organisation.timezone = "Nowhere/Atall"
    organisation.save()
    assert make_all(later(0)) == 1


# When


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Europe/Berlin", datetime(2026, 11, 23, 5, 59, tzinfo=UTC), None),
        ("Europe/Berlin", datetime(2026, 11, 23, 6, 0, tzinfo=UTC), date(2026, 11, 23)),
        ("Europe/Berlin", datetime(2026, 11, 23, 22, 59, tzinfo=UTC), date(2026, 11, 23)),
        ("Europe/Berlin", datetime(2026, 11, 23, 23, 1, tzinfo=UTC), None),
        ("Pacific/Kiritimati", datetime(2026, 11, 23, 16, 59, tzinfo=UTC), None),
        ("Pacific/Kiritimati", datetime(2026, 11, 23, 17, 0, tzinfo=UTC), date(2026, 11, 24)),
        ("America/Los_Angeles", datetime(2026, 11, 24, 7, 30, tzinfo=UTC), date(2026, 11, 23)),
        ("America/Los_Angeles", datetime(2026, 11, 24, 8, 30, tzinfo=UTC), None),
        ("Europe/Berlin", datetime(2026, 3, 29, 5, 0, tzinfo=UTC), date(2026, 3, 29)),
    ],
)
def test_the_day_and_the_hour_are_the_organisations(
    zone: str, moment: datetime, day: date | None, organisation: Any, contributor: Any
) -> None:
    organisation.timezone = zone
    organisation.save()
    make_supplier(organisation, owner=contributor, review_on=date(2026, 1, 1))
    make(organisation, moment)
    assert set(Digest.objects.values_list("day", flat=True)) == ({day} if day else set())


# Once


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_make_one_digest(organisation: Any, contributor: Any, silent: list[str]) -> None:
    for days in range(20):
        make_supplier(organisation, owner=contributor, review_on=due(-days))
    barrier, made = threading.Barrier(4), []

    def scheduler() -> None:
        barrier.wait()
        made.append(make(organisation, later(0)))
        connection.close()

    threads = [threading.Thread(target=scheduler) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == Digest.objects.count() == len(silent)
    assert Digest.objects.filter(person=contributor).count() == 1
    assert Reminder.objects.filter(recipient=contributor).count() == 20


def test_the_database_refuses_a_second_one(organisation: Any, contributor: Any) -> None:
    make_supplier(organisation, owner=contributor, review_on=due(0))
    make(organisation, later(0))
    digest, reminder = Digest.objects.get(), Reminder.objects.get()
    for row in (digest, reminder):
        row.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


# What it costs, and what is announced


def test_a_hundred_dates_cost_what_one_costs(organisation: Any, contributor: Any, officer: Any) -> None:
    def cost(day: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert run(organisation, day)
        return len(captured)

    make_supplier(organisation, owner=contributor, review_on=due(0))
    one = cost(0)
    for n in range(30):
        make_supplier(organisation, owner=contributor if n % 2 else None, review_on=due(-n))
        make_evidence(organisation, owner=officer, valid_until=due(n))
    assert cost(1) == one <= 14
    with CaptureQueriesContext(connection) as captured:
        digests.mail_of(Digest.objects.filter(person=officer).latest("day"))
    assert len(captured) <= 9


def test_what_is_announced_is_what_comes(organisation: Any, contributor: Any, officer: Any) -> None:
    for days in (-20, -3, 0, 5, 12, 33, 58, 80):
        make_supplier(organisation, owner=contributor, review_on=due(days))
    run(organisation, 0)
    for person in (contributor, officer):
        announced = [(day, thing.record) for day, thing in coming(organisation, person.pk, TODAY)]
        first = {record: day for day, record in reversed(announced)}
        came: dict[int, date] = {}
        for day in range(1, 31):
            with transaction.atomic():
                run(organisation, day)
            for reminder in Reminder.objects.filter(recipient=person, digest__day=due(day)):
                came.setdefault(reminder.record_id, due(day))
        assert first == came
        Digest.objects.filter(day__gt=TODAY).delete()
