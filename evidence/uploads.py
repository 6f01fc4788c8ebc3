"""Takes files in: streamed to disk under a hard cap while their SHA-256 is taken."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler

DAY = 24 * 3600


class HashedUpload(TemporaryUploadedFile):
    """A file in the incoming folder that knows its SHA-256 (hex) and whether it was cut off for being too large."""

    size: int
    sha256: str = ""
    is_too_large: bool = False


class HashingUploadHandler(TemporaryFileUploadHandler):
    """Writes each file of a request to disk, hashing as it goes; what is over the cap is thrown away as it arrives.

    Who has not signed in cannot fill the disk: their files are not kept at all.
    """

    file: HashedUpload

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if self.request is None or not self.request.user.is_authenticated:
            raise SkipFile
        super(TemporaryFileUploadHandler, self).new_file(*args, **kwargs)
        self.file = HashedUpload(self.file_name or "", self.content_type, 0, self.charset, self.content_type_extra)
        self.digest = hashlib.sha256()
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > settings.EVIDENCE_MAX_BYTES:
            if not self.file.is_too_large:
                self.file.is_too_large = True
                self.file.truncate(0)
            return
        self.digest.update(raw_data)
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> HashedUpload:
        super().file_complete(file_size)
        self.file.sha256 = self.digest.hexdigest()
        return self.file


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
