"""Files as people send them: good ones, and what must never come in."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

OOXML = "http://schemas.openxmlformats.org/package/2006/content-types"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def pdf(text: str = "Minutes", size: int = 0) -> bytes:
    """A small PDF; its bytes differ with `text`, and are filled up to `size`."""
    head = f"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n% {text}\ntrailer<</Root 1 0 R>>\n".encode()
    return head + b"%" * max(0, size - len(head) - 6) + b"\n%%EOF"


def png(width: int = 2, height: int = 2) -> bytes:
    """A PNG that claims that size; its pixels are those of a tiny one."""
    head = struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 14)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def docx(*, types: str = WORD, bomb: int = 0, **parts: str) -> bytes:
    """A Word file; `parts` are further entries by name, `bomb` zeroes are packed into one."""
    listed = f'<Types xmlns="{OOXML}"><Override PartName="/word/document.xml" ContentType="{types}"/></Types>'
    entries = {"[Content_Types].xml": listed, "word/document.xml": "<document/>", **parts}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
        if bomb:
            archive.writestr("word/media/picture.bmp", b"\0" * bomb)
    return buffer.getvalue()


EXE = b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0" + b"\0" * 400
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def upload(name: str, content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(name) if content is None else content)


def stored(folder: Path) -> list[str]:
    """What lies below a folder, by path."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
