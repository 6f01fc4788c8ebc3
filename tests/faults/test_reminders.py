"""A mail server that refuses, and senders killed at the worst moments, with real processes and a real mail server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from celery import Celery
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organisations import mail_jobs
from organisations.mail_jobs import MailJob
from records import mentions
from records.commenting import say
from records.models import Mention
from reports import digests
from reports.models import Digest
from reports.reminding import make
from tests.cast import make_supplier
from tests.processes import free_port
from tests.reports.mornings import its_time
from tests.servers import environment

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60


class Mailbox:
    """What a mail server does: `answer` to each recipient, and the mails it took."""

    def __init__(self) -> None:
        self.answer = "250 OK"
        self.mails: list[Any] = []

    async def handle_RCPT(  # noqa: N802 (named by aiosmtpd)
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (the same)
        self.mails.append(message_from_bytes(envelope.content))
        return "250 taken"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def mail_server(mailbox: Mailbox, port: int, settings: Any) -> Iterator[Controller]:
    """A mail server that is not started yet, and a portal that is set to use it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    yield server
    if server.loop.is_running():
        server.stop()


@pytest.fixture
def digest(organisation: Any, contributor: Any, monkeypatch: pytest.MonkeyPatch) -> Digest:
    monkeypatch.setattr("organisations.workers.current_app.send_task", lambda *args, **options: None)
    make_supplier(organisation, owner=contributor, review_on=organisation.today())
    make(organisation, timezone.now().astimezone(organisation.zone).replace(hour=8))
    return its_time(Digest.objects.get())


