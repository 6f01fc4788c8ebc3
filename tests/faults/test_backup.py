"""A backup of one installation is restored into another, with the same roots; a damaged one is refused by name."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aims_portal.backup.manifest import DATABASE, FILES, MANIFEST, ROOTS, DamagedError, place_of, read_manifest

ROOT = Path(__file__).parents[2]
LONGEST = 400


@pytest.fixture(scope="module")
def ground() -> Iterator[Path]:
    """A folder that PostgreSQL may pass, whoever runs it."""
    folder = Path(tempfile.mkdtemp(prefix="aims-backup-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def portal(data: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs Python with the private servers of an installation."""
    ours = ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "AIMS_DATA", "SECRET_KEY")
    env = {name: value for name, value in os.environ.items() if name not in ours} | {
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "aims_portal.settings",
    }
    words = [sys.executable, "-m", "aims_portal.servers", "--data", str(data), "--", sys.executable, *command]
    return subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=LONGEST, check=False)


def told(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def made(ground: Path) -> Any:
    """The first installation, and its backup in `backup`."""
    return told(portal(ground / "first", "-m", "tests.faults.backed_up", "make", str(ground / "backup")))


def test_a_backup_restores_to_the_same_roots_and_the_same_files(ground: Path, made: Any) -> None:
    assert "verified." in made["said"]
    assert "SHA-256 of the manifest: " in made["said"]
    assert len(made["roots"]) == 2
    done = portal(ground / "second", "manage.py", "restore", str(ground / "backup"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "OK"
    found = told(portal(ground / "second", "-m", "tests.faults.backed_up", "look", ""))
    assert found["roots"] == made["roots"]
    assert found["verified"] == made["verified"] == "OK"
    assert found["files"] == made["files"]
    assert sorted(status for status, _size in found["files"].values()) == [200, 200]
    assert found["events"] == made["events"]
    again = portal(ground / "second", "manage.py", "restore", str(ground / "backup"))
    assert again.returncode == 1
    assert "This installation is not empty" in again.stderr


@pytest.mark.parametrize("part", [DATABASE, FILES, ROOTS, "a stored file", MANIFEST])
def test_one_bit_is_enough_for_a_backup_to_be_refused(part: str, ground: Path, made: Any, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(ground / "backup", backup)
    read_manifest(backup)
    path = a_file(backup) if part == "a stored file" else backup / part
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedError) as refused:
        read_manifest(backup)
    assert str(path) in str(refused.value)


def test_a_backup_without_one_of_its_files_is_refused(ground: Path, made: Any, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(ground / "backup", backup)
    path = a_file(backup)
    path.unlink()
    with pytest.raises(DamagedError, match=path.name):
        read_manifest(backup)
    with pytest.raises(DamagedError, match="no backup, or one that broke off"):
        read_manifest(tmp_path)


def test_a_key_that_leads_out_of_the_backup_is_none(tmp_path: Path) -> None:
    with pytest.raises(DamagedError, match="no key of a file"):
        place_of(tmp_path, "../../etc/passwd")


def a_file(backup: Path) -> Path:
    return next(path for path in sorted((backup / "files").rglob("*")) if path.is_file())
