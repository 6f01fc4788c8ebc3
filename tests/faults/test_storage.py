"""Storing evidence, with processes that die in the middle and files far larger than the cap."""

from __future__ import annotations

import hashlib
import http.client
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File

from evidence.actions import receive
from evidence.models import Evidence, EvidenceVersion, Quota
from tests.cast import make_ai_system
from tests.servers import environment

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]
ROOT = Path(__file__).parents[2]
MEGABYTE = 2**20
STARTS_IN = 60
BOUNDARY = "a-boundary-that-stands-in-no-file"


def a_pdf(path: Path, size: int = 3 * MEGABYTE) -> Path:
    path.write_bytes(b"%PDF-1.4\n" + b"%" * (size - 15) + b"\n%%EOF")
    return path


def found(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def soon_empty(folder: Path) -> bool:
    """What a request leaves goes when it has been answered, which may be a moment after the answer is here."""
    deadline = time.monotonic() + 5
    while found(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not found(folder)


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than the incoming folder: nothing can be moved there in one step."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system here")
    folder = Path(tempfile.mkdtemp(dir=memory))
    yield folder
    shutil.rmtree(folder)


def die(moment: str, file: Path, files: Path, user: Any, organisation: Any, own_broker: str) -> None:
    command = [sys.executable, str(ROOT / "tests/faults/dying_store.py"), moment, str(file), organisation.slug]
    env = environment(own_broker, str(files)) | {"AIMS_DATA": str(file.parent / "data"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, user.email], check=False, env=env, capture_output=True, text=True, timeout=STARTS_IN
    )
    assert done.returncode < 0, done.stderr


def taken_in_again(file: Path, files: Path, user: Any, organisation: Any, client: Any, settings: Any) -> None:
    """The same file comes again, to a portal that was left as it is, and is kept and sent whole."""
    assert not Evidence.objects.exists()
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(files)}}
    settings.STORAGES = settings.STORAGES | {"default": backend}
    settings.FILE_UPLOAD_TEMP_DIR = file.parent / "data/incoming"
    with file.open("rb") as opened:
        item = receive(organisation, by=user, file=File(opened, name=file.name))
    answer = client.get(f"{item.get_absolute_url()}versions/1/")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == file.read_bytes()
    assert Quota.objects.get(organisation=organisation).used == file.stat().st_size
    assert len(found(files)) == 1


@pytest.mark.parametrize("moment", ["arriving", "stored"])
def test_a_process_killed_while_it_stores_leaves_no_half_file(
    moment: str, tmp_path: Path, organisation: Any, officer: Any, sign_in: Any, settings: Any, own_broker: str
) -> None:
    file, files = a_pdf(tmp_path / "report.pdf"), tmp_path / "files"
    die(moment, file, files, officer, organisation, own_broker)
    whole = {hashlib.sha256(file.read_bytes()).hexdigest(): file.stat().st_size}
    assert found(files) == ({} if moment == "arriving" else whole)
    assert list(found(tmp_path / "data/incoming").values()) == (
        [file.stat().st_size // 2] if moment != "stored" else []
    )
    taken_in_again(file, files, officer, organisation, sign_in(officer), settings)


def test_a_half_file_left_on_another_disk_is_never_served_and_replaced(
    tmp_path: Path,
    other_disk: Path,
    organisation: Any,
    officer: Any,
    sign_in: Any,
    settings: Any,
    own_broker: str,
) -> None:
    file = a_pdf(tmp_path / "report.pdf")
    die("storing", file, other_disk, officer, organisation, own_broker)
    assert list(found(other_disk).values()) == [file.stat().st_size // 2]
    taken_in_again(file, other_disk, officer, organisation, sign_in(officer), settings)


@pytest.fixture
def portal(tmp_path: Path, own_broker: str, organisation: Any) -> Iterator[tuple[int, int]]:
    """The portal as it runs in production, in one process of its own; the value is its port and process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = {"AIMS_DATA": str(tmp_path / "data"), "WEB_WORKERS": "1", "EVIDENCE_MAX_BYTES": str(100 * MEGABYTE)}
    command = [sys.executable, "-m", "gunicorn", "-c", "python:aims_portal.gunicorn", "--bind", f"127.0.0.1:{port}"]
    env = environment(own_broker, str(tmp_path / "files")) | ours
    log = tmp_path / "log"
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
    try:
        yield port, worker_of(process, port, log)
    finally:
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
                children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
                return int(children[0])
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def peak(pid: int) -> int:
    """The most memory the process has held so far, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in status if line.startswith("VmHWM"))) * 1024


class Stranger:
    """A file of that many bytes that exists nowhere, in the body of a form."""

    def __init__(self, name: str, size: int) -> None:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        self.head = f"{head}Content-Type: application/pdf\r\n\r\n%PDF-1.4\n".encode()
        self.tail = f"\n%%EOF\r\n--{BOUNDARY}--\r\n".encode()
        self.filling = size - len(b"%PDF-1.4\n") - len(b"\n%%EOF")
        self.length = len(self.head) + self.filling + len(self.tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self.head
        for _ in range(self.filling // MEGABYTE):
            yield b"%" * MEGABYTE
        yield b"%" * (self.filling % MEGABYTE) + self.tail


def send(port: int, session: str, address: str, file: Stranger) -> tuple[int, dict[str, Any]]:
    token = "a" * 32
    headers = {
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": str(file.length),
        "Cookie": f"sessionid={session}; csrftoken={token}",
        "X-CSRFToken": token,
        "X-Requested-With": "XMLHttpRequest",
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("POST", address, body=file, headers=headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_the_memory_does_not_grow_with_the_file(
    portal: tuple[int, int], tmp_path: Path, organisation: Any, officer: Any, sign_in: Any
) -> None:
    port, pid = portal
    session = sign_in(officer).cookies["sessionid"].value
    address = f"/{organisation.slug}/records/{make_ai_system(organisation).reference}/evidence/"
    assert send(port, session, address, Stranger("small.pdf", 100_000))[0] == 201
    before = peak(pid)

    status, answer = send(port, session, address, Stranger("huge.pdf", 300 * MEGABYTE))
    assert (status, answer["error"]) == (422, "“huge.pdf” is larger than 100 MB.")
    assert peak(pid) - before < 30 * MEGABYTE
    assert soon_empty(tmp_path / "data/incoming")
    assert len(found(tmp_path / "files")) == EvidenceVersion.objects.count() == 1

    status, answer = send(port, session, address, Stranger("large.pdf", 90 * MEGABYTE))
    assert status == 201, answer
    assert peak(pid) - before < 30 * MEGABYTE
    version = EvidenceVersion.objects.get(filename="large.pdf")
    assert version.size == (tmp_path / "files" / version.key).stat().st_size == 90 * MEGABYTE
    assert soon_empty(tmp_path / "data/incoming")
