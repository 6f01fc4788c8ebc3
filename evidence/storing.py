"""Where files live: under `<organisation>/<sha256>`, written once, checked whenever they are read."""

from __future__ import annotations

import hashlib
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import F
from django.utils.translation import gettext as _

from organisations.models import Organisation

from .checking import Refused, Unstored
from .models import Quota, StoredFile
from .uploads import HashedUpload

logger = logging.getLogger(__name__)


class Altered(Exception):
    """A stored file is gone or no longer has the hash it came with."""


def storage_faults() -> tuple[type[Exception], ...]:
    """What a disk or an S3 server raises when it cannot be used."""
    from botocore.exceptions import BotoCoreError, ClientError

    return OSError, BotoCoreError, ClientError


def keep_file(upload: HashedUpload, *, organisation: Organisation) -> str:
    """Stores a checked upload and counts it towards the quota; returns its storage key.

    A local file is moved into place, not copied. The same file twice is kept once; organisations never share one.
    Raises Refused when the organisation's space is used up, Unstored when the storage fails; then no version may
    point to it.
    """
    key = f"{organisation.pk}/{upload.sha256}"
    Quota.objects.get_or_create(organisation=organisation)
    quota = Quota.objects.select_for_update().get(organisation=organisation)
    is_counted = any(kind._default_manager.filter(key=key).exists() for kind in StoredFile.__subclasses__())
    if not is_counted and quota.used + upload.size > settings.EVIDENCE_QUOTA_BYTES:
        raise Refused(_("The space for evidence is used up. Ask your administrator for more."))
    try:
        put(upload, key)
    except storage_faults() as error:
        logger.exception("evidence could not be stored as %s", key)
        if not is_counted:
            # What a full disk took of it is no file; what others point to stays, whatever it is.
            with suppress(*storage_faults()):
                default_storage.delete(key)
        message = _("“%(name)s” was not stored: the file storage could not be used. Try again later.")
        raise Unstored(message % {"name": upload.name}) from error
    if not is_counted:
        Quota.objects.filter(pk=quota.pk).update(used=F("used") + upload.size)
    return key


def put(upload: HashedUpload, key: str) -> None:
    """Leaves the upload's bytes under the key, on disk for good; what lies there already is believed by its hash."""
    if has_hash(key, upload.sha256):
        return
    default_storage.delete(key)
    upload.flush()
    os.fsync(upload.fileno())
    default_storage.save(key, upload)
    with suppress(NotImplementedError):
        path = Path(default_storage.path(key))
        for written in (path, path.parent):
            descriptor = os.open(written, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)


def has_hash(key: str, sha256: str) -> bool:
    try:
        with default_storage.open(key) as file:
            return sha256_of(file) == sha256
    except FileNotFoundError:
        return False


def sha256_of(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(2**20):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def opened(version: StoredFile) -> IO[bytes]:
    """The file of a version, hashed again before anybody gets it; raises Altered where it is not what came in, and
    one of `storage_faults` where the storage cannot be used.
    """
    try:
        file: IO[bytes] = default_storage.open(version.key)
    except FileNotFoundError as error:
        raise Altered(str(error)) from error
    if sha256_of(file) != version.sha256:
        file.close()
        raise Altered(version.key)
    return file
