"""Reports that are made by themselves: one is set up, looked at with what came of it, changed, stopped."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organisations.access import needs
from organisations.requests import MemberRequest
from organisations.roles import REQUEST_REPORTS, VIEW_RECORDS
from reports.forms import ScheduleForm
from reports.models import ReportSchedule
from reports.schedule_rows import Every
from reports.schedules import change, next_on, set_up, stop

RUNS = 24


@require_http_methods(["GET", "HEAD", "POST"])
@needs(REQUEST_REPORTS)
def schedule_new(request: MemberRequest) -> HttpResponse:
    """An empty form; a filled one sets the report up."""
    form = ScheduleForm(
        request.organisation, request.POST or None, initial={"readers": [request.user.pk], "every": Every.MONTH}
    )
    if request.method == "POST" and form.is_valid():
        schedule = set_up(request.organisation, by=request.user, **form.cleaned_data)
        messages.success(request, _("It is made from now on, without anybody asking."))
        return redirect("report-schedule", organisation=request.organisation.slug, schedule_id=schedule.pk)
    context = {"form": form, "crumbs": crumbs(request, _("New schedule"))}
    return render(request, "reports/schedule_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW_RECORDS)
def schedule_detail(request: MemberRequest, schedule_id: int) -> HttpResponse:
    """What it is and what came of it; for those who may ask for reports the form to change it."""
    found = ReportSchedule.objects.filter(organisation=request.organisation)
    schedule = get_object_or_404(found.select_related("organisation", "made_by", "stopped_by"), pk=schedule_id)
    may_ask = REQUEST_REPORTS in request.permissions
    if request.method == "POST" and (not may_ask or schedule.stopped_at):
        raise PermissionDenied
    people = [row.person for row in schedule.rows.select_related("person").order_by("person__name")]
    now = {"kind": schedule.kind, "format": schedule.format, "every": schedule.every, "readers": people}
    form = ScheduleForm(request.organisation, request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        change(schedule, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("report-schedule", organisation=request.organisation.slug, schedule_id=schedule.pk)
    context = {
        "schedule": schedule,
        "title": title_of(schedule),
        "people": people,
        "next_on": None if schedule.stopped_at else next_on(schedule, request.organisation.today()),
        "runs": schedule.runs.select_related("report__organisation", "report__subject")[:RUNS],
        "form": form if may_ask and not schedule.stopped_at else None,
        "crumbs": crumbs(request, title_of(schedule)),
    }
    return render(request, "reports/schedule_detail.html", context, status=422 if form.errors else 200)


@require_POST
@needs(REQUEST_REPORTS)
def schedule_stop(request: MemberRequest, schedule_id: int) -> HttpResponse:
    schedule = get_object_or_404(ReportSchedule.objects.filter(organisation=request.organisation), pk=schedule_id)
    stop(schedule, by=request.user)
    messages.success(request, _("It is stopped. What was made stays."))
    return redirect("report-schedule", organisation=request.organisation.slug, schedule_id=schedule.pk)


def title_of(schedule: ReportSchedule) -> str:
    return f"{schedule.label}: {schedule.get_every_display().lower()}"


def crumbs(request: MemberRequest, here: str) -> list[tuple[str, Any]]:
    return [(_("Reports"), reverse("report-list", kwargs={"organisation": request.organisation.slug})), (here, None)]
