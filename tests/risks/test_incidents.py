"""Incidents: who must be told by when, what closing asks for, who may report (ISO 42001 8.2, A.8.4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from risks.incidents.actions import close_incident, reopen_incident, tell
from risks.incidents.clock import clock_of
from risks.incidents.duties import DUTIES
from risks.models import Incident, Notification
from tests.cast import make_ai_system
from tests.pages import SeenPage, filled_in
from tests.record_types import incident_form
from tests.risk_cast import make_incident, make_risk, notify
from tests.traces import history_of, written

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def page(name: str, incident: Incident, *row: Notification) -> str:
    arguments = [incident.organisation.slug, incident.reference, *(one.pk for one in row)]
    return reverse(f"incident-{name}", args=arguments)


def typed(moment: datetime, organisation: Any) -> str:
    return timezone.localtime(moment, organisation.zone).strftime("%Y-%m-%dT%H:%M")


def said(answer: Any) -> str:
    return " ".join(SeenPage(answer).texts)


def ready(organisation: Any, **fields: Any) -> Incident:
    return make_incident(organisation, cause="No reason codes", correction="Decided again", **fields)


HOURS = [
    (timedelta(hours=3, minutes=20), None, "in 3 h", "warn"),
    (timedelta(minutes=40), None, "in 40 min", "warn"),
    (timedelta(days=3, hours=4), None, "in 3 days 4 h", "info"),
    (timedelta(hours=-5), None, "5 h late", "bad"),
    (timedelta(days=-4), None, "4 days late", "bad"),
    (timedelta(hours=1), timedelta(), "told in time", "good"),
    (timedelta(hours=-2), timedelta(), "told 2 h late", "bad"),
    (None, timedelta(), "told", "good"),
    (None, None, "not told, no deadline", "warn"),
]


@pytest.mark.parametrize(("left", "told", "words", "tone"), HOURS)
def test_a_clock_says_how_long_is_left_or_how_late_it_is(left: Any, told: Any, words: str, tone: str) -> None:
    now = timezone.now()
    row = Notification(due_at=None if left is None else now + left, told_at=None if told is None else now)
    clock = clock_of(row, now)
    assert (clock.words, clock.tone) == (words, tone)


def test_hours_run_from_when_the_incident_was_known(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    incident, client = make_incident(organisation, owner=officer), sign_in(officer)
    answer = client.post(page("notify", incident), {"recipient": "Partner bank", "basis": "Contract", "hours": "48"})
    assert answer.status_code == 302, said(answer)
    row = incident.notifications.get()
    assert row.due_at == incident.known_at + timedelta(hours=48)
    text = said(client.get(incident.get_absolute_url()))
    assert "Partner bank" in text
    assert "in 23 h" in text
    earlier = timezone.now() - timedelta(hours=60)
    form = {"known_at": typed(earlier, organisation), "happened_on": "2026-01-05"}
    assert client.post(incident.edit_url, filled_in(client, incident.edit_url, **form)).status_code == 302
    row.refresh_from_db()
    assert "12 h late" in said(client.get(incident.get_absolute_url()))


def test_suggestions_name_their_article_and_ask_to_verify_the_law(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    incident, client = make_incident(organisation), sign_in(officer)
    hours = {duty.key: duty.hours for duty in DUTIES}
    assert hours == {"contract": 48, "privacy": 72, "serious": 360, "wide": 48, "death": 240}
    answer = client.get(f"{page('notify', incident)}?duty=privacy")
    form = SeenPage(answer).form_with("recipient").fields
    assert (form["recipient"], form["basis"], form["hours"]) == (
        ["Data protection authority"],
        ["GDPR Art. 33"],
        ["72"],
    )
    assert "verify the current law" in said(answer)


def test_nobody_is_told_before_it_was_known_or_in_the_future(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    incident, client = make_incident(organisation), sign_in(officer)
    row = notify(incident)
    for moment, words in (
        (incident.known_at - timedelta(hours=1), "before the incident was known"),
        (timezone.now() + timedelta(hours=1), "lies ahead"),
    ):
        form = {"outcome": "told", "told_at": typed(moment, organisation), "note": "By phone"}
        answer = client.post(page("told", incident, row), form)
        assert words in said(answer)
        assert SeenPage(answer).form_with("told_at").fields["note"][0].strip() == "By phone"
    row.refresh_from_db()
    assert row.told_at is None
    form = {"outcome": "told", "told_at": typed(timezone.now(), organisation)}
    assert client.post(page("told", incident, row), form).status_code == 302
    assert "told in time" in said(client.get(incident.get_absolute_url()))


@pytest.mark.parametrize("outcome", ["told", "not_needed"])
def test_of_two_who_note_what_became_of_it_the_second_is_told_and_loses_nothing(
    outcome: str, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    incident, client = make_incident(organisation), sign_in(officer)
    row, moment = notify(incident), typed(timezone.now(), organisation)
    mine, theirs = (filled_in(client, page("told", incident, row), told_at=moment, outcome="told") for _who in range(2))
    assert client.post(page("told", incident, row), theirs | {"note": "By mail"}).status_code == 302
    answer = client.post(page("told", incident, row), mine | {"note": "By phone", "outcome": outcome})
    assert "Somebody else noted something of it meanwhile" in said(answer)
    assert SeenPage(answer).form_with("told_at").fields["note"][0].strip() == "By phone"
    row.refresh_from_db()
    assert (row.note, row.is_needed) == ("By mail", True)


def test_who_was_told_stays_on_the_list(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    incident, client = make_incident(organisation), sign_in(officer)
    row, other = notify(incident, told_at=timezone.now()), notify(incident, "Supplier")
    assert client.post(page("untell", incident, row)).status_code == 302
    assert client.post(page("untell", incident, other)).status_code == 302
    assert list(incident.notifications.all()) == [row]
    assert history_of(Notification, pgh_obj=other.pk).last().pgh_label == "delete"
    assert client.get(page("notification", incident, row)).status_code == 302


def test_closing_needs_cause_correction_everybody_told_and_lessons(organisation: Any, officer: Any) -> None:
    incident = make_incident(organisation)
    row = notify(incident)
    with pytest.raises(ValidationError) as refusal:
        close_incident(incident, by=officer, lessons="Watch the reasons")
    assert len(refusal.value.messages) == 3
    Incident.objects.filter(pk=incident.pk).update(cause="No codes", correction="Decided again")
    with pytest.raises(ValidationError, match="Customer"):
        close_incident(incident, by=officer, lessons="Watch the reasons")
    tell(row, by=officer, at=timezone.now())
    with pytest.raises(ValidationError, match="learned"):
        close_incident(incident, by=officer, lessons=" ")
    close_incident(incident, by=officer, lessons="Watch the reasons")
    incident.refresh_from_db()
    assert (incident.closed_on, incident.closed_by) == (organisation.today(), officer)
    with pytest.raises(ValidationError, match="closed already"):
        close_incident(incident, by=officer, lessons="Twice")
    reopen_incident(incident, by=officer)
    incident.refresh_from_db()
    assert (incident.is_open, incident.lessons) == (True, "Watch the reasons")


def test_not_needed_needs_a_reason(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    incident, client = ready(organisation), sign_in(officer)
    row = notify(incident)
    answer = client.post(page("told", incident, row), {"outcome": "not_needed", "note": ""})
    assert "Say why they need not be told" in said(answer)
    client.post(page("told", incident, row), {"outcome": "not_needed", "note": "No personal data"})
    row.refresh_from_db()
    assert (row.is_needed, row.note) == (False, "No personal data")
    close_incident(incident, by=officer, lessons="None")


def test_a_stale_closing_is_refused_and_what_was_typed_stays(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    incident, client = ready(organisation), sign_in(officer)
    form = filled_in(client, page("close", incident), lessons="Written with care")
    Incident.objects.get(pk=incident.pk).save()
    type(incident).objects.filter(pk=incident.pk).update(version=2)
    answer = client.post(page("close", incident), form)
    assert "changed after you opened it" in said(answer)
    assert SeenPage(answer).form_with("lessons").fields["lessons"][0].strip() == "Written with care"


def test_a_closed_incident_changes_no_more_until_it_is_reopened(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    incident, client = ready(organisation, closed_on=organisation.today()), sign_in(officer)
    row, before = notify(incident), Notification.objects.count()
    client.post(page("notify", incident), {"recipient": "Somebody"})
    client.post(page("untell", incident, row))
    client.post(page("told", incident, row), {"outcome": "told", "told_at": typed(timezone.now(), organisation)})
    row.refresh_from_db()
    assert (Notification.objects.count(), row.told_at) == (before, None)
    form = filled_in(client, incident.edit_url, cause="")
    assert "keeps its cause" in said(client.post(incident.edit_url, form))


@pytest.mark.parametrize(("severity", "is_said"), [("high", True), ("critical", True), ("medium", False)])
def test_a_grave_incident_that_names_nobody_warns(
    severity: str, is_said: bool, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    incident = make_incident(organisation, severity=severity)
    warning = "Nobody is named who must be told."
    assert (warning in said(sign_in(officer).get(incident.get_absolute_url()))) is is_said
    notify(incident)
    assert warning not in said(sign_in(officer).get(incident.get_absolute_url()))


def test_a_contributor_reports_and_the_owner_of_the_system_has_it(
    organisation: Any, contributor: Any, officer: Any, sign_in: SignIn
) -> None:
    client = sign_in(contributor)
    system = make_ai_system(organisation, owner=contributor)
    form = incident_form(organisation)
    assert client.post(f"/{organisation.slug}/incidents/new/", form | {"system": system.pk}).status_code == 302
    own = Incident.objects.of(organisation).get()
    assert own.owner == contributor
    make_incident(organisation, title="Of somebody else", owner=officer)
    assert "Of somebody else" not in said(client.get(f"/{organisation.slug}/incidents/"))
    assert client.post(page("notify", own), {"recipient": "Customer", "hours": "48"}).status_code == 302


def test_it_cannot_be_known_before_it_happened_or_in_the_future(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, before = sign_in(officer), written()
    for moment, words in (
        (timezone.now() - timedelta(days=3), "known before it happened"),
        (timezone.now() + timedelta(hours=2), "lies ahead"),
    ):
        form = incident_form(organisation) | {"known_at": typed(moment, organisation)}
        assert words in said(client.post(f"/{organisation.slug}/incidents/new/", form))
    assert written() == before


def test_a_reader_decides_nothing_about_an_incident(
    organisation: Any, manager: Any, outsider: Any, sign_in: SignIn
) -> None:
    incident = ready(organisation)
    row, before = notify(incident), written()
    for name, rows in {"close": (), "reopen": (), "notify": (), "notification": (row,), "told": (row,)}.items():
        assert sign_in(manager).post(page(name, incident, *rows), {}).status_code == 403
        assert sign_in(outsider).post(page(name, incident, *rows), {}).status_code == 404
    assert written() == before


def test_the_list_is_filtered_and_says_the_next_deadline(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    first = make_incident(organisation, title="Serious one", is_serious=True, system=make_ai_system(organisation))
    notify(first, hours=240)
    notify(first, hours=48)
    ready(organisation, title="Lost parcel", closed_on=organisation.today())
    path = f"/{organisation.slug}/incidents/"
    assert "in 23 h" in said(client.get(f"{path}?state=open"))
    for query, shown, hidden in (
        ("state=closed", "Lost parcel", "Serious one"),
        ("state=open", "Serious one", "Lost parcel"),
        ("serious=yes", "Serious one", "Lost parcel"),
        (f"system={first.system_id}", "Serious one", "Lost parcel"),
        ("severity=medium", "Serious one", "No such title"),
    ):
        page_said = said(client.get(f"{path}?{query}"))
        assert shown in page_said
        assert hidden not in page_said
    exported = client.get(f"{path}export.csv").getvalue().decode()
    assert "Serious one" in exported


def test_an_export_tells_the_time_of_the_organisation(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    type(organisation).objects.filter(pk=organisation.pk).update(timezone="Pacific/Kiritimati")
    known_at = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
    incident = make_incident(organisation, known_at=known_at, happened_on=known_at.date())
    notify(incident, hours=2)
    text = sign_in(officer).get(f"/{organisation.slug}/incidents/export.csv").getvalue().decode()
    assert "2026-03-02 12:30" in text
    assert "2026-03-02 14:30" in text
    history = sign_in(officer).get(f"/{organisation.slug}/history/export.csv?kind=incident").getvalue().decode()
    assert "2 Mar 2026, 14:30" in history


def test_a_risk_one_may_not_see_is_not_named(
    organisation: Any, contributor: Any, officer: Any, sign_in: SignIn
) -> None:
    incident = make_incident(organisation, owner=contributor)
    incident.risks.add(make_risk(organisation, title="Hidden risk"))
    assert "Hidden risk" in said(sign_in(officer).get(incident.get_absolute_url()))
    shown = SeenPage(sign_in(contributor).get(incident.get_absolute_url()), within="main")
    assert "Hidden risk" not in " ".join(shown.texts)
