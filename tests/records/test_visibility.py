"""`visible_to` fails closed: who is not plainly let in sees nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from organisations.actions import appoint, dismiss
from organisations.middleware import memberships_of, note_rights
from organisations.models import Membership, User
from organisations.roles import Role
from records.actions import give, take_back
from records.models import Record, RecordGrant
from tests.cast import ROLES, make_evidence, make_supplier
from tests.record_types import RecordType

A_DAY = timedelta(days=1)


def sees(user: Any, record: Any) -> bool:
    return bool(Record.objects.visible_to(user).filter(pk=record.pk).exists())


def changes(user: Any, record: Any) -> bool:
    return bool(Record.objects.changeable_by(user).filter(pk=record.pk).exists())


@pytest.fixture
def record(organisation: Any, officer: Any) -> Any:
    return make_supplier(organisation, owner=officer)


@pytest.mark.parametrize("nobody", [None, AnonymousUser(), "officer", 1, object()], ids=lambda who: type(who).__name__)
def test_nobody_sees_nothing(nobody: Any, record: Any) -> None:
    assert not Record.objects.visible_to(nobody).exists()
    assert not Record.objects.changeable_by(nobody).exists()


def test_every_type_goes_through_the_same_door(record_type: RecordType, organisation: Any, outsider: Any) -> None:
    record_type.make(organisation)
    seen = record_type.views.model.objects.visible_to(outsider).filter(organisation=organisation)
    assert not seen.exists()
    assert not record_type.views.model.objects.visible_to(AnonymousUser()).exists()


def test_an_account_that_was_closed_sees_nothing(record: Any, officer: Any) -> None:
    assert sees(officer, record)
    officer.is_active = False
    officer.save()
    assert not sees(officer, record)
    assert not changes(officer, record)


def test_a_superuser_is_nobody_without_a_membership(record: Any) -> None:
    root = User.objects.create_superuser("root@brightwater.example", name="Root")
    assert not sees(root, record)
    assert not changes(root, record)


def test_a_membership_ends_after_its_last_day(record: Any, organisation: Any, auditor: Any) -> None:
    today = organisation.today()
    appoint(auditor, organisation=organisation, role=Role.AUDITOR, until=today)
    assert sees(auditor, record)
    Membership.objects.filter(user=auditor).update(until=today - A_DAY)
    assert not sees(auditor, record)


def test_whoever_is_dismissed_sees_nothing_from_then_on(record: Any, officer: Any, organisation: Any) -> None:
    dismiss(officer.memberships.get(organisation=organisation))
    assert not sees(officer, record)
    assert not changes(officer, record)


def test_a_grant_outlives_no_membership(record: Any, contributor: Any, organisation: Any) -> None:
    give(record, to=contributor)
    assert sees(contributor, record)
    dismiss(contributor.memberships.get(organisation=organisation))
    assert not sees(contributor, record)


def test_a_new_role_takes_the_rights_of_the_old_one(record: Any, officer: Any, organisation: Any) -> None:
    appoint(officer, organisation=organisation, role=Role.MANAGER)
    assert sees(officer, record)
    assert not changes(officer, record)
    appoint(officer, organisation=organisation, role=Role.CONTRIBUTOR)
    record.owner = None
    record.save()
    assert not sees(officer, record)


def test_a_contributor_sees_what_they_own_or_were_given(record: Any, contributor: Any, organisation: Any) -> None:
    mine = make_supplier(organisation, owner=contributor)
    assert sees(contributor, mine)
    assert changes(contributor, mine)
    assert not sees(contributor, record)
    give(record, to=contributor, change=False)
    assert sees(contributor, record)
    assert not changes(contributor, record)
    give(record, to=contributor)
    assert changes(contributor, record)
    take_back(record, of=contributor)
    assert not sees(contributor, record)


@pytest.mark.parametrize(
    ("since", "until", "open_today"),
    [(None, None, True), (0, 0, True), (-2, 2, True), (1, None, False), (None, -1, False), (-5, -1, False)],
)
def test_a_grant_holds_between_its_days(
    since: int | None, until: int | None, open_today: bool, record: Any, contributor: Any, organisation: Any
) -> None:
    today = organisation.today()
    give(
        record,
        to=contributor,
        since=None if since is None else today + since * A_DAY,
        until=None if until is None else today + until * A_DAY,
    )
    assert sees(contributor, record) is open_today
    assert changes(contributor, record) is open_today


def test_days_of_grants_are_the_organisations_days(
    record: Any, contributor: Any, organisation: Any, time_machine: Any
) -> None:
    """At 23:30 UTC it is the next day in Berlin: what was given until yesterday has ended."""
    give(record, to=contributor, until=organisation.today())
    late = f"{organisation.today()}T23:30:00+00:00"
    time_machine.move_to(late, tick=False)
    assert organisation.today() > RecordGrant.objects.get(user=contributor, permission__codename="view_record").until
    assert not sees(contributor, record)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.INTERNAL_AUDITOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_readers_change_nothing_even_what_they_own_or_were_given(role: str, record: Any, organisation: Any) -> None:
    reader = User.objects.create_user("reader@brightwater.example", name="Reader")
    until = organisation.today() if role == Role.AUDITOR else None
    appoint(reader, organisation=organisation, role=role, until=until)
    record.owner = reader
    record.save()
    give(record, to=reader)
    assert sees(reader, record)
    assert not changes(reader, record)


def test_a_list_page_and_a_report_ask_one_question(
    record: Any, officer: Any, contributor: Any, django_assert_num_queries: Any
) -> None:
    """Who may see what is part of the one query, whatever the number of records and grants."""
    give(record, to=contributor)
    for user in (officer, contributor):
        with django_assert_num_queries(1):
            assert list(Record.objects.visible_to(user).values_list("pk"))


@pytest.mark.parametrize("role", list(ROLES))
def test_a_request_sees_what_the_database_says(
    role: str, record_type: RecordType, organisation: Any, other_organisation: Any
) -> None:
    """What `enter` noted for a request and what is asked of the database are one rule."""
    user = User.objects.get(email=f"{role}@{organisation.slug}.example")
    appoint(user, organisation=other_organisation, role=Role.CONTRIBUTOR)
    for place in (organisation, other_organisation):
        record_type.make(place)
        record_type.make(place, owner=user)
        give(record_type.make(place), to=user, change=False)
        give(record_type.make(place), to=user, until=place.today() - A_DAY)
        make_evidence(place, proves=make_supplier(place, owner=user))
    known = User.objects.get(pk=user.pk)
    note_rights(known, memberships_of(known))
    records = record_type.views.model.objects
    for asked in (records.visible_to, records.changeable_by):
        assert set(asked(known)) == set(asked(user))
    assert records.visible_to(known).exists()


def test_a_membership_that_ended_is_noted_for_no_request(officer: Any) -> None:
    officer.memberships.update(role=Role.AUDITOR, until=officer.memberships.get().organisation.today() - A_DAY)
    assert memberships_of(officer) == []
