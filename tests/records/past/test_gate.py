"""Who goes to a day gone by, what they may do there, and how they come back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from evidence.models import Evidence
from organisations.actions import appoint
from organisations.roles import Role
from records.models import Record
from tests.ageing import happened_before
from tests.cast import make_ai_system, make_evidence
from tests.risk_cast import make_risk, score
from tests.room_cast import opened_room

SignIn = Callable[..., Client]


@pytest.fixture
def proof(organisation: Any) -> Evidence:
    """Evidence of a month ago, called otherwise since."""
    made = make_evidence(organisation, title="Bias test of spring")
    happened_before(30)
    Record.objects.filter(pk=made.pk).update(title="Bias test of autumn")
    return made


def to(client: Client, organisation: Any, day: date | None) -> Any:
    return client.post(f"/{organisation.slug}/as-of/", {"day": day.isoformat() if day else ""})


def a_month_ago(organisation: Any) -> date:
    day: date = organisation.today() - timedelta(days=30)
    return day


@pytest.mark.parametrize("role", ["officer", "manager", "auditor", "internal_auditor", "administrator"])
def test_who_reads_everything_reads_a_day_gone_by_and_comes_back(
    role: str, proof: Evidence, organisation: Any, request: Any, sign_in: SignIn
) -> None:
    client = sign_in(request.getfixturevalue(role))
    page = f"/{organisation.slug}/evidence/{proof.reference}/"
    assert to(client, organisation, a_month_ago(organisation)).status_code == 302
    then = client.get(page).content.decode()
    assert "Bias test of spring" in then
    assert "Bias test of autumn" not in then
    assert "Back to today" in then
    to(client, organisation, None)
    now = client.get(page).content.decode()
    assert "Bias test of autumn" in now
    assert "Back to today" not in now


def test_who_reads_their_own_only_stays_in_today(
    proof: Evidence, organisation: Any, contributor: Any, sign_in: SignIn
) -> None:
    """What they owned then may be somebody else's since."""
    client = sign_in(contributor)
    assert to(client, organisation, a_month_ago(organisation)).status_code == 403
    Record.objects.filter(pk=proof.pk).update(owner=contributor)
    session = client.session
    session["past_days"] = {organisation.slug: a_month_ago(organisation).isoformat()}
    session.save()
    assert "Bias test of autumn" in client.get(f"/{organisation.slug}/evidence/{proof.reference}/").content.decode()


def test_nothing_is_changed_there_and_the_page_says_why(
    proof: Evidence, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client = sign_in(officer)
    to(client, organisation, a_month_ago(organisation))
    address = f"/{organisation.slug}/evidence/{proof.reference}/edit/"
    refused = client.post(address, {"title": "As it never was", "version": "1"})
    assert refused.status_code == 403
    assert "What was cannot be changed" in refused.content.decode()
    assert client.get(address).status_code == 403
    page = client.get(f"/{organisation.slug}/evidence/{proof.reference}/").content.decode()
    assert "/edit/" not in page
    assert Record.objects.get(pk=proof.pk).title == "Bias test of autumn"
    to(client, organisation, None)
    assert client.get(address).status_code == 200


def test_a_day_that_cannot_be_looked_at_is_refused_at_the_field(
    proof: Evidence, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client = sign_in(officer)
    today = organisation.today()
    for text, words in (
        (today.isoformat(), "not over yet"),
        ((today - timedelta(days=31)).isoformat(), "Nothing was on record here before"),
        ("yesterday", "Enter a valid date"),
    ):
        answer = client.post(f"/{organisation.slug}/as-of/", {"day": text})
        assert answer.status_code == 422, text
        assert words in answer.content.decode()
    assert "Bias test of autumn" in client.get(f"/{organisation.slug}/evidence/").content.decode()


def test_the_day_is_of_one_organisation(
    proof: Evidence, organisation: Any, other_organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    appoint(officer, organisation=other_organisation, role=Role.MANAGER)
    client = sign_in(officer)
    to(client, organisation, a_month_ago(organisation))
    assert "Back to today" not in client.get(f"/{other_organisation.slug}/evidence/").content.decode()


def test_risks_have_the_scores_they_had(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    risk = make_risk(organisation, title="Ranks the wrong people")
    score(risk, likelihood=4, for_organisation=4)
    day = organisation.today() - happened_before(30)
    score(risk, likelihood=1, for_organisation=2)
    client = sign_in(officer)
    address = f"/{organisation.slug}/risks/"
    assert "Ranks the wrong people" not in client.get(f"{address}?level=critical").content.decode()
    to(client, organisation, day)
    assert "Ranks the wrong people" in client.get(f"{address}?level=critical").content.decode()


def test_what_is_late_is_counted_from_that_day(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    today = organisation.today()
    make_evidence(organisation, title="Valid then", valid_until=today - timedelta(days=10))
    day = today - happened_before(30)
    client = sign_in(officer)
    expired = f"/{organisation.slug}/evidence/?state=expired"
    assert "Valid then" in client.get(expired).content.decode()
    to(client, organisation, day)
    assert "Valid then" not in client.get(expired).content.decode()


def test_an_export_streams_what_was(proof: Evidence, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    to(client, organisation, a_month_ago(organisation))
    text = client.get(f"/{organisation.slug}/evidence/export.csv").getvalue().decode()
    assert "Bias test of spring" in text
    assert "Bias test of autumn" not in text


def test_an_auditor_in_a_room_reads_what_was_released_as_it_was(organisation: Any, sign_in: SignIn) -> None:
    released, hidden = make_ai_system(organisation, title="Ranking"), make_ai_system(organisation, title="Pricing")
    happened_before(30)
    room = opened_room(organisation, systems=[released])
    Record.objects.filter(pk__in=[released.pk, hidden.pk]).update(title="Called otherwise")
    client = sign_in(room.person)
    assert to(client, organisation, a_month_ago(organisation)).status_code == 302
    page = client.get(f"/{organisation.slug}/ai-systems/").content.decode()
    assert "Ranking" in page
    assert "Pricing" not in page
    assert client.get(f"/{organisation.slug}/ai-systems/{hidden.reference}/").status_code == 404


def test_a_program_asks_by_the_address(proof: Evidence, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    address = f"/api/v1/{organisation.slug}/evidence/{proof.reference}/"
    day = a_month_ago(organisation)
    assert client.get(f"{address}?on={day}").json()["title"] == "Bias test of spring"
    assert client.get(address).json()["title"] == "Bias test of autumn"
    assert client.get(f"{address}?on={day - timedelta(days=1)}").status_code == 400
    assert client.get(f"{address}?on=soon").status_code == 400
    refused = client.patch(f"{address}?on={day}", {"title": "x"}, content_type="application/json", HTTP_IF_MATCH="*")
    assert refused.status_code == 403


def test_the_dashboard_of_a_day_gone_by_reads_what_was(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    make_risk(organisation, title="Was there")
    day = organisation.today() - happened_before(30)
    make_risk(organisation, title="Came later")
    facts = sign_in(officer).get(f"/api/v1/{organisation.slug}/dashboard/?on={day}").json()
    assert facts["risks_total"] == 1
    assert facts["recorded_on"] == day.isoformat()


def test_an_auditor_in_a_room_finds_the_way_there(organisation: Any, sign_in: SignIn) -> None:
    room = opened_room(organisation)
    page = sign_in(room.person).get(f"/{organisation.slug}/room/").content.decode()
    assert f'href="/{organisation.slug}/as-of/"' in page
