"""The list of management reviews."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy

from audits.models import ManagementReview, ReviewState
from records.filters import RecordFilter
from records.register_columns import WideColumn, YesNoColumn
from records.tables import BadgeColumn, DayColumn, DueColumn, RecordTable
from records.templatetags.components import due
from systems.tables import HiddenColumn

TONES = {ReviewState.PLANNED: "none", ReviewState.PREPARED: "info", ReviewState.ISSUED: "good"}


class ManagementReviewTable(RecordTable):
    held_on = DueColumn(verbose_name=gettext_lazy("Day"))
    chair = WideColumn(order_by=("chair__name",))
    state = BadgeColumn({str(state.value): tone for state, tone in TONES.items()})
    issued_on = DayColumn(verbose_name=gettext_lazy("Minutes issued"))
    suitable = YesNoColumn(visible=False)
    adequate = YesNoColumn(visible=False)
    effective = YesNoColumn(visible=False)
    conclusion = HiddenColumn()
    issued_by = HiddenColumn(verbose_name=gettext_lazy("Issued by"))

    class Meta(RecordTable.Meta):
        model = ManagementReview
        fields = (
            *("reference", "title", "held_on", "chair", "state", "owner", "issued_on"),
            *("suitable", "adequate", "effective", "conclusion", "issued_by"),
        )
        sequence = fields
        exclude = ("review_on",)

    def render_held_on(self, value: Any, record: ManagementReview) -> str:
        return str(due(value, done=record.is_issued, today=self.request.organisation.today()))

    def value_held_on(self, value: Any) -> Any:
        return value


class ManagementReviewFilter(RecordFilter):
    state = filters.ChoiceFilter(choices=ReviewState.choices, label=gettext_lazy("State"))
