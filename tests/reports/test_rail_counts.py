"""The rail counts what one may see, and keeps the SQL of that only while it would be the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aims_portal.rail_counts import counting, counts_for, rows_to_count
from organisations.actions import appoint
from organisations.kept_sql import reader_of
from organisations.middleware import memberships_of, note_rights
from organisations.models import User
from organisations.roles import Role
from systems.models import Supplier
from tests.cast import ROLES, make_ai_system, make_supplier


def noted(user: Any) -> Any:
    """The person anew, as a request finds them."""
    user = User.objects.get(pk=user.pk)
    note_rights(user, memberships_of(user))
    return user


def asked(user: Any, organisation: Any) -> list[str]:
    user = noted(user)
    with CaptureQueriesContext(connection) as captured:
        counts_for(user, organisation)
    return [query["sql"] for query in captured]


@pytest.mark.parametrize("role", ROLES)
def test_what_is_kept_is_what_would_be_made_anew(role: str, organisation: Any, request: Any) -> None:
    person = request.getfixturevalue(role)
    make_ai_system(organisation, owner=person)
    counting.cache_clear()
    with time_machine.travel(timezone.now().replace(hour=9), tick=False) as clock:
        first = asked(person, organisation)
        clock.shift(timedelta(hours=3))
        assert asked(person, organisation) == first
        assert counting.cache_info().hits == 1
        counting.cache_clear()
        assert asked(person, organisation) == first
    assert len(first) == 1


def test_another_day_another_person_and_another_role_are_asked_anew(
    organisation: Any, officer: Any, contributor: Any
) -> None:
    make_supplier(organisation)
    assert counts_for(noted(officer), organisation)["suppliers"] == 1
    assert counts_for(noted(contributor), organisation)["suppliers"] == 0
    appoint(contributor, organisation=organisation, role=Role.MANAGER)
    assert counts_for(noted(contributor), organisation)["suppliers"] == 1
    supplier = make_supplier(organisation, owner=officer, review_on=organisation.today() + timedelta(days=40))
    before = counts_for(noted(officer), organisation)
    with time_machine.travel(timezone.now() + timedelta(days=40)):
        assert counts_for(noted(officer), organisation) == before | {"due_review": before["due_review"] + 1}
    assert supplier.review_on


def test_a_new_record_is_counted_at_once(organisation: Any, officer: Any, sign_in: Any) -> None:
    client: Client = sign_in(officer)
    for count in (1, 2, 3):
        make_supplier(organisation)
        seen = client.get(f"/{organisation.slug}/suppliers/").context["rail"]["items"]
        assert next(item["count"] for item in seen if item["label"] == "Suppliers") == str(count)


@pytest.mark.parametrize("role", ROLES)
def test_each_count_is_the_length_of_its_list(role: str, request: Any, organisation: Any) -> None:
    person = request.getfixturevalue(role)
    for owner in (person, None):
        make_supplier(organisation, owner=owner, review_on=organisation.today())
        make_ai_system(organisation, owner=owner)
    person = noted(person)
    counted = counts_for(person, organisation)
    assert counted == {name: rows.count() for name, rows in rows_to_count(reader_of(person, organisation)).items()}
    assert counted["suppliers"] == Supplier.objects.visible_to(person).of(organisation).count()
    assert counted["due_review"] == 1
