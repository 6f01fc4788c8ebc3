"""The page on which somebody chooses the day to look at, and comes back to today."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from organisations.models import Organisation
from organisations.requests import MemberRequest
from organisations.roles import VIEW_RECORDS

from .days import choose, chosen, first_day, is_over
from .gate import WHO

MONTHS = 6


class DayForm(forms.Form):
    """A day that is over, on which something was on record."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        yesterday = organisation.today() - timedelta(days=1)
        bounds = {"min": first_day(organisation).isoformat(), "max": yesterday.isoformat()}
        self.fields["day"].widget.attrs |= bounds

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        return is_over(day, self.organisation)


@require_http_methods(["GET", "HEAD", "POST"])
def as_of(request: MemberRequest) -> HttpResponse:
    """POST `day` as YYYY-MM-DD, or nothing for today; then Home, as it was."""
    if WHO.isdisjoint(request.permissions):
        raise PermissionDenied
    form = DayForm(request.organisation, request.POST or None, initial={"day": chosen(request)})
    if request.method != "POST":
        return page(request, form)
    if request.POST.get("day") and not form.is_valid():
        return page(request, form, status=422)
    choose(request, form.cleaned_data["day"] if request.POST.get("day") else None)
    return redirect("home", request.organisation.slug)


def page(request: MemberRequest, form: DayForm, status: int = 200) -> HttpResponse:
    first, yesterday = first_day(request.organisation), request.organisation.today() - timedelta(days=1)
    context = {
        "form": form,
        "day": chosen(request),
        "first": first,
        "has_past": first <= yesterday,
        "days": [{"value": one.isoformat(), "label": words} for one, words in offered(first, yesterday)],
        "may_compare": VIEW_RECORDS in request.permissions,
        "crumbs": [(_("As of a day"), None)],
    }
    return render(request, "records/as_of.html", context, status=status)


def offered(first: date, yesterday: date) -> list[tuple[date, str]]:
    """Yesterday, the last ends of months, and the first day of all."""
    if yesterday < first:
        return []
    days = {yesterday: _("Yesterday")}
    end = yesterday.replace(day=1) - timedelta(days=1)
    while end > first and len(days) <= MONTHS:
        days.setdefault(end, date_format(end, "j F Y"))
        end = end.replace(day=1) - timedelta(days=1)
    days.setdefault(first, _("The first day, %(day)s") % {"day": date_format(first, "j F Y")})
    return list(days.items())
