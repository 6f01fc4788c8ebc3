"""Incidents and concerns through the API: the rules of the pages, and no way to raise a concern with a key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from risks.models import ConcernState, Incident
from tests.cast import somebody
from tests.record_types import incident_form
from tests.risk_cast import make_concern, make_incident, notify
from tests.traces import written

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
JSON = "application/json"


def patch(client: Client, path: str, changes: dict[str, Any], tag: str = "*") -> Any:
    return client.patch(path, changes, content_type=JSON, headers={"If-Match": tag})


def address(record: Any, more: str = "") -> str:
    folder = "incidents" if isinstance(record, Incident) else "concerns"
    return f"/api/v1/{record.organisation.slug}/{folder}/{record.reference}/{more}"


def test_an_incident_is_reported_told_and_closed(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client, path = sign_in(officer), f"/api/v1/{organisation.slug}/incidents/"
    made = client.post(path, incident_form(organisation), content_type=JSON)
    assert made.status_code == 201, made.content
    incident = Incident.objects.of(organisation).get()
    assert made.json()["owner"] == officer.email
    told = client.post(address(incident, "notifications/"), {"recipient": "Customer", "hours": 48}, content_type=JSON)
    assert told.status_code == 201, told.content
    assert datetime.fromisoformat(told.json()["due_at"]) == incident.known_at + timedelta(hours=48)
    number = told.json()["id"]
    closing = {"closed": True, "lessons": "Keep the prices in one place"}
    refused = patch(client, address(incident), closing)
    assert refused.status_code == 400
    assert "Customer" in str(refused.json())
    early = {"outcome": "told", "told_at": (incident.known_at - timedelta(hours=1)).isoformat()}
    answer = client.post(address(incident, f"notifications/{number}/"), early, content_type=JSON)
    assert list(answer.json()["error"]["fields"]) == ["told_at"]
    now = {"outcome": "told", "told_at": timezone.now().isoformat()}
    answer = client.post(address(incident, f"notifications/{number}/"), now, content_type=JSON)
    assert answer.status_code == 200, answer.content
    assert patch(client, address(incident), {"cause": "Old text", "correction": "Taken off"}).status_code == 200
    assert patch(client, address(incident), closing | {"title": "x"}).status_code == 400
    closed = patch(client, address(incident), closing)
    assert closed.status_code == 200, closed.content
    assert (closed.json()["closed"], len(closed.json()["notifications"])) == (True, 1)
    assert patch(client, address(incident), {"closed": False}).json()["closed"] is False


def test_a_reader_and_a_stranger_change_no_incident(
    organisation: Any, manager: Any, contributor: Any, outsider: Any, sign_in: SignIn
) -> None:
    incident = make_incident(organisation)
    row, before = notify(incident), written()
    for person, status in ((manager, 403), (contributor, 404), (outsider, 404)):
        client = sign_in(person)
        assert patch(client, address(incident), {"title": "x"}).status_code == status
        assert client.post(address(incident, "notifications/"), {}, content_type=JSON).status_code == status
        path = address(incident, f"notifications/{row.pk}/")
        assert client.post(path, {"outcome": "told"}, content_type=JSON).status_code == status
    assert written() == before


def test_a_concern_is_read_triaged_and_answered_but_not_raised(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    concern, client = make_concern(organisation, channel="anonymous form"), sign_in(officer)
    assert client.post(f"/api/v1/{organisation.slug}/concerns/", {"text": "x"}, content_type=JSON).status_code == 405
    colleague = somebody(organisation)
    changed = patch(client, address(concern), {"owner": colleague.email, "state": "in_hand"})
    assert changed.status_code == 200, changed.content
    assert patch(client, address(concern), {"text": "Other words"}).status_code == 400
    assert patch(client, address(concern), {"state": "answered"}).status_code == 400
    answered = patch(client, address(concern), {"answer": "We took the target away"})
    assert (answered.json()["state"], answered.json()["answer"]) == ("answered", "We took the target away")
    assert "code_hash" not in answered.json()
    concern.refresh_from_db()
    assert concern.state == ConcernState.ANSWERED


def test_lists_for_programs_ask_no_more_for_more_rows(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    for folder, make in (("incidents", make_incident), ("concerns", make_concern)):
        path, asked = f"/api/v1/{organisation.slug}/{folder}/", []
        for rows in (1, 3):
            while make(organisation).__class__.objects.of(organisation).count() < rows:
                pass
            for record in Incident.objects.of(organisation):
                notify(record)
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).json()["count"] == rows
            asked.append(len(captured))
        assert asked[0] == asked[1] <= 14, asked
