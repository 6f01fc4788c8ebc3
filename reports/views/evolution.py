"""The page that compares two days, and asks for the same as a report."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from organisations.access import needs
from organisations.models import Organisation
from organisations.requests import MemberRequest
from organisations.roles import REQUEST_REPORTS, VIEW_RECORDS
from records.past.days import first_day, is_over
from reports.actions import ask_for_report
from reports.evolution import evolution
from reports.models import Report

from .reports import redirect_after_post

A_YEAR = timedelta(days=365)


class DaysForm(forms.Form):
    """Two days: the first is over, the second comes after it and is not ahead."""

    since = forms.DateField(label=gettext_lazy("From the end of"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=gettext_lazy("To the end of"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation

    def clean_since(self) -> date:
        return is_over(self.cleaned_data["since"], self.organisation)

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until > self.organisation.today():
            raise forms.ValidationError(_("This day lies ahead."))
        return until

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("since") and cleaned.get("until") and cleaned["since"] >= cleaned["until"]:
            self.add_error("until", _("This day has to come after the first."))
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW_RECORDS)
def compare(request: MemberRequest) -> HttpResponse:
    """GET with `since` and `until` (YYYY-MM-DD) compares them, without them the last year; POST makes the report."""
    organisation = request.organisation
    has_past = first_day(organisation) < organisation.today()
    is_asked = "since" in request.GET or "until" in request.GET
    given = request.POST if request.method == "POST" else request.GET if is_asked else usual(organisation)
    form = DaysForm(organisation, given)
    if request.method == "POST":
        return asked(request, form)
    found = None
    if has_past and form.is_valid():
        found = evolution(organisation, request.user, form.cleaned_data["since"], form.cleaned_data["until"])
    return page(request, form, found, has_past=has_past)


def usual(organisation: Organisation) -> dict[str, str]:
    today = organisation.today()
    return {"since": max(today - A_YEAR, first_day(organisation)).isoformat(), "until": today.isoformat()}


def page(request: MemberRequest, form: DaysForm, found: Any, *, has_past: bool, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "found": found,
        "has_past": has_past,
        "may_ask": REQUEST_REPORTS in request.permissions,
        "key": uuid4(),
        "crumbs": [
            (_("As of a day"), reverse("as-of", kwargs={"organisation": request.organisation.slug})),
            (_("Two days compared"), None),
        ],
    }
    return render(request, "reports/evolution.html", context, status=status)


def asked(request: MemberRequest, form: DaysForm) -> HttpResponse:
    if REQUEST_REPORTS not in request.permissions:
        raise PermissionDenied
    if not form.is_valid():
        return page(request, form, None, has_past=True, status=422)
    parameters = {name: form.cleaned_data[name].isoformat() for name in ("since", "until")}
    key = request.POST.get("key", "")[:100] or str(uuid4())
    report = ask_for_report(
        request.organisation, kind=Report.Kind.EVOLUTION, by=request.user, key=key, parameters=parameters
    )
    return redirect_after_post(report)
