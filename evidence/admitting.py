"""Everything a file goes through before it is kept: what arrived, its type and content, the virus scanner."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext as _

from .checking import Refused, Unstored, checked
from .scanning import scan


def admitted(file: Any) -> str:
    """The content type of a file that may come in. Raises Refused, or its kinds TooLarge and Unstored.

    Found out once for each file: a form asks to tell the reason at its field, and the action for whoever has no form.
    It comes before any row is locked, because a scanner may take its time.
    """
    if not hasattr(file, "admission"):
        try:
            file.admission = found_out(file)
        except Refused as refusal:
            file.admission = refusal
    if isinstance(file.admission, Refused):
        raise file.admission
    return str(file.admission)


def found_out(file: Any) -> str:
    name = PurePath(file.name).name
    if getattr(file, "is_lost", False):
        raise Unstored(_("“%(name)s” was not stored: there is no room for it. Try again later.") % {"name": name})
    is_too_large = getattr(file, "is_too_large", False)
    content_type = checked(file, filename=name, size=file.size, is_too_large=is_too_large)
    scan(file, filename=name)
    return content_type
