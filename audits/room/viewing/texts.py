"""Lines of a text file, and paragraphs of a Word document, so many on a page."""

from __future__ import annotations

import codecs
import io
import zipfile
from typing import Any
from xml.parsers import expat

from .limits import LINE, LINES, MAX_PARAGRAPHS, MAX_TEXT, MAX_XML, PARAGRAPHS, Fault, page_of

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
BODY = "word/document.xml"


def decoded(data: bytes) -> tuple[str, bool]:
    """The text of a file in whichever of three encodings it is, and whether its end was left out."""
    kept, cut = data[:MAX_TEXT], len(data) > MAX_TEXT
    if kept.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = kept.decode("utf-16", "replace")
    else:
        try:
            text = kept.decode("utf-8-sig", "strict" if not cut else "ignore")
        except UnicodeDecodeError:
            text = kept.decode("cp1252", "replace")
    # What no page can show: the database's NUL, and signs that steer a terminal.
    return "".join(sign for sign in text if sign in "\n\t" or ord(sign) >= 32), cut


def plain(data: bytes, page: int) -> dict[str, Any]:
    text, cut = decoded(data)
    lines = text.split("\n")
    count = max(1, -(-len(lines) // LINES))
    begin = (page_of(count, page) - 1) * LINES
    shown = lines[begin : begin + LINES]
    cut = cut or any(len(line) > LINE for line in shown)
    return {"as": "text", "pages": count, "cut": cut, "text": "\n".join(line[:LINE] for line in shown)}


def document(data: bytes, page: int) -> dict[str, Any]:
    """A Word document as plain paragraphs: {text, is_heading}. Nothing that its XML refers to is ever fetched."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if archive.getinfo(BODY).file_size > MAX_XML:
            raise Fault("large")
        with archive.open(BODY) as part:
            xml = part.read(MAX_XML + 1)
    if len(xml) > MAX_XML:
        raise Fault("large")
    reader = Paragraphs()
    reader.read(xml)
    found = reader.found
    if not found:
        raise Fault("empty")
    count = max(1, -(-len(found) // PARAGRAPHS))
    begin = (page_of(count, page) - 1) * PARAGRAPHS
    about = {"as": "paragraphs", "pages": count, "cut": reader.is_full}
    return about | {"paragraphs": found[begin : begin + PARAGRAPHS]}


class Paragraphs:
    """Collects the paragraphs of `word/document.xml`. Refuses a document type: with it come entities."""

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []
        self.words: list[str] = []
        self.is_text = self.is_heading = self.is_full = False

    def read(self, xml: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self.refuse
        parser.EntityDeclHandler = self.refuse
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.data
        parser.Parse(xml, True)

    def refuse(self, *_about: Any) -> None:
        raise Fault("broken")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.removeprefix(WORD)
        if tag == "p":
            self.words, self.is_heading = [], False
        elif tag == "t":
            self.is_text = True
        elif tag in {"tab", "br", "cr"}:
            self.words.append("\t" if tag == "tab" else "\n")
        elif tag == "pStyle":
            style = attributes.get(f"{WORD}val", "").lower()
            self.is_heading = style.startswith(("heading", "title", "berschrift", "überschrift"))

    def end(self, name: str) -> None:
        tag = name.removeprefix(WORD)
        if tag == "t":
            self.is_text = False
        elif tag == "p" and (text := "".join(self.words).strip()):
            if len(self.found) < MAX_PARAGRAPHS:
                self.found.append({"text": text[:20_000], "is_heading": self.is_heading})
            else:
                self.is_full = True
            self.words = []

    def data(self, text: str) -> None:
        if self.is_text:
            self.words.append(text)
