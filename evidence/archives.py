"""Looks into Office files, which are ZIP archives, without unpacking them."""

from __future__ import annotations

import stat
import struct
import zipfile
from typing import IO

from django.utils.translation import gettext as _

# What makes an archive a file of its kind.
PARTS = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/", "odt": "content.xml", "ods": "content.xml"}
# Where programs hide: VBA in OOXML under any name its list of types gives it, Basic and scripts in OpenDocument.
TYPES = "[Content_Types].xml"
PROGRAM_TYPES = (b"vbaproject", b"macroenabled")
PROGRAM_PARTS = ("basic/", "scripts/")

MAX_ENTRIES = 10_000
MAX_DIRECTORY = 4 * 2**20
MAX_UNPACKED = 2**30
MAX_RATIO = 200
END = struct.Struct("<4s4H2LH")


def fault_of_archive(file: IO[bytes], ending: str) -> str:
    """Why a file that calls itself an Office file may not come in, in words for a sentence; empty where it may."""
    not_one = _("it is not a complete %(ending)s file") % {"ending": ending}
    if not has_small_directory(file):
        return not_one
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if not any(entry.filename.startswith(PARTS[ending]) for entry in entries):
                return not_one
            return fault_of_size(entries) or fault_of_names(entries) or fault_of_programs(archive, entries)
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError):
        return not_one


def has_small_directory(file: IO[bytes]) -> bool:
    """Whether the archive is one from its first byte, and its list of entries small enough to be read at all.

    A hundred megabytes of nothing but entries would take gigabytes of memory in `zipfile`; no Office program writes
    a comment or the 64-bit list after it.
    """
    size = file.seek(0, 2)
    file.seek(0)
    if file.read(4) != b"PK\3\4" or size < END.size + 20:
        return False
    file.seek(size - END.size - 20)
    locator, end = file.read(20), END.unpack(file.read(END.size))
    signature, comment, directory = end[0], end[7], end[5]
    return signature == b"PK\5\6" and not comment and directory <= MAX_DIRECTORY and not locator.startswith(b"PK\6\7")


def fault_of_size(entries: list[zipfile.ZipInfo]) -> str:
    """Bombs: few bytes that become very many."""
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked / packed > MAX_RATIO:
        return _("it unpacks to far more than it says")
    return ""


def fault_of_names(entries: list[zipfile.ZipInfo]) -> str:
    """Entries that would land elsewhere if somebody unpacked the file, or that are links instead of files."""
    for entry in entries:
        name = entry.orig_filename.replace("\\", "/")
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        if is_link or name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
            return _("it holds parts that lead out of it")
    return ""


def fault_of_programs(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> str:
    names = [entry.filename.lower() for entry in entries]
    holds_program = any(name.startswith(PROGRAM_PARTS) or name.endswith("vbaproject.bin") for name in names)
    for entry in entries:
        if entry.filename.lower() == TYPES.lower() and not holds_program:
            with archive.open(entry) as types:
                listed = types.read(MAX_DIRECTORY).lower()
            holds_program = any(mark in listed for mark in PROGRAM_TYPES)
    return _("it holds macros") if holds_program else ""
