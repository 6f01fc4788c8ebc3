"""What a machine can find wrong with a PDF that everybody is to read (PDF/UA-1, ISO 14289): a list of faults."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pikepdf


def faults_of(content: bytes) -> list[str]:
    """Everything found, in words; empty for a file that passes."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        root = pdf.Root
        found = [*of_catalog(root), *of_metadata(pdf)]
        if "/StructTreeRoot" not in root:
            return [*found, "no structure tree"]
        elements = list(structure(root.StructTreeRoot))
        found += [*of_elements(elements), *of_pages(pdf)]
    return found


def of_catalog(root: Any) -> Iterator[str]:
    if "/MarkInfo" not in root or not root.MarkInfo.get("/Marked", False):
        yield "not marked as tagged"
    if not str(root.get("/Lang", "")):
        yield "no language"
    if "/ViewerPreferences" not in root or not root.ViewerPreferences.get("/DisplayDocTitle", False):
        yield "the title is not shown"


def of_metadata(pdf: pikepdf.Pdf) -> Iterator[str]:
    with pdf.open_metadata() as metadata:
        if metadata.get("pdfuaid:part") != "1":
            yield "does not claim PDF/UA-1"
        if not str(metadata.get("dc:title", "")).strip():
            yield "no title"


def structure(element: Any) -> Iterator[tuple[str, Any]]:
    """Every element of the tag tree with its kind, in reading order."""
    children = element.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield str(child.S), child
            yield from structure(child)


def of_elements(elements: list[tuple[str, Any]]) -> Iterator[str]:
    kinds = Counter(kind for kind, _element in elements)
    if not kinds["/H1"]:
        yield "no heading"
    for kind, element in elements:
        if kind == "/Figure" and not str(element.get("/Alt", "")).strip():
            yield "a figure without alternative text"
        if kind == "/Table":
            inside = Counter(name for name, _child in structure(element))
            if not inside["/TH"]:
                yield "a table without header cells"
            if not inside["/TR"]:
                yield "a table without rows"
        if kind == "/L" and not any(name == "/LI" for name, _child in structure(element)):
            yield "a list without items"
    yield from of_levels([kind for kind, _element in elements if kind[:2] == "/H" and kind[2:].isdigit()])


def of_levels(headings: list[str]) -> Iterator[str]:
    """No level of headings is passed over on the way down."""
    before = 0
    for heading in headings:
        level = int(heading[2:])
        if level > before + 1:
            yield f"{heading} follows a heading of level {before}"
        before = level


def of_pages(pdf: pikepdf.Pdf) -> Iterator[str]:
    for number, page in enumerate(pdf.pages, start=1):
        if "/StructParents" not in page.obj:
            yield f"page {number} is not in the structure tree"
        annotations = page.obj.get("/Annots", [])
        if len(annotations) and str(page.obj.get("/Tabs", "")) != "/S":
            yield f"page {number}: links are not in reading order"
        fonts = page.obj.Resources.get("/Font", {}) if "/Resources" in page.obj else {}
        for name, font in fonts.items():
            if not is_embedded(font):
                yield f"page {number}: the font {name} is not embedded"


def is_embedded(font: Any) -> bool:
    inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
    described = inner.get("/FontDescriptor", {})
    return any(key in described for key in ("/FontFile", "/FontFile2", "/FontFile3"))
