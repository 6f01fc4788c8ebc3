"""Filters of treatments and of treatment plans."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from records.filters import RecordFilter
from risks.models import Option, Standing, TreatmentState

DUE = [("overdue", _("Overdue")), ("open", _("Under way"))]


class TreatmentFilter(RecordFilter):
    status = filters.ChoiceFilter(choices=TreatmentState.choices, label=_("Status"))
    due = filters.ChoiceFilter(choices=DUE, method="by_due", label=_("Due"))
    option = filters.ChoiceFilter(choices=Option.choices, label=_("Option"))
    risk = filters.CharFilter(method="by_risk", label=_("Risk (reference)"))
    control = filters.CharFilter(method="by_control", label=_("Control (reference)"))

    def by_due(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        found: QuerySet[Any] = queryset.under_way()
        return queryset.overdue(self.request.organisation.today()) if value == "overdue" else found

    def by_risk(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(treats__reference__iexact=value.strip())

    def by_control(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(links__control__reference__iexact=value.strip())


class TreatmentPlanFilter(RecordFilter):
    state = filters.ChoiceFilter(choices=Standing.choices, label=_("State"))
