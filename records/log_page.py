"""Pages of history: the day-by-day log of an organisation, and the history of one record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organisations.requests import MemberRequest
from organisations.roles import VIEW_RECORDS

from .export import exported
from .journal import Asked, all_changes, changes
from .log_filter import LogFilter, as_text, with_query
from .models import Record
from .timeline import Change, by_day, log, told

ROWS = 50


@require_safe
def log_page(request: MemberRequest) -> HttpResponse:
    """What changed in the organisation, day by day, as far as the member may see it."""
    context = history_of(request, LogFilter(request, request.GET))
    context |= {"exports": exports(request), "crumbs": [(_("History"), None)]}
    context["sees_seal"] = VIEW_RECORDS in request.permissions
    return render(request, "records/log.html", context)


def record_history(request: MemberRequest, record: Record, crumbs: list[tuple[str, str | None]]) -> HttpResponse:
    """`record` is of its own class and one the member may see."""
    context = history_of(request, LogFilter(request, request.GET, record))
    return render(request, "records/record_history.html", context | {"record": record, "crumbs": crumbs})


def history_of(request: MemberRequest, form: LogFilter) -> dict[str, Any]:
    asked = form.asked()
    keys, more = changes(asked, ROWS)
    found = told(asked, keys) if asked.record else log(asked, keys)
    return {
        "days": by_day(found, request.organisation.zone),
        "form": form,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "older": with_query(request, before=as_text(keys[-1])) if more else "",
        "newest": with_query(request, before=None) if asked.before else "",
    }


def exports(request: MemberRequest) -> list[dict[str, str]]:
    query = with_query(request, before=None)
    kwargs = {"organisation": request.organisation.slug}
    labels = {"csv": _("CSV, as filtered"), "xlsx": _("Excel, as filtered")}
    return [
        {"label": label, "url": reverse("log-export", kwargs=kwargs | {"file_format": kind}) + query}
        for kind, label in labels.items()
    ]


@require_safe
def log_export(request: MemberRequest, file_format: str) -> HttpResponseBase:
    """Everything the filters leave, one row for each field that changed."""
    asked = LogFilter(request, request.GET).asked()
    return exported(rows_of(asked), name=f"{request.organisation.slug}-history", file_format=file_format)


def rows_of(asked: Asked) -> Iterator[Iterable[Any]]:
    heads = (_("When"), _("By"), _("Through"), _("Reference"), _("What"), _("Change"))
    yield [*heads, _("Field"), _("Before"), _("After")]
    for keys in all_changes(asked):
        for change in log(asked, keys):
            yield from rows_of_change(change, asked.organisation.zone)


def rows_of_change(change: Change, zone: Any) -> Iterator[Iterable[Any]]:
    at = timezone.localtime(change.told_at, zone).strftime("%Y-%m-%d %H:%M:%S")
    head = [at, change.by, change.through, change.reference, change.subject, change.word]
    for line in change.changes or [{"field": "", "before": "", "after": ""}]:
        yield [*head, line["field"], line["before"], line["after"]]
