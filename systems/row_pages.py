"""Pages on which one adds what hangs on a record: checks of a dataset, assessments and duties of suppliers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organisations.requests import MemberRequest
from records.models import Record
from records.views import RecordViews

from .actions import assess_supplier, check_data, share_out, take_out
from .models import Responsibility
from .registers.datasets import datasets
from .row_forms import DataCheckForm, ResponsibilityForm, SupplierAssessmentForm
from .views import ai_systems, suppliers


def changeable(request: MemberRequest, views: RecordViews, reference: str) -> Any:
    """The record, for who may change it, locked where something is sent. 404 and 403 for others."""
    record = views.get(request, reference)
    if not views.may_change(request, record):
        raise PermissionDenied
    if request.method == "POST":
        Record.objects.select_for_update().get(pk=record.pk)
        record = views.get(request, reference)
    return record


def posted(request: MemberRequest) -> Any:
    return request.POST if request.method == "POST" else None


def form_page(
    request: MemberRequest, views: RecordViews, record: Any, form: Any, heading: str, **more: Any
) -> HttpResponse:
    crumbs = [
        (capfirst(views.words), views.list_url(request)),
        (record.reference, record.get_absolute_url()),
        (heading, None),
    ]
    context = {"record": record, "form": form, "heading": heading, "crumbs": crumbs, **more}
    return render(request, "systems/row_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: MemberRequest, reference: str) -> HttpResponse:
    """A check of a dataset's quality or bias (A.7.4)."""
    dataset = changeable(request, datasets, reference)
    form = DataCheckForm(posted(request), dataset=dataset, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        check_data(form.instance, by=request.user)
        messages.success(request, _("The check was added."))
        return redirect(f"{dataset.get_absolute_url()}#checks")
    return form_page(request, datasets, dataset, form, _("New check"), verb=_("Add check"))


@require_http_methods(["GET", "HEAD", "POST"])
def assess(request: MemberRequest, reference: str) -> HttpResponse:
    """An assessment of a supplier (A.10.3)."""
    supplier = changeable(request, suppliers, reference)
    form = SupplierAssessmentForm(posted(request), supplier=supplier)
    if request.method == "POST" and form.is_valid():
        assess_supplier(form.instance, by=request.user, next_on=form.cleaned_data["next_on"])
        messages.success(request, _("The assessment was added."))
        return redirect(f"{supplier.get_absolute_url()}#assessments")
    return form_page(request, suppliers, supplier, form, _("New assessment"), verb=_("Add assessment"))


class ResponsibilityPages:
    """The lines of the responsibility matrix of a supplier, or of an AI system (A.10.2)."""

    def __init__(self, views: RecordViews, column: str) -> None:
        self.views, self.column = views, column

    def urls(self) -> list[URLPattern]:
        kind, start = self.views.model.KIND, f"{self.views.path}/<str:reference>/responsibilities/"
        methods = require_http_methods(["GET", "HEAD", "POST"])
        return [
            path(start, methods(self.add), name=f"{kind}-responsibility-new"),
            path(f"{start}<int:responsibility_id>/", methods(self.change), name=f"{kind}-responsibility"),
            path(
                f"{start}<int:responsibility_id>/remove/",
                require_POST(self.remove),
                name=f"{kind}-responsibility-remove",
            ),
        ]

    def row(self, record: Record, number: int) -> Responsibility:
        return get_object_or_404(
            Responsibility.objects.select_for_update(of=("self",)), pk=number, **{self.column: record}
        )

    def add(self, request: MemberRequest, reference: str) -> HttpResponse:
        record = changeable(request, self.views, reference)
        form = ResponsibilityForm(posted(request), of=record, user=request.user)
        return self.kept(request, record, form, _("New responsibility"))

    def change(self, request: MemberRequest, reference: str, responsibility_id: int) -> HttpResponse:
        record = changeable(request, self.views, reference)
        row = self.row(record, responsibility_id)
        form = ResponsibilityForm(posted(request), instance=row, of=record, user=request.user)
        return self.kept(request, record, form, _("Change responsibility"), row=row)

    def kept(
        self, request: MemberRequest, record: Any, form: ResponsibilityForm, heading: str, **more: Any
    ) -> HttpResponse:
        if form.is_bound and form.is_stale:
            form.add_error(None, _("Somebody changed this line meanwhile. Look at it again, then save."))
        elif form.is_bound and form.is_valid():
            share_out(form.instance, of=record, by=request.user)
            messages.success(request, _("The responsibility was kept."))
            return redirect(f"{record.get_absolute_url()}#responsibilities")
        return form_page(request, self.views, record, form, heading, verb=_("Keep"), **more)

    def remove(self, request: MemberRequest, reference: str, responsibility_id: int) -> HttpResponse:
        record = changeable(request, self.views, reference)
        take_out(self.row(record, responsibility_id), of=record, by=request.user)
        messages.success(request, _("The responsibility was removed. History keeps it."))
        return redirect(f"{record.get_absolute_url()}#responsibilities")


of_suppliers = ResponsibilityPages(suppliers, "supplier")
of_systems = ResponsibilityPages(ai_systems, "system")
