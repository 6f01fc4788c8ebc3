"""Decides whether a file may come in: by its ending and by its content, never by what the browser claims."""

from __future__ import annotations

import zipfile
from pathlib import PurePath
from typing import IO

import magic
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

TEXT_ENDINGS = frozenset({"txt", "csv", "md", "log", "json"})
# Text that a browser or a shell would act on is not evidence, whatever its file is called.
TEXT_REFUSED = ("text/html", "text/xml", "text/x-shellscript", "text/x-php", "text/javascript", "text/x-msdos-batch")
CONTENT = {
    "pdf": {"application/pdf"},
    "png": {"image/png"},
    "jpg": {"image/jpeg"},
    "jpeg": {"image/jpeg"},
    "webp": {"image/webp"},
}
OFFICE_PART = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/", "odt": "content.xml", "ods": "content.xml"}
ENDINGS = sorted({*TEXT_ENDINGS, *CONTENT, *OFFICE_PART})
ACCEPT = ",".join(f".{ending}" for ending in ENDINGS)

MAX_PIXELS = 100_000_000
MAX_ENTRIES = 10_000
MAX_UNPACKED = 2**30
MAX_RATIO = 200


class Refused(ValidationError):
    """The file cannot be taken; the message says why, in words for the person who sent it."""


def checked(file: IO[bytes], *, filename: str, size: int, is_too_large: bool = False) -> str:
    """Returns the content type of an acceptable file of `size` bytes; raises Refused otherwise."""
    if is_too_large or size > settings.EVIDENCE_MAX_BYTES:
        limit = filesizeformat(settings.EVIDENCE_MAX_BYTES)
        raise Refused(_("“%(name)s” is larger than %(limit)s.") % {"name": filename, "limit": limit})
    if not size:
        raise Refused(_("“%(name)s” is empty (0 bytes).") % {"name": filename})
    ending = PurePath(filename).suffix.lower().lstrip(".")
    if ending not in ENDINGS:
        allowed = ", ".join(ENDINGS)
        raise Refused(_("“%(name)s” is not of an allowed type (%(allowed)s).") % {"name": filename, "allowed": allowed})
    file.seek(0)
    content_type = magic.from_buffer(file.read(65_536), mime=True)
    file.seek(0)
    if not fits(ending, content_type, file):
        raise Refused(
            _("“%(name)s” does not hold what its ending promises: it looks like %(found)s.")
            % {"name": filename, "found": content_type}
        )
    file.seek(0)
    return content_type if ending not in TEXT_ENDINGS else "text/plain"


def fits(ending: str, content_type: str, file: IO[bytes]) -> bool:
    if ending in TEXT_ENDINGS:
        is_text = content_type.startswith("text/") or content_type in {"application/json", "application/csv"}
        return is_text and not content_type.startswith(TEXT_REFUSED)
    if ending in OFFICE_PART:
        return is_sound_archive(file, OFFICE_PART[ending])
    return content_type in CONTENT[ending] and (not content_type.startswith("image/") or is_sound_image(file))


def is_sound_archive(file: IO[bytes], part: str) -> bool:
    """An Office file opened as an archive, not unpacked: its parts are there, no macros, no bomb."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        return False
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    return (
        any(entry.filename.startswith(part) for entry in entries)
        and not any(entry.filename.endswith("vbaProject.bin") for entry in entries)
        and len(entries) <= MAX_ENTRIES
        and unpacked <= MAX_UNPACKED
        and unpacked / packed <= MAX_RATIO
    )


def is_sound_image(file: IO[bytes]) -> bool:
    try:
        with Image.open(file) as image:
            width, height = image.size
            return width * height <= MAX_PIXELS
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError):
        return False
