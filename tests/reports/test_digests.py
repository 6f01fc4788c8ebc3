"""A digest is sent by one worker, tried again, and says what still holds."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection

from organisations import mail_jobs
from organisations.actions import dismiss
from reports import digests
from reports.models import Digest, DigestChoice
from reports.reminding import make
from tests.cast import make_ai_system, make_supplier, somebody
from tests.reports.mornings import TODAY, due, its_time, later, told


@pytest.fixture(autouse=True)
def silent(sent: list[str]) -> list[str]:
    """No broker; the ids it was told about."""
    return sent


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_sends(organisation: Any, contributor: Any) -> None:
    digest = waiting(organisation, contributor)
    barrier, took = threading.Barrier(3), []

    def worker() -> None:
        barrier.wait()
        took.append(digests.deliver(digest.pk))
        connection.close()

    threads = [threading.Thread(target=worker) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(took) == [False, False, True]
    assert len(mail.outbox) == 1


def waiting(organisation: Any, person: Any, *days: int) -> Digest:
    for day in days or (0,):
        make_supplier(organisation, owner=person, review_on=due(day))
    make(organisation, later(0))
    return its_time(Digest.objects.get(person=person, organisation=organisation))


def test_the_mail_groups_by_time_and_links_to_the_portal(organisation: Any, contributor: Any, settings: Any) -> None:
    settings.BASE_URL = "https://aims.example"
    digest = waiting(organisation, contributor, -3, 0, 7)
    assert digests.deliver(digest.pk)
    (message,) = mail.outbox
    assert message.to == [contributor.email]
    assert message.subject == "3 dates to keep: Brightwater Ltd"
    text = message.body
    assert text.index("Late") < text.index("3 days late") < text.index("Today") < text.index("Coming")
    assert text.index("Coming") < text.index("in 7 days")
    for record in contributor.owned_records.all():
        assert f"{record.reference} {record.title}" in text
        assert f"https://aims.example{record.get_absolute_url()}" in text
    assert f"https://aims.example/{organisation.slug}/reminders/" in text
    assert message.extra_headers["Message-ID"] == f"<digest.{digest.pk}@aims.example>"


def test_a_sent_digest_is_not_sent_its_time(organisation: Any, contributor: Any) -> None:
    digest = waiting(organisation, contributor)
    assert digests.deliver(digest.pk)
    assert not digests.deliver(digest.pk)
    digest.refresh_from_db()
    assert (digest.state, digest.error) == (Digest.State.SENT, "")
    assert digest.sent_at is not None


@pytest.mark.parametrize("change", ["moved", "retired", "left", "switched off"])
def test_what_no_longer_holds_when_it_is_sent_is_left_out(change: str, organisation: Any, officer: Any) -> None:
    person = somebody(organisation)
    system = make_ai_system(organisation, owner=person, review_on=due(0))
    make(organisation, later(0))
    digest = its_time(Digest.objects.get(person=person))
    if change == "moved":
        type(system).objects.filter(pk=system.pk).update(review_on=due(90))
    elif change == "retired":
        type(system).objects.filter(pk=system.pk).update(retired_on=TODAY, retired_because="Replaced")
    elif change == "left":
        dismiss(organisation.memberships.get(user=person))
    else:
        DigestChoice.objects.create(organisation=organisation, person=person, by_mail=False)
    assert not digests.deliver(digest.pk)
    digest.refresh_from_db()
    assert digest.state == Digest.State.KEPT
    assert mail.outbox == []


def test_who_wants_no_mail_gets_none_and_is_still_told_in_the_portal(
    organisation: Any, contributor: Any, silent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    DigestChoice.objects.create(organisation=organisation, person=contributor, by_mail=False)
    make_supplier(organisation, owner=contributor, review_on=due(0))
    with django_capture_on_commit_callbacks(execute=True):
        make(organisation, later(0))
    digest = its_time(Digest.objects.get())
    assert digest.state == Digest.State.KEPT
    assert silent == []
    assert not digests.deliver(digest.pk)
    assert len(told(contributor)) == 1


def test_a_mail_server_that_was_down_for_days_gets_one_mail(organisation: Any, contributor: Any) -> None:
    for day in range(4):
        make_supplier(organisation, owner=contributor, review_on=due(day + 30))
    for day in range(4):
        make(organisation, later(day))
    digest = its_time(Digest.objects.get())
    assert digest.day == due(3)
    assert digests.deliver(digest.pk)
    assert len(mail.outbox) == 1
    assert mail.outbox[0].subject.startswith("4 dates")


def test_a_failing_mail_is_put_off_longer_each_time_and_given_up_at_last(
    organisation: Any, contributor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> int:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", broken)
    digest, pauses = waiting(organisation, contributor), []
    moment = datetime.now(UTC)
    while digest.state != Digest.State.FAILED:
        with time_machine.travel(moment, tick=False):
            assert not digests.deliver(digest.pk)
        digest.refresh_from_db()
        pauses.append(round((digest.try_at - moment).total_seconds() / 60))
        moment = digest.try_at + timedelta(seconds=1)
    assert pauses[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert set(pauses[8:]) == {60}
    assert mail_jobs.GIVEN_UP_AFTER < moment - digest.queued_at < mail_jobs.GIVEN_UP_AFTER + timedelta(hours=3)
    assert "Connection refused" in digest.error


def test_the_sweeper_finds_what_was_forgotten_put_off_or_abandoned(
    organisation: Any, contributor: Any, silent: list[str]
) -> None:
    digest = waiting(organisation, contributor)
    assert mail_jobs.sweep_mail() == 0
    now = datetime.now(UTC)
    for state, error, minutes, found in [
        ("queued", "", -1, 1), ("queued", "x", 1, 0), ("queued", "x", -1, 1), ("sending", "", 1, 0),
        ("sending", "", -1, 1), ("sending", "", 1440, 1), ("queued", "x", 1440, 1), ("queued", "x", 60, 0),
        ("sent", "", -1, 0), ("failed", "x", -1, 0), ("kept", "", -1, 0),
    ]:  # fmt: skip
        Digest.objects.filter(pk=digest.pk).update(state=state, error=error, try_at=now + timedelta(minutes=minutes))
        assert mail_jobs.sweep_mail() == found, (state, error, minutes)
    assert set(silent) == {str(digest.pk)}
