"""Takes files in: streamed to disk under a hard cap while their SHA-256 is taken."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class HashedUpload(TemporaryUploadedFile):
    """An upload that knows its SHA-256 (hex) and whether it was cut off for being too large."""

    sha256: str = ""
    is_too_large: bool = False


class HashingUploadHandler(TemporaryFileUploadHandler):
    """Writes each file of a request to disk, hashing as it goes; what is over the cap is thrown away as it arrives."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super(TemporaryFileUploadHandler, self).new_file(*args, **kwargs)
        self.file = HashedUpload(self.file_name, self.content_type, 0, self.charset, self.content_type_extra)
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
        upload: HashedUpload = super().file_complete(file_size)
        upload.sha256 = self.digest.hexdigest()
        return upload
