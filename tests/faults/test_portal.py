"""The whole portal in its real processes, which are killed and starved one after the other while people work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.processes import children, free_port, member, members

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
ROOT = Path(__file__).parents[2]
CONFIGURATION = {"DATABASE_URL", "REDIS_URL", "AIMS_DATA", "SECRET_KEY", "EMAIL_URL", "STORAGE_URL", "DEBUG"}
STARTS_IN = 180
PATIENCE = 90
SYSTEMS = ("AIS-01", "AIS-02")


def wait_for(what: Callable[[], Any], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "It never came to that."
        time.sleep(0.1)


class Person:
    """An officer at work: a session, and the API by it."""

    def __init__(self, base: str, password: str) -> None:
        self.base, self.session = base, requests.Session()
        door = f"{base}accounts/login/"
        self.session.get(door, timeout=30)
        fields = {"login": "rita.falcao@meridia.example", "password": password}
        token = {"csrfmiddlewaretoken": self.session.cookies["csrftoken"]}
        answer = self.session.post(door, fields | token, timeout=30)
        assert answer.url == f"{base}meridia/", answer.text

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.base + path, timeout=30)

    def answers(self, path: str) -> bool:
        try:
            return self.get(path).status_code == 200
        except requests.RequestException:
            return False

    def api(self, method: str, path: str, data: Any = None, **headers: str) -> requests.Response:
        headers |= {"X-CSRFToken": self.session.cookies["csrftoken"]}
        return self.session.request(method, f"{self.base}api/v1/meridia/{path}", json=data, headers=headers, timeout=30)

    def all_of(self, path: str) -> Iterator[dict[str, Any]]:
        """The rows of every page of a list."""
        while path:
            page = self.api("get", path).json()
            yield from page["results"]
            path = (page["next"] or "").partition("/api/v1/meridia/")[2]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str, str]]:
    """The demo without its set-up; its process, address and password. It mends what ends by itself."""
    folder = tmp_path_factory.mktemp("portal")
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name not in CONFIGURATION}
    command = [sys.executable, "-m", "aims_portal.demo", "--port", str(port), "--data", str(folder / "data")]
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        wait_for(lambda: "Ready: " in log.read_text() or process.poll() is not None, STARTS_IN)
        password = next(line for line in log.read_text().splitlines() if line.startswith("Password"))
        yield process.pid, f"http://127.0.0.1:{port}/", password.rpartition(" ")[2]
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(30)


class Mending:
    """While it is held, the demo mends nothing that dies."""

    def __init__(self, demo: int) -> None:
        self.demo = demo

    def __enter__(self) -> None:
        os.kill(self.demo, signal.SIGSTOP)

    def __exit__(self, *args: object) -> None:
        os.kill(self.demo, signal.SIGCONT)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


class Saver(threading.Thread):
    """Renames a system again and again; `confirmed` are the names whose save was answered."""

    def __init__(self, person: Person, reference: str) -> None:
        super().__init__()
        self.person, self.reference = person, reference
        self.confirmed: list[str] = []
        self.broken = 0
        self.is_over = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.is_over.is_set():
            number += 1
            name = f"{self.reference} name {number}"
            try:
                answer = self.person.api("patch", f"ai-systems/{self.reference}/", {"title": name}, **{"If-Match": "*"})
            except requests.RequestException:
                self.broken += 1
                continue
            assert answer.status_code == 200, answer.text
            assert answer.json()["title"] == name
            self.confirmed.append(name)


def names_in_history(person: Person, reference: str) -> list[str]:
    """Every title the system was given, oldest first."""
    rows = person.all_of(f"history/?rows=100&record={reference}")
    found = [line["after"] for row in rows for line in row["changes"] if line["field"] == "Title"]
    return found[::-1]


def test_a_web_process_killed_at_any_moment_loses_no_save_that_was_confirmed(demo: tuple[int, str, str]) -> None:
    pid, base, password = demo
    person = Person(base, password)
    before = {name: person.api("get", f"ai-systems/{name}/").json()["version"] for name in SYSTEMS}
    savers = [Saver(Person(base, password), name) for name in SYSTEMS]
    for saver in savers:
        saver.start()
    master = member(pid, "gunicorn")
    for _time in range(2):
        wait_for(lambda: children(master))
        time.sleep(0.7)
        for worker in children(master):
            kill(worker)
    wait_for(lambda: all(len(saver.confirmed) > 5 for saver in savers))
    kill(master)
    # Its orphans may answer for a second still: what counts is what its successor confirms.
    wait_for(lambda: set(members(pid, "gunicorn")) - {master})
    wait_for(lambda: person.answers("healthz"))
    so_far = [len(saver.confirmed) for saver in savers]
    wait_for(lambda: all(len(saver.confirmed) > count for saver, count in zip(savers, so_far, strict=True)))
    for saver in savers:
        saver.is_over.set()
        saver.join()
    for saver in savers:
        told = [name for name in names_in_history(person, saver.reference) if " name " in name]
        assert [name for name in told if name in set(saver.confirmed)] == saver.confirmed
        row = person.api("get", f"ai-systems/{saver.reference}/").json()
        assert row["version"] - before[saver.reference] == len(told), "each save one version and one line of history"
        assert row["title"] == told[-1]


def test_a_database_that_is_away_is_one_clear_page_and_then_all_goes_on(demo: tuple[int, str, str]) -> None:
    pid, base, password = demo
    person = Person(base, password)
    style = next(line for line in person.get("meridia/").text.split('"') if line.endswith(".css"))
    with Mending(pid):
        kill(member(pid, "/postgres ", "-D"))
        wait_for(lambda: person.get("healthz").status_code == 503, 10)
        for _time in range(3):
            page = person.get("meridia/")
            assert page.status_code == 503
            assert page.headers["Retry-After"]
            assert "The portal cannot reach its database" in page.text
            assert "Traceback" not in page.text
            assert ".css" in page.text
            answer = person.api("get", "ai-systems/")
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
        assert person.get(style.removeprefix("/")).status_code == 200, "the page has its looks"
    wait_for(lambda: person.get("healthz").status_code == 200, 30)
    assert person.get("meridia/").status_code == 200
    assert person.api("get", "ai-systems/AIS-01/").status_code == 200


def test_without_broker_and_worker_pages_work_and_reports_wait_until_they_are_back(demo: tuple[int, str, str]) -> None:
    pid, base, password = demo
    person = Person(base, password)
    with Mending(pid):
        for name in ("valkey", " worker "):
            kill(member(pid, name))
        began = time.monotonic()
        report = person.api("post", "reports/", {"kind": "readiness"})
        assert (report.status_code, report.json()["state"]) == (202, "queued")
        for page in ("meridia/", "meridia/ai-systems/", "meridia/reports/", "meridia/reminders/"):
            assert person.get(page).status_code == 200
        assert time.monotonic() - began < 20
        address = f"reports/{report.json()['id']}/"
        assert person.api("get", address).json()["state"] == "queued"
    wait_for(lambda: person.api("get", address).json()["state"] == "done")
    file = person.api("get", f"{address}download/")
    assert file.status_code == 200
    assert file.content.startswith(b"%PDF-")
    assert person.api("get", "reports/").json()["count"] == 1
