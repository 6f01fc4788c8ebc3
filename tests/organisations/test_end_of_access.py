"""Access ends with the last day, as it is counted at the organisation, and not a click later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from organisations.actions import appoint
from organisations.roles import Role

LAST_DAY = date(2026, 11, 23)
# Midnight after the last day, in each organisation's own time zone.
MIDNIGHTS = {
    "Pacific/Auckland": datetime(2026, 11, 23, 11, 0, tzinfo=UTC),
    "Europe/Berlin": datetime(2026, 11, 23, 23, 0, tzinfo=UTC),
    "America/Los_Angeles": datetime(2026, 11, 24, 8, 0, tzinfo=UTC),
}


@pytest.mark.parametrize("zone", MIDNIGHTS)
def test_access_ends_at_midnight_where_the_organisation_is(
    zone: str, at: Any, organisation: Any, manager: Any, sign_in: Callable[..., Client]
) -> None:
    organisation.timezone = zone
    organisation.save()
    appoint(manager, organisation=organisation, role=Role.MANAGER, until=LAST_DAY)
    midnight = MIDNIGHTS[zone].timestamp()
    with time_machine.travel(midnight - 1, tick=False):
        client = sign_in(manager)
        assert client.get(at("organisation-edit")).status_code == 200
    with time_machine.travel(midnight, tick=False):
        assert client.get(at("organisation-edit")).status_code == 404
        assert client.get(at("home")).status_code == 404


def test_whoever_belongs_nowhere_any_more_is_told_so(
    organisation: Any, manager: Any, sign_in: Callable[..., Client]
) -> None:
    appoint(manager, organisation=organisation, role=Role.MANAGER, until=date(2020, 1, 1))
    answer = sign_in(manager).get("/")
    assert answer.status_code == 200
    assert "You belong to no organisation" in answer.content.decode()


def test_a_member_of_two_organisations_chooses(
    organisation: Any, other_organisation: Any, manager: Any, sign_in: Callable[..., Client]
) -> None:
    assert sign_in(manager).get("/").status_code == 302
    appoint(manager, organisation=other_organisation, role=Role.MANAGER)
    page = sign_in(manager).get("/").content.decode()
    assert organisation.name in page
    assert other_organisation.get_absolute_url() in page
