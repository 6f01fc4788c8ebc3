"""bin/demo from start to end, the way a newcomer meets it, and its processes killed under it."""

import os
import queue
import re
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from aims_portal.servers import sockets, tether
from aims_portal.servers.supervised import Supervised
from tests.processes import alive, command_line, family, free_port, none_left

ROOT = Path(__file__).parents[2]
SECONDS_TO_READY = 300
CONFIGURATION = {"DATABASE_URL", "REDIS_URL", "AIMS_DATA", "SECRET_KEY", "EMAIL_URL", "STORAGE_URL"}


class Demo:
    """A running bin/demo; `said` holds its lines so far."""

    def __init__(self, data: Path, port: int) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in CONFIGURATION}
        command = [ROOT / "bin" / "demo", "--port", str(port), "--data", data]
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.said: list[str] = []
        self.lines: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as output:
            for line in output:
                self.lines.put(line.rstrip("\n"))
        self.lines.put("")

    def says(self, pattern: str, seconds: float = SECONDS_TO_READY) -> str:
        """Waits for a line like that and returns it."""
        deadline = time.monotonic() + seconds
        with suppress(queue.Empty):
            while True:
                line = self.lines.get(timeout=max(0.01, deadline - time.monotonic()))
                self.said.append(line)
                if re.fullmatch(pattern, line):
                    return line
        raise AssertionError(f"never said {pattern!r}, but:\n" + "\n".join(self.said))

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        code = self.process.wait(30)
        self.reader.join(30)
        return code


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Demo]]:
    port = free_port()
    started: list[Demo] = []

    def begin() -> Demo:
        started.append(Demo(tmp_path / "data", port))
        return started[-1]

    yield begin
    for demo in started:
        demo.end(signal.SIGKILL)


def test_the_demo_starts_mends_itself_keeps_its_data_and_leaves_nothing(
    start: Callable[[], Demo], tmp_path: Path
) -> None:
    first = start()
    url = first.says(r"Ready: http://127\.0\.0\.1:\d+/").removeprefix("Ready: ")
    assert urllib.request.urlopen(url, timeout=20).status == 200
    password = next(line for line in first.said if line.startswith("Password"))

    second = start()
    second.says(rf"The demo already runs on .*: {re.escape(url)} \(pid {first.process.pid}\)\.")
    assert second.process.wait(20) == 1

    worker = next(pid for pid in sorted(family(first.process.pid)) if " worker " in command_line(pid))
    os.kill(worker, signal.SIGKILL)
    first.says("worker had stopped and was started again; .*", seconds=30)

    everything = family(first.process.pid)
    assert len(everything) > 10
    first.end(signal.SIGKILL)
    assert none_left(everything), [command_line(pid) for pid in alive(everything)]

    third = start()
    third.says("Ready: .*")
    assert password in third.said
    everything = family(third.process.pid)
    assert third.end(signal.SIGTERM) == 128 + signal.SIGTERM
    assert not alive(everything), [command_line(pid) for pid in alive(everything)]
    assert not sockets.address((tmp_path / "data").resolve()).exists()


def test_a_child_is_started_again_after_a_growing_pause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    child = Supervised("sleeper", ["sh", "-c", "sleep 60 & wait"], tmp_path / "log")
    child.start()
    assert not child.mend()
    for pause in (1, 2, 4):
        child.process.kill()
        child.process.wait()
        assert not child.mend()
        now += pause - 0.1
        assert not child.mend()
        now += 0.2
        assert child.mend()
    now += 61
    assert not child.mend()
    assert child.pause == 1
    Supervised.stop_all([child])
    assert not child.is_alive()


def test_stopping_a_child_ends_what_it_started_and_what_will_not_listen(tmp_path: Path) -> None:
    deaf = ["sh", "-c", "trap '' TERM; echo up; while true; do sleep 60; done"]
    process = tether.start(deaf, log=tmp_path / "log")
    while "up" not in (tmp_path / "log").read_text():
        time.sleep(0.02)
    everything = family(process.pid)
    tether.stop(process, patience=0.2)
    assert none_left(everything)
