"""Lists of own controls, and of the versions of the Statement of Applicability."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from clauses.models import Status
from records.approvable import STANDING_TONES
from records.tables import MID, NUMBER, WIDE, WIDE_NOWRAP, BadgeColumn, DayColumn, DueColumn, RecordTable
from risks.models import OwnControl, Statement

STATUS_TONES: dict[str, str] = {Status.IN_PROGRESS: "warn", Status.NOT_STARTED: "bad"}


class OwnControlTable(RecordTable):
    status = BadgeColumn(STATUS_TONES, verbose_name=_("Status"))
    basis = tables.Column(verbose_name=_("Because of"), attrs=WIDE)
    treats = tables.Column(verbose_name=_("Open risks"), accessor="n_risks", orderable=False, attrs=NUMBER)
    description = tables.Column(visible=False, orderable=False)
    justification = tables.Column(visible=False, orderable=False)

    class Meta(RecordTable.Meta):
        model = OwnControl
        fields = (
            *("reference", "title", "status", "basis", "treats", "owner", "review_on"),
            *("description", "justification"),
        )
        sequence = fields


class StatementTable(RecordTable):
    label = tables.Column(verbose_name=_("Version"), order_by=("number",), attrs=MID)
    state = BadgeColumn(STANDING_TONES, verbose_name=_("State"))
    decided_by = tables.Column(verbose_name=_("Decided by"), order_by=("decided_by__name",), attrs=WIDE_NOWRAP)
    decided_on = DayColumn(verbose_name=_("Decided on"))
    change_note = tables.Column(visible=False, orderable=False)
    review_on = DueColumn(verbose_name=_("Review"))

    class Meta(RecordTable.Meta):
        model = Statement
        order_by = "-reference"
        fields = (
            *("reference", "title", "label", "state", "decided_by", "decided_on", "owner", "review_on"),
            "change_note",
        )
        sequence = fields
