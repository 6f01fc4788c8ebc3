"""`{{ text|markdown }}`"""

from django import template
from django.utils.safestring import SafeString

from records.markdown import rendered

register = template.Library()


@register.filter
def markdown(text: str | None) -> SafeString:
    return rendered(text or "")
