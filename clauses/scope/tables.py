"""The versions of the scope as a list, and its filters."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from clauses.models import ScopeStatement
from records.approvable import STANDING_TONES, Standing
from records.filters import RecordFilter
from records.tables import MID, WIDE_NOWRAP, BadgeColumn, DayColumn, RecordTable
from records.widgets import DayInput
from systems.tables import HiddenColumn


class ScopeTable(RecordTable):
    label = tables.Column(verbose_name=_("Version"), order_by=("number",), attrs=MID)
    state = BadgeColumn(STANDING_TONES, verbose_name=_("State"))
    decided_by = tables.Column(verbose_name=_("Decided by"), order_by=("decided_by__name",), attrs=WIDE_NOWRAP)
    decided_on = DayColumn(verbose_name=_("Decided on"))
    change_note = HiddenColumn()
    text = HiddenColumn()
    boundaries = HiddenColumn()
    sites = HiddenColumn()
    interfaces = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = ScopeStatement
        order_by = "-reference"
        fields = (
            *("reference", "title", "label", "state", "decided_by", "decided_on", "owner", "review_on"),
            *("change_note", "text", "boundaries", "sites", "interfaces"),
        )
        sequence = fields


class ScopeFilter(RecordFilter):
    state = filters.ChoiceFilter(choices=Standing, label=_("State"))
    on = filters.DateFilter(method="by_day", label=_("Valid on"), widget=DayInput)

    def by_day(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.valid_on(value)
