"""`{% report_button record kind %}`: asks for a report about a record, and leads to the newest that is ready."""

from typing import Any
from uuid import uuid4

from django import template

from organisations.roles import REQUEST_REPORTS, VIEW_RECORDS
from records.models import Record
from reports.models import Report

register = template.Library()


@register.inclusion_tag("reports/button.html", takes_context=True)
def report_button(context: dict[str, Any], record: Record, kind: str) -> dict[str, Any]:
    """For a kind of `Report.Kind`, such as `statement`; whoever may not ask sees what is there. One query."""
    request = context["request"]
    newest = None
    if VIEW_RECORDS in request.permissions:
        about = Report.objects.visible_to(request.user).filter(subject=record.pk, kind=kind, state=Report.State.DONE)
        newest = about.select_related("organisation").order_by("-number").first()
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "record": record,
        "kind": kind,
        "newest": newest,
        "may_ask": REQUEST_REPORTS in request.permissions,
        "key": uuid4(),
    }
