"""What may come in: the ending and the content both decide, and the answer says why."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import pytest

from evidence import archives
from evidence.checking import ENDINGS, Refused, checked

from .files import EXE, HTML, SVG, docx, pdf, png

GOOD = {
    "minutes.pdf": pdf(),
    "MINUTES.PDF": pdf(),
    "notice.png": png(),
    "report.docx": docx(),
    "events.csv": b"time,event\n2026-10-01,start\n",
    "semicolons.csv": b"time;event\n1;2\n",
    "events.json": b'{"a": 1}',
    "lines.json": b'{"a": 1}\n{"a": 2}\n',
    "notes.md": "# Änderung\n\nText\n".encode(),
    "old.txt": "Prüfung".encode("latin-1"),
    "excel.csv": "a,b\n1,2\n".encode("utf-16"),
    "mail.log": b"Received: from relay\nSubject: Done\n\nHello\n",
}
BAD = {
    "report.exe": (EXE, "not of an allowed type"),
    "page.html": (HTML, "not of an allowed type"),
    "picture.svg": (SVG, "not of an allowed type"),
    "archive.zip": (docx(), "not of an allowed type"),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "not of an allowed type"),
    "macros.docm": (docx(), "not of an allowed type"),
    "no-ending": (pdf(), "not of an allowed type"),
    ".pdf": (pdf(), "not of an allowed type"),
    "minutes.pdf.exe": (pdf(), "not of an allowed type"),
    "program.pdf": (EXE, "x-dosexec"),
    "page.txt": (HTML, "text/html"),
    "picture.png": (SVG, "svg"),
    "picture.txt": (SVG, "svg"),
    "data.csv": (b"abc\0def" * 40, "octet-stream"),
    "script.txt": (b"#!/bin/sh\nrm -rf /\n", "shellscript"),
    "script.md": (b"<?php system('x');", "php"),
    "batch.log": (b"@echo off\r\ndel *\r\n", "msdos-batch"),
    "photo.jpg": (png(), "image/png"),
    "half.png": (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", "not a complete image"),
    "plain.docx": (b"only text", "not a complete docx"),
    "half.docx": (docx()[:-40], "not a complete docx"),
    "book.xlsx": (docx(), "not a complete xlsx"),
    "text.odt": (docx(), "not a complete odt"),
    "program.docx": (EXE + docx(), "not a complete docx"),
    "page.html.pdf": (HTML, "text/html"),
    "picture.svg.png": (SVG, "svg"),
    "page.docx": (HTML, "not a complete docx"),
    "page.csv": (HTML, "text/html"),
    "picture.jpg": (HTML, "text/html"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_taken(name: str) -> None:
    content = GOOD[name]
    file = io.BytesIO(content)
    assert checked(file, filename=name, size=len(content))
    assert file.tell() == 0


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_may_not_come_in_is_refused_with_the_reason(name: str) -> None:
    content, reason = BAD[name]
    message = refusal(name, content)
    assert name in message
    assert reason in message


def refusal(name: str, content: bytes, **given: Any) -> str:
    with pytest.raises(Refused) as refused:
        checked(io.BytesIO(content), filename=name, size=len(content), **given)
    return refused.value.messages[0]


def test_the_refusal_of_a_type_names_the_allowed_ones() -> None:
    assert ", ".join(ENDINGS) in refusal("page.html", HTML)


def test_an_empty_file_is_refused() -> None:
    assert "empty (0 bytes)" in refusal("minutes.pdf", b"")


def test_a_file_over_the_cap_is_refused_with_the_cap(settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = 2 * 2**20
    assert "“big.pdf” is larger than 2 MB." in refusal("big.pdf", pdf(size=2 * 2**20 + 1))
    assert "“cut.pdf” is larger than 2 MB." in refusal("cut.pdf", b"", is_too_large=True)
    exactly = pdf(size=2 * 2**20)
    assert checked(io.BytesIO(exactly), filename="big.pdf", size=len(exactly)) == "application/pdf"


@pytest.mark.parametrize(
    "content",
    [
        docx(**{"word/vbaProject.bin": "x"}),
        docx(**{"word/VBAPROJECT.BIN": "x"}),
        docx(types="application/vnd.ms-word.document.macroEnabled.main+xml"),
        docx(types="application/vnd.ms-office.vbaProject", **{"word/harmless.xml": "x"}),
        docx(**{"Basic/script-lc.xml": "x"}),
        docx(**{"Scripts/python/x.py": "x"}),
    ],
)
def test_an_office_file_with_macros_is_refused(content: bytes) -> None:
    assert "it holds macros" in refusal("report.docx", content)


@pytest.mark.parametrize(("name", "part"), [("report.docx", "word/x.xml"), ("register.xlsx", "xl/workbook.xml")])
def test_a_bomb_is_refused_without_being_unpacked(name: str, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = docx(bomb=50 * 2**20, **{part: ""})
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    assert len(content) < 200_000
    assert "unpacks to far more" in refusal(name, content)


@pytest.mark.parametrize(
    "part", ["../../etc/passwd", "/etc/passwd", "xl/../../x", "xl\\..\\..\\x", "C:\\Windows\\x", "c:/x"]
)
def test_parts_that_would_land_elsewhere_are_refused(part: str) -> None:
    assert "parts that lead out of it" in refusal("register.xlsx", docx(**{"xl/workbook.xml": "", part: "x"}))


def test_links_inside_an_office_file_are_refused() -> None:
    buffer = io.BytesIO(docx())
    with zipfile.ZipFile(buffer, "a") as archive:
        link = zipfile.ZipInfo("word/link.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert "parts that lead out of it" in refusal("report.docx", buffer.getvalue())


def test_many_entries_are_a_bomb_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_ENTRIES", 10)
    assert "unpacks to far more" in refusal("report.docx", docx(**{f"word/{n}.xml": "" for n in range(10)}))


def test_a_list_of_entries_that_would_fill_the_memory_is_never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(docx())
    struct.pack_into("<L", content, len(content) - 10, archives.MAX_DIRECTORY + 1)
    zip64 = docx()[:-22] + b"PK\6\7" + b"\0" * 16 + docx()[-22:]
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "not a complete docx" in refusal("report.docx", bytes(content))
    assert "not a complete docx" in refusal("report.docx", zip64)


def test_an_image_with_very_many_pixels_is_refused() -> None:
    assert checked(io.BytesIO(png(8_000, 8_000)), filename="a.png", size=100) == "image/png"
    for width, height in ((9_000, 9_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)):
        assert "too many pixels" in refusal("notice.png", png(width, height))
