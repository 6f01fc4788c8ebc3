"""Reports: the list, asking for one, watching it being made, and taking it away."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.access import needs
from organisations.requests import MemberRequest
from organisations.roles import RELEASE_REPORTS, REQUEST_REPORTS, VIEW_RECORDS
from records.models import Record
from records.views import page_of
from reports.actions import PATIENCE, ask_for_report
from reports.asking import parameters_of
from reports.filing import Altered
from reports.forms import ReleaseForm
from reports.models import Report, ReportQuerySet, ReportSchedule

from .offers import offers_of
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
    running = ReportSchedule.objects.filter(organisation=request.organisation, stopped_at=None)
    context = {
        "page": page_of(request, visible(request).order_by("-requested_at", "-number")),
        "may_ask": may_ask,
        "offers": offers_of(request),
        "schedules": running.select_related("made_by").annotate(told=Count("rows")),
        "key": uuid4(),
        "crumbs": [(_("Reports"), None)],
    }
    return render(request, "reports/report_list.html", context)


@require_POST
@needs(REQUEST_REPORTS)
def report_new(request: MemberRequest) -> HttpResponse:
    """Asks for a report of a `kind` in a `format`, about the record with the reference `subject` where the kind is
    about one, for the `person` with that mail address where it is for one.
    """
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
    # Who looks at a day gone by asks for reports of that day.
    on = {"on": request.past.isoformat()} if request.past else {}
    try:
        parameters = parameters_of(kind, given, organisation=request.organisation, by=request.user)
        report = ask_for_report(
            request.organisation,
            kind=kind,
            by=request.user,
            key=key,
            subject=subject,
            format=given.get("format") or Report.Format.PDF,
            parameters=parameters | on,
        )
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
    context = context_of(request, report)
    if request.htmx:
        return render(request, "reports/report_polled.html", context)
    return render(request, "reports/report_detail.html", context)


def context_of(request: MemberRequest, report: Report, form: ReleaseForm | None = None) -> dict[str, Any]:
    """What the report's page shows; `form` is the release as it was typed."""
    may_release = RELEASE_REPORTS in request.permissions and report.may_be_released
    return {
        "report": report,
        "releases": report.releases.select_related("released_by") if report.may_be_released else (),
        "release_form": (form or ReleaseForm()) if may_release else None,
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
