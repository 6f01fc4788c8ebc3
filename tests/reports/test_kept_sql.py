"""What is kept of Due and of the lists of readiness is what would be asked anew."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from organisations.kept_sql import reader_of
from organisations.models import User
from records.models import Record
from reports import due
from reports.readiness import lists
from reports.readiness.all_lists import LISTS
from risks.models import RiskCriteria
from tests.cast import ROLES, make_ai_system, make_supplier
from tests.reports.conftest import Stage
from tests.reports.test_rail_counts import noted
from tests.risk_cast import make_criteria, make_incident, make_risk, notify

pytestmark = pytest.mark.django_db


def told(user: Any, organisation: Any, by: date, **whose: Any) -> list[dict[str, Any]]:
    rows = due.due_rows(user, organisation, by, **whose)
    assert rows.count() == len(rows[:]) == len(list(rows))
    assert rows[1:3] == rows[:][1:3]
    return rows[:]


def found(user: Any, organisation: Any, at: Any = None) -> dict[str, Any]:
    at = at or timezone.now()
    seen = lists.Seen(organisation, user, at, timezone.localdate(at, organisation.zone))
    return lists.lists_of(seen, LISTS.values())


@pytest.mark.parametrize("role", ROLES)
def test_what_is_kept_is_what_would_be_made_anew(role: str, played: Stage, request: Any) -> None:
    organisation, person = played.organisation, request.getfixturevalue(role)
    Record.objects.filter(pk__in=Record.objects.of(organisation)[:5]).update(owner=person)
    by, anew = played.day(60), User.objects.get(pk=person.pk)
    assert reader_of(anew, organisation) is None, "outside of a request nothing is kept"
    for whose in ({}, {"owner": person}, {"what": "review"}):
        for _time in range(2):
            assert told(noted(person), organisation, by, **whose) == told(anew, organisation, by, **whose)
    at = timezone.now()
    for _time in range(2):
        assert found(noted(person), organisation, at) == found(anew, organisation, at)


def test_to_put_it_together_nothing_is_asked(
    organisation: Any, officer: Any, contributor: Any, django_assert_num_queries: Any
) -> None:
    for person in (noted(officer), noted(contributor)):
        reader = reader_of(person, organisation)
        assert reader
        with django_assert_num_queries(0):
            due.rows_for.__wrapped__(reader, reader.today, None, "")
            due.rows_for.__wrapped__(reader, reader.today, reader.person, "")
            lists.rows_for.__wrapped__(reader, reader.today, tuple(LISTS.values()))


def test_what_happens_meanwhile_is_told_at_once(organisation: Any, officer: Any, contributor: Any) -> None:
    today, here = organisation.today(), organisation
    assert told(noted(contributor), here, today) == []
    supplier = make_supplier(here, owner=contributor, review_on=today)
    assert [row["reference"] for row in told(noted(contributor), here, today)] == [supplier.reference]
    supplier.owner = officer
    supplier.save()
    assert told(noted(contributor), here, today) == []
    before = found(noted(officer), here)["unscored"].count
    make_criteria(here, state="approved")
    make_risk(here, system=make_ai_system(here))
    assert found(noted(officer), here)["unscored"].count == before + 1
    assert RiskCriteria.objects.exists()


def test_a_day_is_kept_and_the_moment_told(organisation: Any, officer: Any) -> None:
    now = timezone.now()
    incident = make_incident(organisation, known_at=now - timedelta(hours=1))
    notify(incident, hours=1)
    earlier, later = (found(noted(officer), organisation, now + timedelta(seconds=s)) for s in (-1, 1))
    assert (earlier["notifications-late"].count, later["notifications-late"].count) == (0, 1)
