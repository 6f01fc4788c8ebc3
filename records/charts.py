"""Charts as SVG drawn on the server, the same on screen and on paper (presentation attributes, classes for themes)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .signs import COLOURS

# In pixels. The line lives between the left and right edge, and between top and foot.
WIDTH, HEIGHT = 430, 144
LEFT, RIGHT, TOP, FOOT = 30, 400, 28, 114


class Point(NamedTuple):
    on: date
    value: Decimal


def plain(value: Decimal | None) -> str:
    """A number without noughts at its end: 0.85, 100, 6."""
    if value is None:
        return ""
    text = format(value.normalize(), "f")
    return str(number_format(text, decimal_pos=max(0, -int(value.normalize().as_tuple().exponent))))


def line_chart(points: Sequence[Point], *, target: Decimal, label: str) -> SafeString:
    """A line of measured values, in order of their days, with the target across; `label` says the same in words."""
    x, y = scales(points, target)
    at = [(x(one.on), y(one.value)) for one in points]
    level = y(target)
    # The words of the target stand above its line, or below it where they would leave the picture.
    beside = level - 6 if level > TOP else level + 16
    return format_html(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{label}"><title>{label}</title>'
        '<path d="M{left} {level} H{right}" class="s-edge" stroke="#818b96" stroke-dasharray="4 4"/>'
        '<text x="{right}" y="{beside}" text-anchor="end" class="f-soft" fill="{soft}" font-size="12">{target}</text>'
        '<path d="M{left} {foot} H{right}" class="s-line" stroke="#dde1e5"/>'
        '<path d="M{line}" fill="none" class="s-accent" stroke="{accent}" stroke-width="2"/>{dots}{last}{days}</svg>',
        w=WIDTH,
        h=HEIGHT,
        left=LEFT,
        right=RIGHT,
        foot=FOOT,
        label=label,
        level=level,
        beside=beside,
        soft=COLOURS["none"],
        accent=COLOURS["accent"],
        target=_("target %(value)s") % {"value": plain(target)},
        line=" L".join(f"{left} {top}" for left, top in at),
        dots=format_html_join(
            "",
            '<circle cx="{}" cy="{}" r="3" class="f-accent" fill="{}"/>',
            ((left, top, COLOURS["accent"]) for left, top in at),
        ),
        last=words_at(at[-1][0], max(at[-1][1] - 10, 12), plain(points[-1].value), "now") if points else "",
        days=days_of(points, at),
    )


def scales(points: Sequence[Point], target: Decimal) -> tuple[Callable[[date], float], Callable[[Decimal], float]]:
    """Where a day lies from left to right, and a value from foot to top; the target is always in the picture."""
    values = [float(one.value) for one in points] + [float(target)]
    least, most = min(values), max(values)
    span = (most - least) or abs(most) or 1.0
    first = points[0].on if points else date.min
    days = (points[-1].on - first).days if points else 0

    def x(day: date) -> float:
        return round(LEFT + 30 + (RIGHT - LEFT - 110) * ((day - first).days / days if days else 0.5), 1)

    def y(value: Decimal) -> float:
        return round(FOOT - 12 - (FOOT - 12 - TOP) * (float(value) - least) / span, 1)

    return x, y


def words_at(left: float, top: float, words: str, tone: str) -> SafeString:
    return format_html(
        '<text x="{}" y="{}" text-anchor="middle" class="f-{}" fill="{}" font-size="12">{}</text>',
        left,
        top,
        "ink" if tone == "now" else "soft",
        COLOURS[tone],
        words,
    )


def days_of(points: Sequence[Point], at: Sequence[tuple[float, float]]) -> SafeString:
    """The first and the last day under the line."""
    ends = list(dict.fromkeys([0, len(points) - 1])) if points else []
    drawn = ((words_at(at[i][0], FOOT + 18, date_format(points[i].on, "j M Y"), "none"),) for i in ends)
    return format_html_join("", "{}", drawn)
