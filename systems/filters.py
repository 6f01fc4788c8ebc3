"""Filters of the inventory and of suppliers."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from records.filters import RecordFilter

from .models import ActRole, AIRole, AISystem, Autonomy, Criticality, Result, RiskClass, Stage


def systems_seen(request: Any) -> QuerySet[AISystem]:
    """What a filter by AI system offers."""
    return AISystem.objects.visible_to(request.user).of(request.organisation).order_by("title")


SCOPE = [("in", _("In scope")), ("out", _("Out of scope")), ("retired", _("Retired"))]


class AISystemFilter(RecordFilter):
    risk_class = filters.ChoiceFilter(choices=RiskClass.choices, label=_("EU AI Act class"))
    role = filters.ChoiceFilter(choices=AIRole.choices, label=_("Our role"), method="by_role")
    act_role = filters.ChoiceFilter(choices=ActRole.choices, label=_("EU AI Act role"))
    stage = filters.ChoiceFilter(choices=Stage.choices, label=_("Life-cycle stage"))
    autonomy = filters.ChoiceFilter(choices=Autonomy.choices, label=_("Level of automation"))
    scope = filters.ChoiceFilter(choices=SCOPE, label=_("Scope"), method="by_scope")

    def by_role(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(roles__contains=[value])

    def by_scope(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "retired":
            return queryset.filter(retired_on__isnull=False)
        return queryset.filter(retired_on=None, in_scope=value == "in")


class SupplierFilter(RecordFilter):
    criticality = filters.ChoiceFilter(choices=Criticality.choices, label=_("Criticality"))
    result = filters.ChoiceFilter(choices=Result.choices, label=_("Result"))
