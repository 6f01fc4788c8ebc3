"""Decides whether a file may come in: by its ending and by its content, never by what the browser claims."""

from __future__ import annotations

from pathlib import PurePath
from typing import IO

import magic
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from records.templatetags.components import size as in_words

from .archives import PARTS, fault_of_archive

TEXT_ENDINGS = frozenset({"txt", "csv", "md", "log", "json"})
TEXT = frozenset({"application/json", "application/x-ndjson", "application/csv", "message/rfc822"})
# Text that a browser or a shell would act on is not evidence, whatever its file is called.
TEXT_REFUSED = ("text/html", "text/xml", "text/x-shellscript", "text/x-php", "text/javascript", "text/x-msdos-batch")
CONTENT = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
}
ENDINGS = sorted({*TEXT_ENDINGS, *CONTENT, *PARTS})
ACCEPT = ",".join(f".{ending}" for ending in ENDINGS)

LOOKED_AT = 65_536
MAX_PIXELS = 80_000_000


class Refused(ValidationError):
    """The file cannot be taken; the message says why, in words for the person who sent it.

    `status_code` is what programs are answered with.
    """

    status_code = 400


class TooLarge(Refused):
    """It is over the cap."""

    status_code = 413


class Unstored(Refused):
    """Nothing is wrong with the file, but we could not take it: it may be sent again."""

    status_code = 503


def checked(file: IO[bytes], *, filename: str, size: int, is_too_large: bool = False) -> str:
    """Returns the content type of an acceptable file of `size` bytes; raises Refused otherwise."""
    name = {"name": filename}
    if is_too_large or size > settings.EVIDENCE_MAX_BYTES:
        limit = in_words(settings.EVIDENCE_MAX_BYTES)
        raise TooLarge(_("“%(name)s” is larger than %(limit)s.") % (name | {"limit": limit}))
    if not size:
        raise Refused(_("“%(name)s” is empty (0 bytes).") % name)
    ending = PurePath(filename).suffix.lower().lstrip(".")
    if ending not in ENDINGS:
        allowed = {"allowed": ", ".join(ENDINGS)}
        raise Refused(_("“%(name)s” is not of an allowed type (%(allowed)s).") % (name | allowed))
    file.seek(0)
    content_type = magic.from_buffer(file.read(LOOKED_AT), mime=True)
    fault = fault_of(ending, content_type, file)
    file.seek(0)
    if fault:
        raise Refused(_("“%(name)s” is refused: %(fault)s.") % (name | {"fault": fault}))
    return content_type if ending not in TEXT_ENDINGS else "text/plain"


def fault_of(ending: str, content_type: str, file: IO[bytes]) -> str:
    """What is wrong with a file's content for its ending, in words for a sentence; empty where nothing is."""
    other = _("its ending is .%(ending)s, but it holds %(found)s") % {"ending": ending, "found": content_type}
    if ending in TEXT_ENDINGS:
        is_text = content_type.startswith("text/") or content_type in TEXT
        return "" if is_text and not content_type.startswith(TEXT_REFUSED) else other
    if ending in PARTS:
        return fault_of_archive(file, ending)
    if content_type != CONTENT[ending]:
        return other
    return fault_of_image(file) if content_type.startswith("image/") else ""


def fault_of_image(file: IO[bytes]) -> str:
    """Reads the image's head only: its pixels are never unpacked here."""
    try:
        with Image.open(file, formats=["PNG", "JPEG", "WEBP"]) as image:
            width, height = image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        width = height = MAX_PIXELS
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return _("it is not a complete image")
    return _("it has too many pixels") if width * height > MAX_PIXELS else ""
