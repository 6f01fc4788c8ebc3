"""Storing evidence, with processes that die in the middle and files far larger than the cap."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File

from evidence.actions import receive
from evidence.models import Evidence, EvidenceVersion, Quota
from tests.cast import make_ai_system
from tests.faults.web import MEGABYTE, ROOT, STARTS_IN, Portal, Stranger, found, soon_empty
from tests.servers import environment

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


def a_pdf(path: Path, size: int = 3 * MEGABYTE) -> Path:
    path.write_bytes(b"%PDF-1.4\n" + b"%" * (size - 15) + b"\n%%EOF")
    return path


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


def peak(pid: int) -> int:
    """The most memory the process has held so far, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in status if line.startswith("VmHWM"))) * 1024


def test_the_memory_does_not_grow_with_the_file(
    start_portal: Callable[..., Portal], organisation: Any, officer: Any, sign_in: Any
) -> None:
    portal = start_portal()
    session = sign_in(officer).cookies["sessionid"].value
    address = f"/{organisation.slug}/records/{make_ai_system(organisation).reference}/evidence/"
    assert portal.send(session, address, Stranger("small.pdf", 5 * MEGABYTE))[0] == 201
    before = peak(portal.pid)

    status, answer = portal.send(session, address, Stranger("huge.pdf", 300 * MEGABYTE))
    assert (status, answer["error"]) == (422, "“huge.pdf” is larger than 100 MB.")
    assert peak(portal.pid) - before < 30 * MEGABYTE
    assert soon_empty(portal.incoming)
    assert len(found(portal.store)) == EvidenceVersion.objects.count() == 1

    status, answer = portal.send(session, address, Stranger("large.pdf", 90 * MEGABYTE))
    assert status == 201, answer
    assert peak(portal.pid) - before < 30 * MEGABYTE
    version = EvidenceVersion.objects.get(filename="large.pdf")
    assert version.size == (portal.store / version.key).stat().st_size == 90 * MEGABYTE
    assert soon_empty(portal.incoming)
