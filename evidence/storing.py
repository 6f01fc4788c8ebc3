"""Where files live: under `<organisation>/<sha256>`, written once, checked whenever they are read."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import F
from django.utils.translation import gettext as _

from organisations.models import Organisation

from .checking import Refused
from .models import EvidenceVersion, Quota


class Altered(Exception):
    """A stored file is gone or no longer has the hash it came with."""


@dataclass(frozen=True)
class Kept:
    """What is known about a file once it is in: storage key, size in bytes, hash in hex."""

    key: str
    size: int
    sha256: str


def sha256_of(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest


def keep_file(file: Any, *, organisation: Organisation, size: int, sha256: str = "") -> Kept:
    """Stores a checked file and counts it towards the quota. Raises Refused when the organisation's space is used up.

    A file that came by upload was hashed while it streamed in and is moved, not copied. The same file twice is kept
    once; organisations never share one.
    """
    sha256 = sha256 or sha256_of(file)
    key = f"{organisation.pk}/{sha256}"
    if default_storage.exists(key) and default_storage.size(key) == size:
        return Kept(key, size, sha256)
    Quota.objects.get_or_create(organisation=organisation)
    quota = Quota.objects.select_for_update().get(organisation=organisation)
    if quota.used + size > settings.EVIDENCE_QUOTA_BYTES:
        raise Refused(_("The space for evidence is used up. Ask your administrator for more."))
    default_storage.delete(key)
    if hasattr(file, "temporary_file_path"):
        file.flush()
        os.fsync(file.fileno())
    default_storage.save(key, file if isinstance(file, File) else File(file))
    Quota.objects.filter(pk=quota.pk).update(used=F("used") + size)
    return Kept(key, size, sha256)


def opened(version: EvidenceVersion) -> IO[bytes]:
    """The file of a version, hashed again before anybody gets it; raises Altered where it is not what came in."""
    try:
        file: IO[bytes] = default_storage.open(version.key)
    except OSError as error:
        raise Altered(str(error)) from error
    if sha256_of(file) != version.sha256:
        file.close()
        raise Altered(version.key)
    return file
