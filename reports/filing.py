"""Puts finished files into storage: all of a file, or none of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from evidence.storing import sha256_of, storage_faults

from .models import Report

CHUNK = 2**20
# How often somebody hears that a file is still on its way into an object store, in seconds.
A_WORD = 5


@dataclass(frozen=True)
class Finished:
    """A file that is written to its end, and forced out to disk."""

    path: Path
    size: int
    sha256: str


class Altered(Exception):
    """A stored report is gone, or is no longer what was kept."""


def put(key: str, content: bytes) -> None:
    """Stores `content` under `key` in place of what may be there. Raises OSError.

    On disk it is written beside its place, forced out, and then renamed: a name never leads to half a file, whenever
    the machine stops. An object store keeps a file when it has all of it.
    """
    try:
        target = Path(default_storage.path(key))
    except NotImplementedError:
        default_storage.delete(key)
        default_storage.save(key, ContentFile(content))
        return
    part = beside(target)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    force_out(target.parent)


def move(key: str, path: Path, alive: Callable[[], None]) -> None:
    """As `put`, for a file that is on disk, forced out, and leaves its place: never held in memory.

    `alive` is called now and then while it travels to another disk or an object store; what it raises is raised here.
    """
    try:
        target = Path(default_storage.path(key))
    except NotImplementedError:
        heard(lambda: sent(key, path), alive)
        path.unlink(missing_ok=True)
        return
    part = beside(target)
    try:
        path.replace(part)
    except OSError:
        heard(lambda: copied(path, part), alive)
        path.unlink(missing_ok=True)
    part.replace(target)
    force_out(target.parent)


def beside(target: Path) -> Path:
    """Where a file is written that is to become `target`; what was left there before is removed."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left_behind in target.parent.glob(f".{target.name}.*"):
        left_behind.unlink(missing_ok=True)
    return target.with_name(f".{target.name}.{os.getpid()}")


def force_out(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sent(key: str, path: Path) -> None:
    default_storage.delete(key)
    with path.open("rb") as file:
        default_storage.save(key, File(file))


def copied(path: Path, part: Path) -> None:
    with path.open("rb") as source, open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        shutil.copyfileobj(source, file, CHUNK)
        file.flush()
        os.fsync(file.fileno())


def heard(work: Callable[[], None], alive: Callable[[], None]) -> None:
    """Does slow work beside this thread, which says meanwhile that it is alive."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        while wait([future], timeout=A_WORD).not_done:
            alive()
        future.result()


def forget(key: str) -> None:
    """Removes what an attempt left that nobody will ever name."""
    with suppress(*storage_faults()):
        default_storage.delete(key)


def opened(report: Report) -> IO[bytes]:
    """The file of a finished report, hashed again before anybody gets it. Raises Altered."""
    try:
        file: IO[bytes] = default_storage.open(report.key)
    except OSError as error:
        raise Altered(str(error)) from error
    if sha256_of(file) != report.sha256:
        file.close()
        raise Altered(report.key)
    return file


def size_of(report: Report) -> int:
    """How many bytes lie in storage for it; -1 where nothing does."""
    try:
        return int(default_storage.size(report.key))
    except storage_faults():
        return -1


def part_of(report: Report, first: int, last: int) -> Iterator[bytes]:
    """The bytes from `first` to `last`, both included; an object store is asked for no others."""
    file = default_storage.open(report.key)
    left = last - first + 1
    try:
        stored = getattr(file, "obj", None)
        source = stored.get(Range=f"bytes={first}-{last}")["Body"] if stored else file
        if not stored:
            file.seek(first)
        while left and (chunk := source.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
    finally:
        file.close()
