"""Pages of the risk criteria: list, one version, draft, approval, and the next version (ISO 42001 6.1.1)."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from organisations.authority import Authority
from organisations.requests import MemberRequest
from records.approvable import STANDING_TONES
from records.approval_pages import ApprovalPages
from records.tables import WIDE, BadgeColumn, DayColumn, RecordTable
from records.views import RecordViews
from risks.criteria.forms import MONTHS, RiskCriteriaForm
from risks.criteria.in_force import SCALES, THRESHOLDS, bands, next_version, why_fixed
from risks.models import RiskCriteria
from systems.tables import HiddenColumn

ACCEPTORS = ("accepts_low", "accepts_medium", "accepts_high", "accepts_critical")


class RiskCriteriaTable(RecordTable):
    number = tables.Column(verbose_name=gettext_lazy("Version"), attrs=WIDE)
    state = BadgeColumn(STANDING_TONES, verbose_name=gettext_lazy("State"))
    size = tables.Column(verbose_name=gettext_lazy("Scale"), attrs=WIDE)
    decided_on = DayColumn(verbose_name=gettext_lazy("Decided"))
    change_note = HiddenColumn()
    likelihood = HiddenColumn()
    organisation_scale = HiddenColumn()
    individuals_scale = HiddenColumn()
    society_scale = HiddenColumn()
    medium_from = HiddenColumn()
    high_from = HiddenColumn()
    critical_from = HiddenColumn()
    individuals_override = HiddenColumn()
    accepts_low = HiddenColumn()
    accepts_medium = HiddenColumn()
    accepts_high = HiddenColumn()
    accepts_critical = HiddenColumn()
    months_planning = HiddenColumn()
    months_high = HiddenColumn()
    months_limited = HiddenColumn()
    months_minimal = HiddenColumn()
    method = HiddenColumn()
    decided_by = HiddenColumn(verbose_name=gettext_lazy("Decided by"))

    class Meta(RecordTable.Meta):
        model = RiskCriteria
        fields = (
            *("reference", "title", "number", "state", "size", "owner", "decided_on", "review_on"),
            *("change_note", *SCALES, *THRESHOLDS, "individuals_override", *ACCEPTORS, *MONTHS, "method"),
            "decided_by",
        )
        sequence = fields

    def value_likelihood(self, value: list[str]) -> str:
        return "; ".join(value)

    value_organisation_scale = value_individuals_scale = value_society_scale = value_likelihood


class RiskCriteriaViews(RecordViews):
    model, form_class, table_class = RiskCriteria, RiskCriteriaForm, RiskCriteriaTable
    path = "risk-criteria"
    clause = "6.1.1"
    lead = gettext_lazy("What likelihood and consequence mean here, which level follows, and who may accept it.")
    related = ("owner", "organisation", "submitted_by", "decided_by")

    def extra_context(self, request: MemberRequest, record: RiskCriteria) -> dict[str, Any]:
        may_change = self.may_change(request, record)
        scales = (getattr(record, name) for name in SCALES)
        return {
            "approval": approval.section(request, record, may_change=may_change),
            "steps": list(enumerate(zip(*scales, strict=False), 1)),
            "bands": bands(record),
            "why_fixed": why_fixed(record),
            "may_make_next": self.may_create(request),
        }

    def edit(self, request: MemberRequest, reference: str) -> HttpResponse:
        """A version that others rest on stays: whoever wants to change it is told how."""
        criteria = self.get(request, reference)
        if not self.may_change(request, criteria):
            raise PermissionDenied
        if why := why_fixed(criteria):
            messages.error(request, why)
            return redirect(criteria)
        return super().edit(request, reference)

    def new_version(self, request: MemberRequest, reference: str) -> HttpResponse:
        criteria = self.get(request, reference)
        if not self.may_create(request):
            raise PermissionDenied
        draft = next_version(criteria, by=request.user)
        messages.success(request, _("%(record)s is the draft of version %(n)s.") % {"record": draft, "n": draft.number})
        return redirect(draft.edit_url)


criteria_views = RiskCriteriaViews()
approval = ApprovalPages(
    criteria_views,
    needed=lambda version: Authority.DESIGNATED,
    earlier=lambda version: RiskCriteria.objects.of(version.organisation),
)


def urls() -> list[URLPattern]:
    return [
        *RiskCriteriaViews.urls(),
        *approval.urls(),
        path(
            "risk-criteria/<str:reference>/new-version/",
            require_POST(criteria_views.new_version),
            name="risk-criteria-new-version",
        ),
    ]
