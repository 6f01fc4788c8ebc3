"""The list of incidents, and what stands in its export."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.moment import now
from records.tables import MID, NUMBER, WIDE, BadgeColumn, DayColumn, RecordTable
from records.templatetags.components import badge
from risks.incidents.clock import running
from risks.models import Incident, Level
from systems.tables import HiddenColumn


class MomentColumn(tables.Column):
    """A moment for the export only, in the time zone of the organisation."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(visible=False, orderable=False, **extra)

    def value(self, value: datetime) -> str:
        return local(value)


class ClockColumn(tables.Column):
    """The next deadline to tell somebody, as the time that is left; exported as the moment."""

    def render(self, value: datetime) -> str:
        clock = running(value, now())
        return format_html('<span title="{}">{}</span>', local(value), badge(clock.words, clock.tone))

    def value(self, value: datetime) -> str:
        return local(value)


def local(value: datetime) -> str:
    return date_format(timezone.localtime(value), "Y-m-d H:i")


class IncidentTable(RecordTable):
    system = tables.Column(accessor="system__title", verbose_name=gettext_lazy("AI system"), attrs=WIDE)
    severity = BadgeColumn({Level.CRITICAL: "bad", Level.HIGH: "warn"})
    happened_on = DayColumn(verbose_name=gettext_lazy("Happened"))
    next_due = ClockColumn(verbose_name=gettext_lazy("Next deadline"), attrs=NUMBER)
    state = tables.Column(accessor="is_open", order_by=("closed_on",), verbose_name=gettext_lazy("State"), attrs=MID)
    is_serious = HiddenColumn(verbose_name=gettext_lazy("Serious (EU AI Act)"))
    known_at = MomentColumn()
    description = HiddenColumn()
    affected = HiddenColumn()
    people_affected = HiddenColumn()
    cause = HiddenColumn()
    correction = HiddenColumn()
    closed_on = DayColumn(visible=False)
    lessons = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = Incident
        fields = (
            *("reference", "title", "system", "severity", "happened_on", "next_due", "owner", "state"),
            *("is_serious", "known_at", "description", "affected", "people_affected", "cause", "correction"),
            *("closed_on", "lessons"),
        )
        sequence = fields
        exclude = ("review_on",)

    def render_state(self, value: bool) -> Any:
        return badge(_("Open"), "warn") if value else _("Closed")

    def value_state(self, value: bool) -> str:
        return _("Open") if value else _("Closed")
