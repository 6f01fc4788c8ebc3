"""What runs beside the tests: the database and broker of this process, and a real Celery worker on them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

WORKER_STARTS_IN = 90


def database_url() -> str:
    """Address of the database that this process tests with, for the programs it starts."""
    from django.db import connection

    url = os.environ.get("DATABASE_URL", "postgres:///aims")
    return re.sub(r"^(\w+://[^/?]*)/[^?]*", rf"\g<1>/{connection.settings_dict['NAME']}", url)


def broker_url(number: int) -> str:
    """REDIS_URL with the database of that number: parallel tests do not take each other's jobs."""
    url = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0").partition("?")[0]
    if url.startswith("unix://"):
        return f"{url}?virtual_host={number}"
    return re.sub(r"^(\w+://[^/]*).*", rf"\g<1>/{number}", url)


@pytest.fixture(scope="session", autouse=True)
def own_broker(worker_id: str) -> str:
    """The broker this process sends to: database 1, 2, … for the processes of xdist, 15 without it."""
    from aims_portal.celery import app

    url = broker_url(1 + int(worker_id.removeprefix("gw")) % 14 if worker_id != "master" else 15)
    app.conf.broker_url = url.replace("unix://", "redis+socket://", 1)
    return url


def environment(redis_url: str, files_folder: str) -> dict[str, str]:
    """What a program needs to see the same portal as this process."""
    ours = {"DATABASE_URL": database_url(), "REDIS_URL": redis_url, "STORAGE_URL": files_folder, "DEBUG": "1"}
    return os.environ | ours


@pytest.fixture(scope="session")
def job_worker(django_db_setup: None, own_broker: str, files_folder: str, tmp_path_factory: Any) -> Iterator[Any]:
    """A real Celery worker for the jobs of this process, from the first test that asks to the end of the session.

    Use it with `live_server` or `transactional_db`: the worker sees only what is committed. Its process is the value;
    what it said is in the file `.log`.
    """
    from aims_portal.celery import app

    log = tmp_path_factory.mktemp("worker") / "log"
    command = [sys.executable, "-m", "celery", "-A", "aims_portal", "worker", "--concurrency=1", "--loglevel=INFO"]
    command += ["--without-gossip", "--without-mingle", "--purge", "--hostname", f"tests-{os.getpid()}@%h"]
    with log.open("w") as output:
        worker = subprocess.Popen(command, env=environment(own_broker, files_folder), stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + WORKER_STARTS_IN
        while not app.control.ping(timeout=0.3):
            late = worker.poll() is not None or time.monotonic() > deadline
            assert not late, f"The Celery worker did not start:\n{log.read_text()}"
        worker.log = log  # type: ignore[attr-defined]
        yield worker
    finally:
        worker.terminate()
        try:
            worker.wait(10)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
