"""Takes files in: streamed to disk under a hard cap while their SHA-256 is taken; whole, or not at all."""

from __future__ import annotations

import hashlib
import io
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError

logger = logging.getLogger(__name__)

DAY = 24 * 3600
# How far from the end of a body its last boundary may stand: nobody sends more than a line after it.
TAIL = 512


class HashedUpload(TemporaryUploadedFile):
    """A file in the incoming folder that knows its SHA-256 (hex), and whether its content was thrown away as it came:
    for being too large, or lost because the folder could not take it.
    """

    size: int
    sha256: str = ""
    is_too_large: bool = False
    is_lost: bool = False

    def lose(self) -> None:
        """Goes on without a place on disk: what comes is not kept."""
        self.is_lost = True
        with suppress(OSError, ValueError):
            self.close()
        self.file = io.BytesIO()


class Ending:
    """Reads a multipart body for its parser, and remembers whether its last boundary came."""

    def __init__(self, read: Callable[[int], bytes], boundary: bytes) -> None:
        self.source, self.mark, self.tail = read, b"--" + boundary + b"--", b""

    def read(self, size: int) -> bytes:
        data = self.source(size)
        self.tail = (self.tail + data)[-TAIL - len(self.mark) :]
        return data

    @property
    def has_come(self) -> bool:
        return self.mark in self.tail


class HashingUploadHandler(TemporaryFileUploadHandler):
    """Writes each file of a request to disk, hashing as it goes; what is over the cap is thrown away as it arrives.

    Who has not signed in cannot fill the disk: their files are not kept at all.
    """

    file: HashedUpload
    ending: Ending
    arrived: list[HashedUpload]

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 (named by Django)
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """A body that ends before its last boundary would pass for a shorter file: a line that broke leaves that."""
        self.ending, self.arrived = Ending(input_data.read, boundary), []
        if isinstance(input_data, io.BytesIO):
            self.ending.tail = bytes(input_data.getbuffer()[-TAIL - len(self.ending.mark) :])
        else:
            input_data.read = self.ending.read

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if self.request is None or not self.request.user.is_authenticated:
            raise SkipFile
        super(TemporaryFileUploadHandler, self).new_file(*args, **kwargs)
        self.digest = hashlib.sha256()
        self.received = 0
        given = (self.file_name or "", self.content_type, 0, self.charset, self.content_type_extra)
        try:
            self.file = HashedUpload(*given)
        except OSError:
            self.file = lost_upload(*given)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.file.is_lost or self.file.is_too_large:
            return
        if self.received > settings.EVIDENCE_MAX_BYTES:
            self.file.is_too_large = True
            self.kept(lambda: self.file.truncate(0))
            return
        self.digest.update(raw_data)
        self.kept(lambda: self.file.write(raw_data))

    def file_complete(self, file_size: int) -> HashedUpload:
        self.kept(self.file.flush)
        super().file_complete(file_size)
        self.file.sha256 = self.digest.hexdigest()
        self.arrived.append(self.file)
        return self.file

    def kept(self, write: Callable[[], Any]) -> None:
        """Writes; a disk that is full loses this file, with the reason for whoever sent it, and breaks nothing else."""
        try:
            write()
        except OSError:
            logger.exception("an upload could not be written to the incoming folder")
            self.file.lose()

    def upload_complete(self) -> None:
        if not self.ending.has_come:
            for file in self.arrived:
                file.close()
            raise MultiPartParserError("The upload ended before its last part was complete.")

    def upload_interrupted(self) -> None:
        """Closing removes it."""
        if hasattr(self, "file"):
            self.file.close()


class BrokenUploadsMiddleware:
    """Removes the file that was coming in when a request broke off: Django closes only those that were complete."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in {"GET", "HEAD"}:
            for handler in request.upload_handlers:
                file = getattr(handler, "file", None)
                if file is not None and file not in getattr(handler, "arrived", []):
                    file.close()
        return response


def lost_upload(*given: Any) -> HashedUpload:
    """An upload for which not even an empty file could be made."""
    logger.exception("an upload could not be written to the incoming folder")
    upload = HashedUpload.__new__(HashedUpload)
    UploadedFile.__init__(upload, io.BytesIO(), *given)
    upload.is_lost = True
    return upload


def as_upload(file: Any) -> HashedUpload:
    """The file itself where it came by upload; else a hashed copy of it, which goes when it is closed."""
    if isinstance(file, HashedUpload):
        return file
    upload = HashedUpload(PurePath(file.name).name, "", 0, None)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
        upload.write(chunk)
    upload.size, upload.sha256 = upload.tell(), digest.hexdigest()
    return upload


def sweep_incoming(*, older_than: float = DAY) -> int:
    """Removes what killed processes left in the incoming folder, `older_than` seconds old; returns how many files."""
    oldest = time.time() - older_than
    left = [path for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*") if path.stat().st_mtime < oldest]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)
