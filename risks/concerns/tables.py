"""The list of concerns. What was said is on its page only, in no export."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from records.tables import MID, WIDE, BadgeColumn, DayColumn, RecordTable
from risks.models import Concern, ConcernState


class ConcernTable(RecordTable):
    system = tables.Column(accessor="system__title", verbose_name=_("AI system"), attrs=WIDE)
    channel = tables.Column(attrs=MID)
    received_on = DayColumn(verbose_name=_("Received"))
    owner = tables.Column(order_by=("owner__name",), verbose_name=_("Handled by"), attrs=WIDE)
    state = BadgeColumn({ConcernState.RECEIVED: "warn", ConcernState.IN_HAND: "info"})

    class Meta(RecordTable.Meta):
        model = Concern
        fields = ("reference", "title", "system", "channel", "received_on", "owner", "state")
        sequence = fields
        exclude = ("review_on",)
