"""List and filters of impact assessments."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.approvable import STANDING_TONES
from records.filters import RecordChoiceFilter, RecordFilter
from records.tables import MID, NUMBER, WIDE, WIDE_NOWRAP, DayColumn, DueColumn, RecordTable
from records.templatetags.components import badge, level
from risks.models import LEVELS, Decision, ImpactAssessment, Level, Screening, Standing
from systems.filters import systems_seen

EXPIRED = [("yes", gettext_lazy("Expired")), ("no", gettext_lazy("Not expired"))]
AGAIN = [("yes", gettext_lazy("Needs another look"))]


class ImpactFilter(RecordFilter):
    state = filters.ChoiceFilter(choices=Standing.choices, label=gettext_lazy("State"))
    expired = filters.ChoiceFilter(choices=EXPIRED, label=gettext_lazy("Expiry"), method="by_expiry")
    screening = filters.ChoiceFilter(choices=Screening.choices, label=gettext_lazy("Depth"))
    level = filters.ChoiceFilter(choices=Level.choices, label=gettext_lazy("Overall level"), method="by_level")
    again = filters.ChoiceFilter(choices=AGAIN, label=gettext_lazy("System changed"), method="by_change")
    system = RecordChoiceFilter(queryset=systems_seen, label=gettext_lazy("AI system"))

    def by_expiry(self, queryset: Any, name: str, value: str) -> Any:
        today = self.request.organisation.today()
        return queryset.expired(today) if value == "yes" else queryset.current(today)

    def by_level(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(level_rank=LEVELS.index(Level(value)))

    def by_change(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.to_look_at_again()


class ImpactTable(RecordTable):
    system = tables.Column(verbose_name=gettext_lazy("AI system"), accessor="system__title", attrs=WIDE)
    number = tables.Column(verbose_name=gettext_lazy("Version"), attrs=NUMBER)
    screening = tables.Column(verbose_name=gettext_lazy("Depth"), attrs=WIDE_NOWRAP)
    state = tables.Column(verbose_name=gettext_lazy("State"))
    level = tables.Column(
        verbose_name=gettext_lazy("What remains"), accessor="level_rank", order_by=("level_rank",), attrs=MID
    )
    decided_on = DayColumn(verbose_name=gettext_lazy("Approved on"))
    review_on = DueColumn(verbose_name=gettext_lazy("Current until"))

    class Meta(RecordTable.Meta):
        model = ImpactAssessment
        fields = (
            *("reference", "title", "system", "number", "screening", "state", "level", "owner"),
            *("decided_on", "review_on"),
        )
        sequence = fields

    def render_state(self, record: ImpactAssessment) -> str:
        today = self.request.organisation.today()
        if record.is_expired(today):
            return str(badge(_("Expired"), "bad"))
        return str(badge(record.get_state_display(), STANDING_TONES[record.state]))

    def value_state(self, record: ImpactAssessment) -> str:
        is_expired = record.is_expired(record.organisation.today())
        return _("Expired") if is_expired else str(record.get_state_display())

    def render_level(self, value: int) -> str:
        return str(level(LEVELS[value], LEVELS[value].label))

    def value_level(self, value: int) -> str:
        return str(LEVELS[value].label)

    def render_decided_on(self, record: ImpactAssessment, value: Any) -> str:
        return str(DayColumn().render(value)) if record.is_settled else "–"

    def value_decided_on(self, record: ImpactAssessment, value: Any) -> Any:
        return value if record.is_settled else None


DECISION_TONES = {Decision.CONDITIONS: "warn", Decision.NO_GO: "bad", Decision.STOP: "bad", Decision.GO: "good"}
