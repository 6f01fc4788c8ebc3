"""Where a version stands that somebody approves: `{% standing version %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from records.approvable import STANDING_TONES

from .components import badge

register = template.Library()


@register.simple_tag
def standing(version: Any) -> SafeString:
    """Where a version stands, as a badge."""
    return badge(version.get_state_display(), STANDING_TONES[version.state])
