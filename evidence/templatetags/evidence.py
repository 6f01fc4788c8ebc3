"""`{% evidence_panel record %}`: the evidence of any record, with the place to drop more."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse

from evidence.checking import ACCEPT
from evidence.lines import lines_of
from records.models import Record

register = template.Library()


@register.inclusion_tag("evidence/panel.html", takes_context=True)
def evidence_panel(context: dict[str, Any], record: Record, may_change: bool = False) -> dict[str, Any]:
    request = context["request"]
    new = reverse("evidence-new", kwargs={"organisation": request.organisation.slug})
    here = {"organisation": request.organisation.slug, "reference": record.reference}
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "record": record,
        "may_change": may_change,
        **lines_of(request, record),
        "drop_url": reverse("evidence-drop", kwargs=here),
        "link_url": reverse("evidence-link", kwargs=here),
        "new_url": f"{new}?proves={record.reference}",
        "max_bytes": settings.EVIDENCE_MAX_BYTES,
        "accept": ACCEPT,
    }
