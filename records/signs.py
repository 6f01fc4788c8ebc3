"""The signs and marks of the portal as SVG, the same on screen and on paper.

Paper (WeasyPrint) reads the presentation attributes and `<title>`; the screen reads the classes, which have two themes.
"""

from functools import lru_cache

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

# Light-theme colours of static/css/tokens.css: style sheets do not reach inside an SVG on paper.
COLOURS = {
    "now": "#1a1e23",
    "good": "#1d6844",
    "warn": "#855500",
    "bad": "#a82a1e",
    "info": "#4b5a69",
    "none": "#59626c",
    "accent": "#1b4470",
}
MEANINGS: dict[str, Promise] = {
    "good": _("in order"),
    "warn": _("needs a look"),
    "bad": _("problem"),
    "info": _("in progress"),
    "none": _("open"),
}
SIGN_OF_TONE = {"good": "ok", "warn": "warn", "bad": "cross", "info": "half", "none": "none"}

LINE = 'fill="none" class="s-{tone}" stroke="{colour}"'
DRAWINGS = {
    "ok": f'<path d="M1.5 6.5 4.5 9.5 10.5 2.5" {LINE} stroke-width="1.8"/>',
    "half": f'<circle cx="6" cy="6" r="4.8" {LINE} stroke-width="1.4"/>'
    '<path d="M6 1.2 A4.8 4.8 0 0 0 6 10.8 Z" class="f-{tone}" fill="{colour}"/>',
    "circle": f'<circle cx="6" cy="6" r="4.8" {LINE} stroke-width="1.4"/>',
    "warn": f'<path d="M6 1 11.3 10.6 H0.7 Z" {LINE} stroke-width="1.4" stroke-linejoin="round"/>'
    f'<path d="M6 4.4 V7.2 M6 8.2 V9.4" {LINE} stroke-width="1.4"/>',
    "clock": f'<circle cx="6" cy="6" r="5" {LINE} stroke-width="1.3"/>'
    f'<path d="M6 3 V6.3 L8.2 7.6" {LINE} stroke-width="1.3"/>',
    "cross": '<rect width="12" height="12" rx="1.5" class="f-{tone}" fill="{colour}"/>'
    '<path d="M3.4 3.4 8.6 8.6 M8.6 3.4 3.4 8.6" class="s-page" stroke="#ffffff" stroke-width="1.6"/>',
    "none": f'<circle cx="6" cy="6" r="4.8" {LINE} stroke-width="1.3" stroke-dasharray="2 1.8"/>',
    "info": f'<circle cx="6" cy="6" r="5" {LINE} stroke-width="1.3"/>'
    f'<path d="M6 5.2 V9 M6 2.9 V4.1" {LINE} stroke-width="1.4"/>',
    "down": f'<path d="M2.5 4.5 6 8 9.5 4.5" {LINE} stroke-width="1.4"/>',
    "menu": f'<path d="M0 2 H12 M0 6 H12 M0 10 H12" {LINE} stroke-width="1.4"/>',
}

SQUARE = '<rect x="0.5" y="0.5" width="11" height="11" class="f-{fill} s-{edge}" fill="{a}" stroke="{b}"{more}/>'
MARKS = {
    "met": SQUARE.format(fill="accent", edge="accent", a="#1b4470", b="#1b4470", more=""),
    "partly": SQUARE.format(fill="page", edge="accent", a="#ffffff", b="#1b4470", more="")
    + '<path d="M1 11 V6 H11 V11 Z" class="f-accent" fill="#1b4470"/>',
    "not_met": SQUARE.format(fill="page", edge="bad", a="#ffffff", b="#a82a1e", more="")
    + '<path d="M2.8 2.8 9.2 9.2 M9.2 2.8 2.8 9.2" class="s-bad" stroke="#a82a1e" stroke-width="1.5"/>',
    "unanswered": SQUARE.format(fill="page", edge="edge", a="#ffffff", b="#818b96", more=' stroke-dasharray="2 2"'),
    "not_applicable": SQUARE.format(fill="page", edge="line", a="#ffffff", b="#dde1e5", more="")
    + '<path d="M3.4 6 H8.6" class="s-soft" stroke="#59626c" stroke-width="1.3"/>',
}
WORDS: dict[str, Promise] = {
    "met": _("met"),
    "partly": _("partly met"),
    "not_met": _("not met"),
    "unanswered": _("not answered"),
    "not_applicable": _("not applicable"),
    "implemented": _("implemented"),
    "in_progress": _("in progress"),
    "not_started": _("not started"),
}
# A control's state is drawn with the mark of the same weight.
SAME_MARK = {"": "unanswered", "implemented": "met", "in_progress": "partly", "not_started": "not_met"}


@lru_cache(maxsize=256)
def sign(name: str, tone: str = "", size: int = 12, title: str = "") -> SafeString:
    """One sign as SVG of `size` px, hidden from screen readers: a word always stands beside it."""
    tone = tone or "now"
    drawing = format_html(DRAWINGS[name], tone=tone, colour=COLOURS[tone])
    return format_html(
        '<svg width="{0}" height="{0}" viewBox="0 0 12 12" aria-hidden="true" focusable="false">{1}{2}</svg>',
        size,
        format_html("<title>{}</title>", title) if title else "",
        drawing,
    )


def mark(state: str, label: str, size: int = 12, *, hidden: bool = False) -> SafeString:
    """One square for one requirement; `label` ("6.1.2 partly met") is read on hover, in PDF and by screen readers.

    `hidden` keeps it from screen readers where the same word stands beside it.
    """
    return format_html(
        '<svg class="mark" width="{0}" height="{0}" viewBox="0 0 12 12" {1}><title>{2}</title>{3}</svg>',
        size,
        format_html('{}="true"', "aria-hidden") if hidden else format_html('role="img" aria-label="{}"', label),
        label,
        format_html(MARKS[SAME_MARK.get(state, state)] + "{}", ""),
    )
