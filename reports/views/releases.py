"""Releases a report to somebody outside, from the report's own page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from organisations.access import needs
from organisations.requests import MemberRequest
from organisations.roles import RELEASE_REPORTS
from reports.forms import ReleaseForm
from reports.releasing import release

from .reports import context_of, visible


@require_POST
@needs(RELEASE_REPORTS)
def report_release(request: MemberRequest, report_id: UUID) -> HttpResponse:
    """`recipient` and `reason`; what is wrong is said at the field, on the same page."""
    report = get_object_or_404(visible(request), pk=report_id)
    if not report.may_be_released:
        raise Http404
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return render(request, "reports/report_detail.html", context_of(request, report, form), status=422)
    row = release(report, by=request.user, **form.cleaned_data)
    messages.success(request, _("Released to %(who)s. It is on record.") % {"who": row.recipient})
    return redirect(report)
