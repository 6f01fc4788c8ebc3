"""`{% report_button record kind %}`: asks for a report about a record, and leads to the newest that is ready.

`{% pack_link record %}`: leads to the evidence pack of an audit or an AI system.
"""

from typing import Any
from uuid import uuid4

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from organisations.roles import REQUEST_REPORTS, VIEW_RECORDS
from records.models import Record
from reports.models import Report

register = template.Library()


@register.inclusion_tag("reports/button.html", takes_context=True)
def report_button(context: dict[str, Any], record: Record, kind: str) -> dict[str, Any]:
    """For a kind of `Report.Kind`, such as `statement`, and for those who may ask; others see nothing. One query."""
    request = context["request"]
    if REQUEST_REPORTS not in request.permissions:
        return {}
    about = Report.objects.visible_to(request.user).filter(subject=record.pk, kind=kind, state=Report.State.DONE)
    return {
        "may_ask": True,
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "record": record,
        "kind": kind,
        "sheet": Report.Format.XLSX.value if Report.Format.XLSX in Report.formats_of(kind) else "",
        "newest": about.select_related("organisation").order_by("-number").first(),
        "key": uuid4(),
    }


@register.simple_tag(takes_context=True)
def pack_link(context: dict[str, Any], record: Record) -> str:
    """Nothing for those who may not ask for reports."""
    request = context["request"]
    if not request.permissions.issuperset({REQUEST_REPORTS, VIEW_RECORDS}):
        return ""
    scope = {"audit": "audit", "ai-system": "system"}[record.kind]
    address = reverse("report-pack", args=[request.organisation.slug])
    html = '<a class="button quiet" href="{}?of={}:{}">{}</a>'
    return format_html(html, address, scope, record.reference, _("Evidence pack"))
