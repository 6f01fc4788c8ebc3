"""A disk that is full, a line that breaks, a scanner that hangs: with a real server and a really full disk."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence.models import Evidence, Quota
from tests.cast import make_ai_system
from tests.evidence.scanner import Scanner
from tests.faults.web import MEGABYTE, Portal, Stranger, found, soon_empty

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform != "linux", reason="mounts a small disk"),
]
Start = Callable[..., Portal]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A disk of one megabyte, or None where one may not be mounted."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        yield None
        return
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def at_most_a_megabyte() -> None:
    """In the server's process, where no small disk may be mounted: no file of it grows longer."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, MEGABYTE))


@pytest.fixture
def target(organisation: Any) -> str:
    """Where files are dropped on a system."""
    return f"/{organisation.slug}/records/{make_ai_system(organisation).reference}/evidence/"


@pytest.fixture
def session(officer: Any, sign_in: Any) -> str:
    return str(sign_in(officer).cookies["sessionid"].value)


def nothing_is_left(portal: Portal) -> bool:
    is_unused = not Quota.objects.exclude(used=0).exists()
    return soon_empty(portal.incoming) and not found(portal.store) and not Evidence.objects.exists() and is_unused


def test_an_incoming_folder_that_is_full_is_said_and_leaves_nothing(
    small_disk: Path | None, start_portal: Start, target: str, session: str
) -> None:
    portal = start_portal(AIMS_DATA=str(small_disk)) if small_disk else start_portal(at_most_a_megabyte)
    status, answer = portal.send(session, target, Stranger("large.pdf", 3 * MEGABYTE))
    assert (status, answer["error"]) == (
        422,
        "“large.pdf” was not stored: there is no room for it. Try again later.",
    )
    assert nothing_is_left(portal)
    assert portal.send(session, target, Stranger("small.pdf", 100_000))[0] == 201, "what fits comes in"


def test_a_storage_that_is_full_is_said_and_keeps_no_half_file(
    small_disk: Path | None, start_portal: Start, target: str, session: str
) -> None:
    if small_disk is None:
        pytest.skip("no small disk may be mounted here")
    portal = start_portal(STORAGE_URL=str(small_disk))
    status, answer = portal.send(session, target, Stranger("large.pdf", 3 * MEGABYTE))
    assert (status, answer["error"]) == (
        422,
        "“large.pdf” was not stored: the file storage could not be used. Try again later.",
    )
    assert nothing_is_left(portal)
    assert portal.send(session, target, Stranger("small.pdf", 100_000))[0] == 201, "what fits comes in"


@pytest.mark.parametrize("how", ["closed", "reset"])
def test_a_line_that_breaks_in_mid_upload_leaves_nothing(
    how: str, start_portal: Start, target: str, session: str
) -> None:
    portal, file = start_portal(), Stranger("half.pdf", 5 * MEGABYTE)
    with socket.create_connection(("127.0.0.1", portal.port)) as line:
        head = "".join(f"{name}: {value}\r\n" for name, value in portal.head(session, file.length).items())
        line.sendall(f"POST {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\n".encode())
        line.sendall(file.head + b"%" * (2 * MEGABYTE))
        deadline = time.monotonic() + 10
        while sum(found(portal.incoming).values()) < MEGABYTE:
            assert time.monotonic() < deadline, "it never began to arrive"
            time.sleep(0.02)
        if how == "reset":
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert nothing_is_left(portal)
    assert portal.status(session, target) == 200
    assert "Internal Server Error" not in portal.log.read_text()


def test_a_scanner_that_hangs_holds_up_no_other_page(start_portal: Start, target: str, session: str) -> None:
    scanner = Scanner(manner="mute")
    portal = start_portal(SCANNER_URL=scanner.url, SCANNER_TIMEOUT="8", WEB_THREADS="4")
    answers: list[tuple[int, Any]] = []

    def send(number: int) -> None:
        answers.append(portal.send(session, target, Stranger(f"{number}.pdf", 100_000)))

    threads = [threading.Thread(target=send, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    began = time.monotonic()
    assert portal.status(session, target) == 200
    assert time.monotonic() - began < 5
    for thread in threads:
        thread.join()
    scanner.close()
    assert [status for status, _answer in answers] == [422] * 4
    assert all("virus scanner could not be asked" in answer["error"] for _status, answer in answers)
    assert nothing_is_left(portal)
