"""Draws one page of a PDF or of an image file."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
from PIL import Image, ImageOps

from .limits import MAX_PAGES, MAX_PIXELS, MAX_SPOKEN, SIDE, Fault, page_of

FORMATS = ["PNG", "JPEG", "WEBP"]


def pdf(data: bytes, page: int, *, draw: bool) -> tuple[dict[str, Any], Image.Image | None]:
    """How many pages it has and what stands on one, and that page drawn where it is to be drawn."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Fault("locked" if "password" in str(error).lower() else "broken") from error
    count = min(len(document), MAX_PAGES)
    if not count:
        raise Fault("broken")
    number = page_of(count, page) - 1
    if draw:
        # What was typed into the fields of a form is drawn only so.
        document.init_forms()
    shown = document[number]
    about = {"as": "picture", "pages": count, "cut": len(document) > MAX_PAGES}
    if not draw:
        return about | {"text": shown.get_textpage().get_text_bounded()[:MAX_SPOKEN]}, None
    longest = max(shown.get_size())
    if longest < 1:
        raise Fault("broken")
    return about, shown.render(scale=SIDE / longest, may_draw_forms=True).to_pil()


def image(data: bytes, page: int, *, draw: bool) -> tuple[dict[str, Any], Image.Image | None]:
    """The first frame of a picture, upright, made smaller where it is larger than a screen."""
    page_of(1, page)
    about: dict[str, Any] = {"as": "picture", "pages": 1, "cut": False, "text": ""}
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise Fault("large")
        opened.draft("RGB", (SIDE, SIDE))
        # A picture whose end is missing is found only so.
        opened.load()
        if not draw:
            return about, None
        upright: Image.Image = ImageOps.exif_transpose(opened)
    upright.thumbnail((SIDE, SIDE))
    return about, upright
