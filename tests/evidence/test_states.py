"""Current, expiring, expired, absent: to the day, in the organisation's own time zone, wherever it is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from evidence.models import Evidence, EvidenceVersion, State
from tests.cast import make_ai_system, make_evidence
from tests.pages import SeenPage

SignIn = Callable[..., Client]
TODAY = date(2026, 11, 23)
ON_THE_DAY = {
    None: State.CURRENT,
    date(2026, 12, 24): State.CURRENT,
    date(2026, 12, 23): State.EXPIRING,
    date(2026, 11, 23): State.EXPIRING,
    date(2026, 11, 22): State.EXPIRED,
}


@pytest.mark.parametrize(("valid_until", "state"), ON_THE_DAY.items())
def test_the_state_on_each_side_of_the_boundary(valid_until: date | None, state: State, organisation: Any) -> None:
    item = make_evidence(organisation, valid_until=valid_until)
    assert item.state(TODAY) == state


@pytest.mark.parametrize("valid_until", ON_THE_DAY)
def test_what_never_arrived_is_absent_whatever_its_date(valid_until: date | None, organisation: Any) -> None:
    assert Evidence.objects.create(organisation=organisation, title="X", valid_until=valid_until).state(TODAY) == (
        State.ABSENT
    )


@time_machine.travel("2026-11-23T12:00:00Z", tick=False)
def test_each_filter_finds_what_is_in_that_state(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    items = [make_evidence(organisation, valid_until=day) for day in ON_THE_DAY]
    items.append(Evidence.objects.create(organisation=organisation, title="X", valid_until=date(2020, 1, 1)))
    client = sign_in(officer)
    for state in State:
        wanted = {item.get_absolute_url() for item in items if item.state(TODAY) == state}
        page = SeenPage(client.get(f"/{organisation.slug}/evidence/?state={state}"))
        assert {item.get_absolute_url() for item in items} & set(page.links) == wanted, state


@pytest.mark.parametrize(
    ("zone", "moment", "state"),
    [
        # Valid until 22 November: in Kiritimati (UTC+14) the 23rd has begun, in Honolulu (UTC-10) it has not.
        ("Pacific/Kiritimati", "2026-11-22T10:30:00Z", State.EXPIRED),
        ("Pacific/Kiritimati", "2026-11-22T09:30:00Z", State.EXPIRING),
        ("Pacific/Honolulu", "2026-11-23T09:30:00Z", State.EXPIRING),
        ("Pacific/Honolulu", "2026-11-23T10:30:00Z", State.EXPIRED),
    ],
)
def test_the_day_turns_where_the_organisation_is(
    zone: str, moment: str, state: State, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    organisation.timezone = zone
    organisation.save()
    with time_machine.travel(moment, tick=False):
        item = make_evidence(organisation, valid_until=date(2026, 11, 22))
        client = sign_in(officer)
        assert item.state(organisation.today()) == state
        for page in (item.get_absolute_url(), f"/{organisation.slug}/evidence/?state={state}"):
            text = client.get(page).content.decode()
            assert str(state.label) in text
            assert item.title in text


@time_machine.travel("2026-11-22T23:30:00Z", tick=False)
def test_what_comes_in_is_received_on_the_organisations_day(organisation: Any) -> None:
    organisation.timezone = "Europe/Tallinn"
    organisation.save()
    assert make_evidence(organisation).received_on == TODAY


@time_machine.travel("2026-11-23T12:00:00Z", tick=False)
@pytest.mark.parametrize(
    ("valid_until", "word"),
    [(date(2026, 11, 22), "Expired"), (date(2026, 12, 1), "Expiring"), (date(2027, 12, 1), "Current")],
)
def test_the_state_stands_wherever_the_evidence_is_used(
    valid_until: date, word: str, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    system = make_ai_system(organisation)
    item = make_evidence(organisation, proves=system, valid_until=valid_until, title="Drift report")
    client, other = sign_in(officer), make_ai_system(organisation)
    for page in (
        item.get_absolute_url(),
        system.get_absolute_url(),
        f"/{organisation.slug}/records/{other.reference}/evidence/link/",
    ):
        assert word in " ".join(SeenPage(client.get(page)).texts), page


@time_machine.travel("2026-11-23T12:00:00Z", tick=False)
def test_days_finds_what_runs_out_by_then(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    soon = make_evidence(organisation, valid_until=date(2027, 1, 22))
    later = make_evidence(organisation, valid_until=date(2027, 1, 23))
    past = make_evidence(organisation, valid_until=date(2026, 11, 22))
    links = SeenPage(sign_in(officer).get(f"/{organisation.slug}/evidence/?days=60")).links
    assert soon.get_absolute_url() in links
    assert not {later.get_absolute_url(), past.get_absolute_url()} & set(links)


def test_the_latest_version_is_the_one_with_the_highest_number(organisation: Any) -> None:
    item = make_evidence(organisation)
    for number in range(2, 12):
        EvidenceVersion.objects.create(evidence=item, number=number, url="https://files.example/")
    assert item.latest
    assert item.latest.number == 11
