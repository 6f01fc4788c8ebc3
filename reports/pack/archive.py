"""Writes a ZIP archive piece by piece: neither it nor a file in it is ever held in memory.

Its comment ends it with the SHA-256 of all bytes before, so that a change of any bit is found without a value from
outside, be it in a place that programs for archives do not look at.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from reports.filing import Finished

CHUNK = 2**20
COMMENT = b"SHA-256 of all before it: "
DIGITS = 64
# What is packed already is only stored: packing it again takes time and gains nothing.
PACKED = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".webp", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".zip"})
# Called with the number of bytes that were just read or written.
Told = Callable[[int], None]


class Entry:
    """A file inside the archive while it is written; knows the SHA-256 and size of what was written so far."""

    def __init__(self, file: IO[bytes], told: Told) -> None:
        self.file, self.told, self.digest, self.size = file, told, hashlib.sha256(), 0

    def write(self, data: bytes) -> None:
        self.file.write(data)
        self.digest.update(data)
        self.size += len(data)
        self.told(len(data))

    @property
    def sha256(self) -> str:
        return self.digest.hexdigest()


class Archive:
    """A new archive at `path`, whose entries bear the moment `at` if they have none of their own."""

    def __init__(self, path: Path, *, at: datetime, told: Told) -> None:
        self.path, self.at, self.told = path, at, told
        self.file = open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")  # noqa: SIM115 (`close`)
        self.zip = zipfile.ZipFile(self.file, "w")

    @contextmanager
    def entry(self, name: str, *, at: datetime | None = None, size: int | None = None) -> Iterator[Entry]:
        """A file of the name; `size` is how large it will be, where that is known."""
        info = zipfile.ZipInfo(name, date_time=moment(at or self.at))
        info.compress_type = zipfile.ZIP_STORED if PurePosixPath(name).suffix in PACKED else zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        info.create_system = 3
        info.file_size = size or 0
        with self.zip.open(info, "w", force_zip64=size is None) as file:
            yield Entry(file, self.told)

    def add(self, name: str, content: bytes) -> Entry:
        with self.entry(name, size=len(content)) as entry:
            entry.write(content)
        return entry

    def finish(self) -> Finished:
        """Ends the archive with its own SHA-256, and reads all of it once more from disk."""
        self.zip.comment = COMMENT + b"0" * DIGITS
        self.zip.close()
        self.file.flush()
        size, digest = self.file.tell(), hashlib.sha256()
        self.file.seek(0)
        left = size - DIGITS
        while left:
            chunk = self.file.read(min(CHUNK, left))
            digest.update(chunk)
            left -= len(chunk)
            self.told(len(chunk))
        last = digest.hexdigest().encode()
        self.file.seek(size - DIGITS)
        self.file.write(last)
        digest.update(last)
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        return Finished(self.path, size, digest.hexdigest())

    def close(self) -> None:
        """Gives up what was begun; does nothing to what is finished."""
        with suppress(OSError, ValueError):
            self.zip.close()
        with suppress(OSError):
            self.file.close()


def moment(at: datetime) -> tuple[int, int, int, int, int, int]:
    """As archives keep it: from 1980 on, in steps of two seconds."""
    year = min(max(at.year, 1980), 2107)
    return year, at.month, at.day, at.hour, at.minute, at.second
