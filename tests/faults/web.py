"""The portal as it runs in production, in processes of its own, and files sent to it over real connections."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.processes import children, free_port
from tests.servers import environment

ROOT = Path(__file__).parents[2]
MEGABYTE = 2**20
STARTS_IN = 60
BOUNDARY = "a-boundary-that-stands-in-no-file"
TOKEN = "a" * 32


@dataclass
class Portal:
    """`pid` is the process that answers."""

    port: int
    pid: int
    log: Path
    incoming: Path
    store: Path

    def head(self, session: str, length: int) -> dict[str, str]:
        return {
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Content-Length": str(length),
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "X-Requested-With": "XMLHttpRequest",
        }

    def send(self, session: str, address: str, file: Stranger) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request("POST", address, body=file, headers=self.head(session, file.length))
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def status(self, session: str, address: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", address, headers={"Cookie": f"sessionid={session}"})
            return connection.getresponse().status
        finally:
            connection.close()


class Stranger:
    """A file of that many bytes that exists nowhere, in the body of a form."""

    def __init__(self, name: str, size: int) -> None:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        self.head = f"{head}Content-Type: application/pdf\r\n\r\n%PDF-1.4\n% {name}\n".encode()
        self.tail = f"\n%%EOF\r\n--{BOUNDARY}--\r\n".encode()
        self.filling = size - len(f"%PDF-1.4\n% {name}\n") - len(b"\n%%EOF")
        self.length = len(self.head) + self.filling + len(self.tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self.head
        for _ in range(self.filling // MEGABYTE):
            yield b"%" * MEGABYTE
        yield b"%" * (self.filling % MEGABYTE) + self.tail


@pytest.fixture
def start_portal(tmp_path: Path, own_broker: str, organisation: Any) -> Iterator[Callable[..., Portal]]:
    """`start_portal(NAME="value")` starts one with these settings, and gives it once it answers."""
    started: list[subprocess.Popen[bytes]] = []

    def start(preexec: Callable[[], None] | None = None, **settings: str) -> Portal:
        port = free_port()
        ours = {"AIMS_DATA": str(tmp_path / "data"), "WEB_WORKERS": "1", "EVIDENCE_MAX_BYTES": str(100 * MEGABYTE)}
        env = environment(own_broker, str(tmp_path / "files")) | ours | settings
        command = [sys.executable, "-m", "gunicorn", "-c", "python:aims_portal.gunicorn", "--bind", f"127.0.0.1:{port}"]
        log = tmp_path / "log"
        with log.open("w") as output:
            process = subprocess.Popen(
                command, cwd=ROOT, env=env, stdout=output, stderr=output,
                preexec_fn=preexec,  # noqa: PLW1509 (nothing of this process runs beside it yet)
            )  # fmt: skip
        started.append(process)
        return Portal(
            port, worker_of(process, port, log), log, Path(env["AIMS_DATA"]) / "incoming", Path(env["STORAGE_URL"])
        )

    yield start
    for process in started:
        process.terminate()
        process.wait(20)


def worker_of(process: subprocess.Popen[bytes], port: int, log: Path) -> int:
    """The process that answers, once it does."""
    deadline = time.monotonic() + STARTS_IN
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            is_up = connection.getresponse().status == 200
            connection.close()
            if is_up:
                return min(children(process.pid))
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def found(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def soon_empty(folder: Path) -> bool:
    """What a request leaves goes when it has been answered, which may be a moment after the answer is here."""
    deadline = time.monotonic() + 5
    while found(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not found(folder)
