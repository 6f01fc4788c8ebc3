"""Incidents and concerns of the sample, as shared and with our additions."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from aims_portal.loading import load
from aims_portal.sample.accounts import HERE
from risks.incidents.clock import clock_of
from risks.models import Concern, ConcernState, Incident
from tests import aims_portal

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
AS_SHARED = Path(aims_portal.__path__[0]) / "sample-organisation.yaml"
OURS = HERE / "meridia.yaml"


@pytest.mark.parametrize("path", [AS_SHARED, OURS], ids=["shared", "ours"])
def test_one_incident_is_open_and_the_concern_is_answered(path: Path) -> None:
    with time_machine.travel(TODAY, tick=False):
        meridia = load(path).organisation
    incidents = Incident.objects.of(meridia)
    assert [one.reference for one in incidents.open()] == ["INC-04"]
    assert incidents.count() == 4
    second = incidents.get(reference="INC-02")
    assert (second.system.reference, second.people_affected, second.closed_on) == ("AIS-01", 310, second.happened_on)
    told = second.notifications.get()
    assert (told.recipient, told.told_at, told.due_at) == ("customers", second.known_at, None)
    concern = Concern.objects.of(meridia).get()
    assert (concern.reference, concern.state) == ("CON-01", ConcernState.ANSWERED)
    assert (concern.owner.name, concern.changed_by, concern.code_hash) == ("Rita Falcao", None, "")
    clocks = [clock_of(row, TODAY).words for row in incidents.get(reference="INC-04").notifications.all()]
    assert clocks == ([] if path == AS_SHARED else ["told in time", "in 3 days 11 h"])
    assert bool(concern.answer) is (path == OURS)
