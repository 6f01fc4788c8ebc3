"""Filters of the list of incidents."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from records.filters import RecordChoiceFilter, RecordFilter
from risks.models import Level
from systems.filters import systems_seen

STATES = [("open", _("Open")), ("closed", _("Closed"))]
SERIOUS = [("yes", _("Serious (EU AI Act)")), ("no", _("Not serious"))]


class IncidentFilter(RecordFilter):
    severity = filters.ChoiceFilter(choices=Level.choices, label=_("Severity"))
    state = filters.ChoiceFilter(choices=STATES, label=_("State"), method="by_state")
    system = RecordChoiceFilter(queryset=systems_seen, label=_("AI system"))
    serious = filters.ChoiceFilter(choices=SERIOUS, label=_("Serious"), method="by_serious")

    def by_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(closed_on__isnull=value == "open")

    def by_serious(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(is_serious=value == "yes")
