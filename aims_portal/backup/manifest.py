"""The list of what is in a backup, written last and read first; and the hashing of what it lists."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

MANIFEST, DATABASE, FILES, FOLDER, ROOTS = "manifest.json", "database.dump", "files.jsonl", "files", "roots.jsonl"
OF_MANIFEST = "manifest.sha256"
FORMAT = 1
CHUNK = 2**20


class DamagedError(Exception):
    """A backup is not what it was when it was made; says which file."""


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copied(source: IO[bytes], target: Path) -> tuple[str, int]:
    """Copies a stream to a file, on disk for good; returns its SHA-256 and size. Holds one chunk at a time."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as out:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest(), size


def write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("x", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n")
        out.flush()
        os.fsync(out.fileno())


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def write_manifest(folder: Path, **facts: Any) -> str:
    """Writes it, and returns its SHA-256: whoever keeps that elsewhere can tell this backup from any other."""
    parts = [fact_of(folder, name) for name in (DATABASE, FILES, ROOTS)]
    text = json.dumps({"format": FORMAT, "parts": parts, **facts}, indent=1, sort_keys=True)
    path = folder / MANIFEST
    with path.open("x", encoding="utf-8") as out:
        out.write(text + "\n")
        out.flush()
        os.fsync(out.fileno())
    sha256 = hash_of(path)
    (folder / OF_MANIFEST).write_text(f"{sha256}  {MANIFEST}\n", encoding="ascii")
    return sha256


def fact_of(folder: Path, name: str) -> dict[str, Any]:
    return {"name": name, "sha256": hash_of(folder / name), "size": (folder / name).stat().st_size}


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a backup, after everything it lists was hashed again. Raises DamagedError."""
    path = folder / MANIFEST
    try:
        check(path, (folder / OF_MANIFEST).read_text(encoding="ascii").split()[0])
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        parts = [(part["name"], part["sha256"]) for part in manifest["parts"]]
    except FileNotFoundError as error:
        raise DamagedError(f"{error.filename} is missing: this is no backup, or one that broke off.") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise DamagedError(f"{path} cannot be read: {error}") from error
    if manifest.get("format") != FORMAT or {name for name, _hash in parts} != {DATABASE, FILES, ROOTS}:
        raise DamagedError(f"{path} is of another kind of backup than this portal makes.")
    for name, sha256 in parts:
        check(folder / name, sha256)
    for row in read_lines(folder / FILES):
        if row["stored"]:
            check(place_of(folder, row["key"]), row["stored"])
    return manifest


def check(path: Path, sha256: str) -> None:
    try:
        found = hash_of(path)
    except OSError as error:
        raise DamagedError(f"{path} cannot be read: {error.strerror}.") from error
    if found != sha256:
        raise DamagedError(f"{path} was altered: its SHA-256 is {found} and not {sha256}.")


def place_of(folder: Path, key: str) -> Path:
    """Where a stored file lies in a backup; refuses keys that would lead out of it."""
    base = (folder / FOLDER).resolve()
    path = (base / key).resolve()
    if not path.is_relative_to(base):
        raise DamagedError(f"{key} is no key of a file.")
    return path
