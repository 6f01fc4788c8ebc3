"""Planned changes, with their approval (ISO 42001 6.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from clauses.changing import approve_change, finish_change, refusal, withdraw_change
from clauses.models import PlannedChange
from clauses.models.planning import ChangeState
from organisations.requests import MemberRequest
from records.filters import RecordFilter
from records.register_columns import LinksColumn
from records.register_page import REVIEW, RegisterForm, RegisterViews
from records.tables import BadgeColumn, DueColumn, RecordTable
from systems.tables import HiddenColumn

TONES = {
    ChangeState.PLANNED: "none",
    ChangeState.APPROVED: "info",
    ChangeState.DONE: "good",
    ChangeState.WITHDRAWN: "none",
}
OPEN = (ChangeState.PLANNED, ChangeState.APPROVED)


class PlannedChangeForm(RegisterForm):
    groups = [
        (
            gettext_lazy("Change"),
            gettext_lazy("What changes, why, and what it may bring with it."),
            ["title", "purpose", "consequences", "planned_on"],
        ),
        (
            gettext_lazy("Making it"),
            gettext_lazy("With what, and by whom."),
            ["resources", "responsibilities", "touches"],
        ),
        (*REVIEW, ["owner", ("review_on", "review_every")]),
    ]

    class Meta:
        model = PlannedChange
        fields = [
            *("title", "purpose", "consequences", "planned_on", "resources", "responsibilities", "touches"),
            *("owner", "review_on", "review_every"),
        ]
        labels = {"title": gettext_lazy("Change"), "owner": gettext_lazy("Responsible")}
        help_texts = {"consequences": gettext_lazy("Also those nobody wants, and for the AIMS as a whole.")}

    def clean(self) -> dict[str, Any]:
        if self.instance.state != ChangeState.PLANNED:
            raise forms.ValidationError(
                _("It was decided as it stands. Withdraw it and plan another one, or mark it as done.")
            )
        return super().clean() or self.cleaned_data

    def save(self, commit: bool = True) -> PlannedChange:
        if not self.instance.pk:
            self.instance.proposed_by = self.user
        change: PlannedChange = super().save(commit)
        return change


class PlannedChangeTable(RecordTable):
    state = BadgeColumn({str(state.value): tone for state, tone in TONES.items()})
    planned_on = DueColumn(verbose_name=gettext_lazy("Planned for"))
    review_on = HiddenColumn()
    purpose = HiddenColumn()
    consequences = HiddenColumn()
    resources = HiddenColumn()
    responsibilities = HiddenColumn()
    touches = LinksColumn()
    approved_by = HiddenColumn(verbose_name=gettext_lazy("Approved by"))
    approved_on = HiddenColumn()
    closed_on = HiddenColumn()
    remark = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = PlannedChange
        fields = (
            *("reference", "title", "state", "owner", "planned_on", "review_on", "purpose", "consequences"),
            *("resources", "responsibilities", "touches", "approved_by", "approved_on", "closed_on", "remark"),
        )
        sequence = fields


class PlannedChangeFilter(RecordFilter):
    state = filters.ChoiceFilter(choices=ChangeState.choices, label=gettext_lazy("State"))


class PlannedChangeViews(RegisterViews):
    model, form_class = PlannedChange, PlannedChangeForm
    table_class, filter_class = PlannedChangeTable, PlannedChangeFilter
    path = "planned-changes"
    clause = "6.3"
    lead = gettext_lazy("Changes to the AIMS, thought through and approved before they are made.")
    related = ("owner", "organisation", "proposed_by", "approved_by")
    links = ("touches",)
    chips = (
        (gettext_lazy("To be approved"), {"state": "planned"}),
        (gettext_lazy("Approved"), {"state": "approved"}),
        (gettext_lazy("Done"), {"state": "done"}),
    )

    def extra_context(self, request: MemberRequest, record: PlannedChange) -> dict[str, Any]:
        why_not = refusal(record, request.user) if record.state == ChangeState.PLANNED else ""
        return super().extra_context(request, record) | {
            "state": {"word": record.get_state_display(), "tone": TONES[ChangeState(record.state)]},
            "may_approve": record.state == ChangeState.PLANNED and not why_not,
            "why_not": why_not,
            "may_finish": record.state == ChangeState.APPROVED,
            "may_withdraw": record.state in OPEN,
        }


pages = PlannedChangeViews()


@require_POST
def approve(request: MemberRequest, reference: str) -> HttpResponse:
    change = pages.get(request, reference)
    if refusal(change, request.user):
        raise PermissionDenied
    seen = request.POST.get("version", "")
    version = int(seen) if seen.isdecimal() and len(seen) < 9 else None
    remark = request.POST.get("remark", "")
    words = _("%(record)s is approved.")
    return done(request, change, words, lambda: approve_change(change, by=request.user, seen=version, remark=remark))


@require_POST
def finish(request: MemberRequest, reference: str) -> HttpResponse:
    change, remark = changeable(request, reference), request.POST.get("remark", "")
    words = _("%(record)s is done.")
    return done(request, change, words, lambda: finish_change(change, by=request.user, remark=remark))


@require_POST
def withdraw(request: MemberRequest, reference: str) -> HttpResponse:
    change, remark = changeable(request, reference), request.POST.get("remark", "")
    words = _("%(record)s is withdrawn.")
    return done(request, change, words, lambda: withdraw_change(change, by=request.user, remark=remark))


def changeable(request: MemberRequest, reference: str) -> PlannedChange:
    change: PlannedChange = pages.get(request, reference)
    if not pages.may_change(request, change):
        raise PermissionDenied
    return change


def done(request: MemberRequest, change: PlannedChange, words: str, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        messages.success(request, words % {"record": change})
    return redirect(change)
