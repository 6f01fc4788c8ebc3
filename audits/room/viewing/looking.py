"""Has one page of a stored file read by a process of its own."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

import font_source_sans_pro
from django.conf import settings
from django.utils.translation import gettext as _

from evidence.models import StoredFile
from evidence.storing import opened

from .limits import MAX_BYTES, SECONDS

logger = logging.getLogger(__name__)

FONT = str(Path(font_source_sans_pro.font_directory) / "SourceSansPro-Regular.ttf")
KINDS = {
    "application/pdf": "pdf",
    "image/png": "image",
    "image/jpeg": "image",
    "image/webp": "image",
    "text/plain": "text",
}
OFFICE = {"xlsx", "docx"}
CANNOT = "other"


@dataclass(frozen=True)
class Look:
    """One page as it is told. `fault` is why there is none: broken, locked, large, slow, empty, nothing, other."""

    pages: int = 0
    fault: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    picture: bytes = b""

    @property
    def reason(self) -> str:
        return str(reasons().get(self.fault, "")) if self.fault else ""


def reasons() -> dict[str, str]:
    """Why a file cannot be shown, in words."""
    return {
        "broken": _("The file is damaged or not what it says it is, so it cannot be shown."),
        "locked": _("The file is protected by a password, so it cannot be shown."),
        "large": _("The file is too large to be shown here."),
        "slow": _("The file took too long to read, so it cannot be shown."),
        "empty": _("The file has nothing in it that could be shown."),
        CANNOT: _("Files of this type cannot be shown here."),
    }


def kind_of(version: StoredFile) -> str:
    """How a file is read; `other` where none of the ways fits."""
    ending = PurePath(version.filename).suffix.lower().lstrip(".")
    kind = KINDS.get(version.content_type, CANNOT)
    if kind == "text" and ending == "csv":
        return "csv"
    return ending if kind == CANNOT and ending in OFFICE else kind


def look(version: StoredFile, page: int, *, mark: list[str], draw: bool = False) -> Look:
    """One page of a version, counted from 1. Raises Altered and the storage's faults, as a download does."""
    kind = kind_of(version)
    if kind == CANNOT or (draw and kind not in {"pdf", "image"}):
        return Look(fault=CANNOT)
    if version.size > MAX_BYTES:
        return Look(fault="large")
    with opened(version) as file:
        data = file.read()
    asked = {"kind": kind, "page": page, "draw": draw, "mark": mark, "font": FONT}
    return told(run(json.dumps(asked).encode() + b"\n" + data), version)


def run(given: bytes) -> bytes | None:
    """What the reading process says; None where it took too long. It inherits nothing but the way to Python."""
    command = [sys.executable, "-m", "audits.room.viewing.child"]
    try:
        done = subprocess.run(  # noqa: S603 (the command is ours)
            command,
            input=given,
            capture_output=True,
            timeout=SECONDS + 2,
            cwd=settings.BASE_DIR,
            env={"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return None if done.returncode in {-9, -24} else done.stdout


def told(said: bytes | None, version: StoredFile) -> Look:
    if said is None:
        logger.warning("%s took too long to show", version)
        return Look(fault="slow")
    head, _line, picture = said.partition(b"\n")
    try:
        about = json.loads(head)
    except ValueError:
        # It died before it said anything.
        about = {"fault": "broken", "why": "no answer"}
    if "fault" in about:
        logger.warning("%s cannot be shown: %s %s", version, about["fault"], about.get("why", ""))
        return Look(fault=about["fault"])
    return Look(pages=about["pages"], about=about, picture=picture)
