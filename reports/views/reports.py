"""Reports: the list, asking for one, watching it being made, and taking it away."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.access import needs
from organisations.requests import MemberRequest
from organisations.roles import REQUEST_REPORTS, VIEW_RECORDS
from records.models import Record
from records.views import page_of
from reports.actions import PATIENCE, ask_for_report
from reports.filing import Altered
from reports.models import Report, ReportQuerySet

from .packs import pack_by_name
from .sending import sent

logger = logging.getLogger(__name__)


def visible(request: MemberRequest) -> ReportQuerySet:
    reports: ReportQuerySet = Report.objects.visible_to(request.user)
    found: ReportQuerySet = reports.filter(organisation=request.organisation).select_related(
        "requested_by", "organisation", "subject__organisation"
    )
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW_RECORDS)
def report_list(request: MemberRequest) -> HttpResponse:
    """GET: all reports. POST: asks for one; the key of the form makes a second click the same report."""
    may_ask = REQUEST_REPORTS in request.permissions
    if request.method == "POST":
        if not may_ask:
            raise PermissionDenied
        return asked(request)
    context = {
        "page": page_of(request, visible(request).order_by("-requested_at", "-number")),
        "may_ask": may_ask,
        "key": uuid4(),
        "crumbs": [(_("Reports"), None)],
    }
    return render(request, "reports/report_list.html", context)


@require_POST
@needs(REQUEST_REPORTS)
def report_new(request: MemberRequest) -> HttpResponse:
    """Asks for a report of a `kind`, about the record with the reference `subject` where the kind is about one."""
    return asked(request)


def asked(request: MemberRequest) -> HttpResponse:
    given = {**request.GET.dict(), **request.POST.dict()}
    kind, reference = given.get("kind") or Report.Kind.READINESS, given.get("subject", "")
    visible_records = Record.objects.visible_to(request.user).of(request.organisation)
    subject = get_object_or_404(visible_records, reference=reference) if reference else None
    key = request.POST.get("key", "")[:100] or str(uuid4())
    if kind not in Report.Kind.values:
        raise Http404
    if kind == Report.Kind.EVIDENCE_PACK:
        return redirect_after_post(pack_by_name(request, given, key))
    try:
        report = ask_for_report(request.organisation, kind=kind, by=request.user, key=key, subject=subject)
    except ValidationError as error:
        raise Http404 from error
    return redirect_after_post(report)


def redirect_after_post(report: Report) -> HttpResponse:
    response = redirect(report)
    response.status_code = 303
    return response


@require_safe
@needs(VIEW_RECORDS)
def report_detail(request: MemberRequest, report_id: UUID) -> HttpResponse:
    """The report's page; for htmx only its state, which asks for itself again until the report is done."""
    report = get_object_or_404(visible(request), pk=report_id)
    context = {
        "report": report,
        "figures": figures_of(report),
        "may_ask": REQUEST_REPORTS in request.permissions,
        "key": uuid4(),
        "takings": report.takings.select_related("person")[:20],
        "is_unheard": report.state == Report.State.QUEUED and timezone.now() - report.requested_at > PATIENCE,
        "has_changed": request.GET.get("seen", report.state) != report.state,
        "crumbs": [
            (_("Reports"), reverse("report-list", kwargs={"organisation": request.organisation.slug})),
            (report.reference, None),
        ],
    }
    if request.htmx:
        return render(request, "reports/report_polled.html", context)
    return render(request, "reports/report_detail.html", context)


def figures_of(report: Report) -> list[dict[str, Any]]:
    """The few figures that a manager looks for first."""
    if report.state != Report.State.DONE:
        return []
    figures = report.figures
    if report.kind != Report.Kind.READINESS:
        headline: list[dict[str, Any]] = figures["headline"]
        return headline
    clauses, controls = figures["clauses"]["count"], figures["controls"]["count"]
    documents = figures["documents"]
    return [
        {"value": clauses["met"], "of": clauses["of"], "label": _("clauses met")},
        {"value": controls["met"], "of": controls["of"], "label": _("applicable controls in place")},
        {
            "value": sum(document["state"] == "present" for document in documents),
            "of": len(documents),
            "label": _("documents and records, as we list them"),
        },
        {"value": len(figures["overdue"]), "label": _("overdue")},
    ]


@require_safe
@needs(VIEW_RECORDS)
def download(request: MemberRequest, report_id: UUID) -> HttpResponseBase:
    """Sends the file after hashing it again; one that is not what was kept is never sent."""
    report = get_object_or_404(visible(request), pk=report_id, state=Report.State.DONE)
    try:
        return sent(request, report, f"{report.reference}-{request.organisation.slug}-{report.kind}.{report.format}")
    except Altered:
        logger.exception("report %s differs from its SHA-256", report.pk)
        crumbs = [
            (_("Reports"), reverse("report-list", kwargs={"organisation": request.organisation.slug})),
            (report.reference, report.get_absolute_url()),
        ]
        return render(request, "reports/report_altered.html", {"report": report, "crumbs": crumbs}, status=500)
