"""A worker killed at any point: the report is made in the end, exactly once, and half a file is never served."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.core.files.storage import default_storage
from django.test import Client

from reports import actions
from reports.models import Report
from tests.servers import environment
from tests.traces import history_of

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60


def wait_for(what: Callable[[], Any], then: Callable[[], Any] = lambda: None) -> None:
    """Asks until it is so, doing `then` each time it is not."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "It never came to that."
        then()
        time.sleep(0.2)


@pytest.fixture
def prefix(own_broker: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A part of the broker that only the workers of this test listen to."""
    prefix = f"faults-{os.getpid()}-{time.monotonic_ns()}-"
    sender = Celery("faults", broker=own_broker.replace("unix://", "redis+socket://", 1), set_as_current=False)
    sender.conf.broker_transport_options = {"global_keyprefix": prefix}
    monkeypatch.setattr("organisations.workers.current_app", sender)
    return prefix


@pytest.fixture
def workers(prefix: str, own_broker: str, files_folder: str, tmp_path: Path) -> Iterator[Callable[[str], Any]]:
    """`workers("printing")` starts a worker that waits there; gives its process and the marker it writes."""
    started: list[subprocess.Popen[bytes]] = []

    def start(where: str) -> tuple[subprocess.Popen[bytes], Path]:
        marker = tmp_path / f"{where}-{len(started)}"
        command = [sys.executable, "-m", "tests.faults.slow_worker", prefix, str(marker), where]
        with (tmp_path / f"worker-{len(started)}.log").open("wb") as log:
            worker = subprocess.Popen(
                command, env=environment(own_broker, files_folder), stdout=log, stderr=log, start_new_session=True
            )
        started.append(worker)
        return worker, marker

    yield start
    for worker in started:
        kill(worker)


def kill(worker: subprocess.Popen[bytes]) -> None:
    """The worker and all its children, at once, without a word."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


@pytest.fixture
def report(organisation: Any, manager: Any, prefix: str) -> Report:
    return actions.ask_for_report(organisation, kind=Report.Kind.READINESS, by=manager, key="fault")


def is_done(report: Report) -> bool:
    report.refresh_from_db()
    return report.state == Report.State.DONE


def times_done(report: Report) -> int:
    return int(history_of(Report, pgh_obj=report.pk, state="done").count())


@pytest.mark.parametrize("where", ["printing", "stored"])
def test_a_killed_worker_loses_nothing(
    where: str, report: Report, workers: Any, manager: Any, sign_in: Callable[..., Client]
) -> None:
    worker, marker = workers(where)
    wait_for(marker.exists)
    kill(worker)
    report.refresh_from_db()
    assert (report.state, report.attempt, report.key) == (Report.State.RUNNING, 1, "")
    address = f"{report.get_absolute_url()}download/"
    client = sign_in(manager)
    assert client.get(address).status_code == 404

    workers("nowhere")
    wait_for(lambda: is_done(report), then=actions.sweep)
    assert report.attempt == 2
    assert times_done(report) == 1
    content = client.get(address).getvalue()
    assert hashlib.sha256(content).hexdigest() == report.sha256
    assert content == b"%PDF- " + report.code.encode()
    folder = Path(default_storage.path(report.key)).parent
    assert [path.name for path in folder.iterdir() if str(report.pk) in path.name] == [f"{report.pk}.pdf"]


def test_a_killed_child_loses_nothing(report: Report, workers: Any) -> None:
    worker, marker = workers("printing")
    wait_for(marker.exists)
    children = subprocess.run(["pgrep", "-P", str(worker.pid)], capture_output=True, text=True, check=True).stdout
    for child in children.split():
        os.kill(int(child), signal.SIGKILL)
    wait_for(lambda: Report.objects.get(pk=report.pk).lease_until < actions.timezone.now())
    assert Report.objects.get(pk=report.pk).state == Report.State.RUNNING
    kill(worker)
    workers("nowhere")
    wait_for(lambda: is_done(report), then=actions.sweep)
    assert times_done(report) == 1


def test_many_messages_and_two_workers_make_one_report(report: Report, workers: Any) -> None:
    for _time in range(8):
        assert actions.send(report.pk)
    workers("nowhere")
    workers("nowhere")
    wait_for(lambda: is_done(report))
    time.sleep(2)
    report.refresh_from_db()
    assert report.attempt == 1
    assert times_done(report) == 1


def test_a_message_that_got_lost_is_sent_again(organisation: Any, manager: Any, prefix: str, workers: Any) -> None:
    report = Report.objects.create(organisation=organisation, number=1, requested_by=manager, idempotency_key="lost")
    Report.objects.update(requested_at=report.requested_at - actions.PATIENCE)
    workers("nowhere")
    wait_for(lambda: is_done(report), then=actions.sweep)
    assert times_done(report) == 1
