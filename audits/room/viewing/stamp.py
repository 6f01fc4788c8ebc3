"""Burns who looks, when and at whom into the pixels of a picture."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

STRENGTH, ANGLE = 46, 28


def stamped(picture: Image.Image, lines: list[str], font_path: str) -> Image.Image:
    """The picture with the lines across all of it, and once more at its foot in plain letters."""
    picture = flat(picture)
    width, height = picture.size
    letters = ImageFont.truetype(font_path, max(12, width // 48))
    tile = tile_of("\n".join(lines), letters)
    cover = Image.new("L", picture.size, 0)
    step_x, step_y = max(tile.width, 40), max(int(tile.height * 0.8), 40)
    for row, top in enumerate(range(-tile.height // 2, height, step_y)):
        for left in range(-(row % 2) * step_x // 2, width, step_x):
            cover.paste(tile, (left, top), tile)
    picture.paste((96, 96, 96), (0, 0), cover.point([min(value, 255) * STRENGTH // 255 for value in range(256)]))
    return with_foot(picture, " · ".join(lines), font_path)


def flat(picture: Image.Image) -> Image.Image:
    """In three colours on white, whatever it came in."""
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        ground = Image.new("RGB", seen.size, "white")
        ground.paste(seen, mask=seen.getchannel("A"))
        return ground
    return picture.convert("RGB")


def tile_of(text: str, letters: ImageFont.FreeTypeFont) -> Image.Image:
    probe = ImageDraw.Draw(Image.new("L", (1, 1)))
    left, top, right, bottom = probe.multiline_textbbox((0, 0), text, font=letters)
    gap = int(letters.size * 2)
    tile = Image.new("L", (int(right - left) + gap, int(bottom - top) + gap), 0)
    ImageDraw.Draw(tile).multiline_text((gap // 2 - left, gap // 2 - top), text, font=letters, fill=255)
    return tile.rotate(ANGLE, expand=True, resample=Image.Resampling.BICUBIC)


def with_foot(picture: Image.Image, text: str, font_path: str) -> Image.Image:
    """A strip under the picture, in letters small enough for all of the text."""
    size = max(10, picture.width // 70)
    letters = ImageFont.truetype(font_path, size)
    while size > 8 and letters.getlength(text) > picture.width - 2 * size:
        size -= 1
        letters = ImageFont.truetype(font_path, size)
    whole = Image.new("RGB", (picture.width, picture.height + 2 * size), "white")
    whole.paste(picture, (0, 0))
    ImageDraw.Draw(whole).text((size, picture.height + size // 3), text, font=letters, fill=(40, 40, 40))
    return whole
