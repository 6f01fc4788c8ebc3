"""Puts finished files into storage: all of a file, or none of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from evidence.storing import sha256_of

from .models import Report


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
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left_behind in target.parent.glob(f".{target.name}.*"):
        left_behind.unlink(missing_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


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
