"""Whole registers as an auditor sees them, and the draw of a sample from one (certification.md, section 10)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from organisations.requests import MemberRequest
from records.columns import PARAMETER, leave_out
from records.filters import RecordFilter
from records.naming import tells_initials
from records.views import RecordViews, page_of

from .crumbs import crumbs
from .presence import room_of
from .registers import filters_in, populations, references, register_of
from .sampling import SEED_LENGTH, draw


class DrawForm(forms.Form):
    size = forms.IntegerField(label=gettext_lazy("How many"), initial=5, min_value=1, max_value=1_000_000)
    seed = forms.CharField(
        label=gettext_lazy("Seed"),
        required=False,
        max_length=SEED_LENGTH,
        help_text=gettext_lazy("Any word or number. Without one the portal makes one."),
    )


@require_safe
def population_list(request: MemberRequest) -> HttpResponse:
    """Every register with the number of its records that are released."""
    room_of(request)
    found = populations(request)
    context = {
        "populations": [one for one in found if one.count],
        "empty": [one.name for one in found if not one.count],
        "total": sum(one.count for one in found),
        "crumbs": crumbs(request, (_("Populations"), None)),
    }
    return render(request, "audits/room/populations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def population(request: MemberRequest, kind: str) -> HttpResponse:
    """One register with all its filters; a POST draws from what these leave."""
    room, views = room_of(request), register_of(kind)
    found = views.filtered(request)
    form = DrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            sample = draw(
                room,
                kind=kind,
                query=filters_in(views, request.GET),
                population=references(found.qs),
                size=given["size"],
                seed=given["seed"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("room-sample", organisation=request.organisation.slug, number=sample.number)
    return render(request, "audits/room/population.html", context_of(request, views, found, form))


def context_of(request: MemberRequest, views: RecordViews, found: RecordFilter, form: DrawForm) -> dict[str, Any]:
    table = views.table_class(found.qs)
    table.caption = capfirst(views.words)
    RequestConfig(request, paginate=False).configure(table)
    columns = leave_out(table, request.GET.getlist(PARAMETER))
    page = page_of(request, table.data.data, views.rows)
    table.page = page
    all_of_them = reverse("room-population-list", kwargs={"organisation": request.organisation.slug})
    return {
        "views": views,
        "table": table,
        "page": page,
        "count": found.qs.count(),
        "total": views.visible(request).count(),
        "is_filtered": bool(filters_in(views, request.GET)),
        "search_label": _("Search in %(words)s") % {"words": views.words},
        "filter_form": found.form,
        "filters_on": sum(bool(request.GET.get(name)) for name in found.filters if name != "q"),
        "q": request.GET.get("q", ""),
        "chips": views.chips_for(request),
        "columns": columns,
        "form": form,
        "initials": bool(views.about_person) and tells_initials(request),
        "crumbs": crumbs(request, (_("Populations"), all_of_them), (capfirst(views.words), None)),
    }
