"""Small things that only paper needs."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def in_halves(sha256: str) -> SafeString:
    """A SHA-256 in two lines of the same length, so that two of them can be compared by eye."""
    return format_html("{}<br>{}", sha256[:32], sha256[32:])


@register.filter
def spaced(code: str) -> str:
    """A verification code as it is printed: `7F3A 92C1 0B44`."""
    return code.replace("-", " ")


@register.filter
def in_eighths(sha256: str) -> SafeString:
    """A SHA-256 that may break after each eight digits on a narrow screen, and is copied in one piece."""
    return format_html_join("", "{}<wbr>", ((sha256[start : start + 8],) for start in range(0, 64, 8)))