def wait_for(what: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "It never came to that."
        time.sleep(0.1)


@pytest.fixture
def sender(own_broker: str, files_folder: str, port: int, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`sender(digest, "claimed")` starts a process that sends it and waits there; gives the process and its marker."""
    started: list[subprocess.Popen[bytes]] = []

    def start(job: MailJob, where: str) -> tuple[subprocess.Popen[bytes], Path]:
        marker = tmp_path / f"{where}-{len(started)}"
        kind = str(job._meta.model_name)
        command = [sys.executable, "-m", "tests.faults.mail_worker", kind, str(job.pk), str(marker), where]
        its = environment(own_broker, files_folder) | {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
        started.append(subprocess.Popen(command, env=its))
        return started[-1], marker

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_mail_server_that_is_down_and_then_refuses_gets_the_mail_in_the_end(
    digest: Digest, mail_server: Controller, mailbox: Mailbox, organisation: Any, administrator: Any,
    sign_in: Callable[..., Client],
) -> None:  # fmt: skip
    client, address = sign_in(administrator), reverse("mail-list", kwargs={"organisation": organisation.slug})
    assert not digests.deliver(digest.pk)
    digest.refresh_from_db()
    assert digest.state == Digest.State.QUEUED
    assert digest.try_at > timezone.now()
    page = client.get(address).content.decode()
    assert "Connection refused" in page
    assert digest.person.email in page

    mail_server.start()
    mailbox.answer = "451 try later"
    assert not digests.deliver(digest.pk), "not before its time"
    assert not digests.deliver(its_time(digest).pk)
    digest.refresh_from_db()
    assert (digest.state, digest.attempt) == (Digest.State.QUEUED, 2)
    assert "451 try later" in client.get(address).content.decode()

    mailbox.answer = "550 no such user"
    digests.deliver(its_time(digest).pk)
    digest.refresh_from_db()
    assert digest.state == Digest.State.FAILED
    assert "550 no such user" in client.get(address).content.decode()
    assert mailbox.mails == []

    mailbox.answer = "250 OK"
    assert client.post(address).status_code == 302
    assert digests.deliver(digest.pk)
    (mail,) = mailbox.mails
    assert mail["To"] == digest.person.email
    assert "All mail was sent" in client.get(address).content.decode()


def test_a_sender_killed_before_it_sent_loses_nothing(
    digest: Digest, mail_server: Controller, mailbox: Mailbox, sender: Callable[..., Any]
) -> None:
    mail_server.start()
    process, marker = sender(digest, "claimed")
    wait_for(marker.exists)
    digest.refresh_from_db()
    assert digest.state == Digest.State.SENDING
    assert not digests.deliver(digest.pk), "while it lives nobody else may send, even after its lease"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_for(lambda: digests.deliver(digest.pk))
    digest.refresh_from_db()
    assert (digest.state, digest.attempt, len(mailbox.mails)) == (Digest.State.SENT, 2, 1)


def test_a_sender_killed_after_the_server_took_it_sends_the_same_message_again(
    digest: Digest, mail_server: Controller, mailbox: Mailbox, sender: Callable[..., Any]
) -> None:
    """At least once, as the decision says; the Message-ID lets mail programs show it once."""
    mail_server.start()
    process, marker = sender(digest, "accepted")
    wait_for(marker.exists)
    assert len(mailbox.mails) == 1
    assert not digests.deliver(digest.pk)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_for(lambda: digests.deliver(digest.pk))
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert str(digest.pk) in first["Message-ID"]
    assert not digests.deliver(digest.pk)


def test_the_outbox_takes_a_mail_exactly_once_even_then(
    digest: Digest, settings: Any, own_broker: str, files_folder: str, tmp_path: Path, organisation: Any
) -> None:
    """Without a mail server the mail and its mark are one transaction."""
    settings.EMAIL_BACKEND = "organisations.outbox.OutboxBackend"
    marker = tmp_path / "accepted"
    command = [sys.executable, "-m", "tests.faults.mail_worker", "digest", str(digest.pk), str(marker), "accepted"]
    its = environment(own_broker, files_folder) | {"EMAIL_URL": ""}
    with subprocess.Popen(command, env=its) as process:
        wait_for(marker.exists)
        process.kill()
    wait_for(lambda: digests.deliver(digest.pk))
    assert organisation.sent_mail.count() == 1


def test_reminders_made_while_the_broker_is_down_are_sent_when_it_is_back(
    job_worker: Any, organisation: Any, contributor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_supplier(organisation, owner=contributor, review_on=organisation.today())
    with monkeypatch.context() as meanwhile:
        nowhere = Celery("nowhere", broker="redis://127.0.0.1:1/0", set_as_current=False)
        nowhere.conf.task_publish_retry = False
        meanwhile.setattr("organisations.workers.current_app", nowhere)
        make(organisation, timezone.now().astimezone(organisation.zone).replace(hour=8))
        assert mail_jobs.sweep_mail() == 0
        assert Digest.objects.get().state == Digest.State.QUEUED
    Digest.objects.update(try_at=timezone.now() - mail_jobs.PATIENCE)
    assert mail_jobs.sweep_mail() == 1
    wait_for(lambda: Digest.objects.get().state == Digest.State.SENT)
    assert organisation.sent_mail.count() == 1


def test_a_real_worker_sends_what_the_scheduler_made(job_worker: Any, organisation: Any, contributor: Any) -> None:
    """The worker has no mail server: its mail goes to the outbox."""
    make_supplier(organisation, owner=contributor, review_on=organisation.today())
    make(organisation, timezone.now().astimezone(organisation.zone).replace(hour=8))
    Digest.objects.update(try_at=timezone.now() - mail_jobs.PATIENCE)
    mail_jobs.sweep_mail()
    wait_for(lambda: Digest.objects.get().state == Digest.State.SENT)
    assert organisation.sent_mail.get().recipient == contributor.email


@pytest.fixture
def mention(organisation: Any, officer: Any, contributor: Any, monkeypatch: pytest.MonkeyPatch) -> Mention:
    monkeypatch.setattr("organisations.workers.current_app.send_task", lambda *args, **options: None)
    record = make_supplier(organisation, owner=contributor)
    say(record, text=f"@{contributor.name} look", to={contributor: contributor.name}, by=officer)
    Mention.objects.update(try_at=timezone.now() - timedelta(seconds=1))
    return Mention.objects.get()


@pytest.mark.parametrize(("where", "mails"), [("claimed", 1), ("accepted", 2)])
def test_a_mention_survives_the_death_of_its_sender(
    where: str, mails: int, mention: Mention, mail_server: Controller, mailbox: Mailbox, sender: Callable[..., Any]
) -> None:
    """The same mechanism as the digests': nothing is lost, and what comes twice has one Message-ID."""
    mail_server.start()
    process, marker = sender(mention, where)
    wait_for(marker.exists)
    assert not mentions.send(mention.pk)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_for(lambda: mentions.send(mention.pk))
    mention.refresh_from_db()
    assert (mention.state, len(mailbox.mails)) == (Mention.State.SENT, mails)
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1


def test_a_mention_waits_for_a_mail_server_that_is_away(
    mention: Mention, mail_server: Controller, mailbox: Mailbox
) -> None:
    assert not mentions.send(mention.pk)
    mention.refresh_from_db()
    assert (mention.state, "Connection refused" in mention.error) == (Mention.State.QUEUED, True)
    mail_server.start()
    Mention.objects.update(try_at=timezone.now() - timedelta(seconds=1))
    assert mentions.send(mention.pk)
    assert len(mailbox.mails) == 1


def test_a_real_worker_sends_a_mention_at_once(
    job_worker: Any, organisation: Any, officer: Any, contributor: Any
) -> None:
    record = make_supplier(organisation, owner=contributor)
    say(record, text=f"@{contributor.name} look", to={contributor: contributor.name}, by=officer)
    wait_for(lambda: Mention.objects.get().state == Mention.State.SENT)
    assert organisation.sent_mail.get().recipient == contributor.email
