"""The list of documents, and its filters."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clauses.models import Document, DocumentKind
from records.approvable import STANDING_TONES, Standing
from records.filters import RecordFilter
from records.register_columns import LinksColumn, WideColumn
from records.tables import DayColumn, RecordTable
from records.templatetags.components import badge
from systems.tables import HiddenColumn

OPEN = (Standing.DRAFT, Standing.IN_REVIEW, Standing.RETURNED)
STATES = [
    ("approved", gettext_lazy("Approved")),
    ("not_approved", gettext_lazy("Not approved")),
    *((state.value, state.label) for state in OPEN),
]


class DocumentTable(RecordTable):
    document_kind = WideColumn()
    holds = WideColumn(verbose_name=gettext_lazy("In force"), orderable=False)
    holds_from = DayColumn(verbose_name=gettext_lazy("Since"), orderable=False)
    state = tables.Column(verbose_name=gettext_lazy("State"), accessor="newest_state", orderable=False, empty_values=())
    source = HiddenColumn()
    positions = LinksColumn()
    approver = HiddenColumn(verbose_name=gettext_lazy("Who approves"))
    read_by_all = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = Document
        fields = (
            *("reference", "title", "document_kind", "holds", "holds_from", "state", "owner", "review_on"),
            *("source", "positions", "approver", "read_by_all"),
        )
        sequence = fields

    def render_state(self, record: Any) -> str:
        return str(badge(self.value_state(record), STANDING_TONES.get(record.newest_state, "bad")))

    def value_state(self, record: Any) -> str:
        """The state of what was written last, with its version where another one holds."""
        state, label = record.newest_state, record.newest_label
        if not state:
            return _("Not written")
        words = str(Standing(state).label)
        return f"{words} {label}" if record.holds and state in OPEN else words


class DocumentFilter(RecordFilter):
    document_kind = filters.ChoiceFilter(choices=DocumentKind.choices, label=gettext_lazy("Kind"))
    state = filters.ChoiceFilter(choices=STATES, method="by_state", label=gettext_lazy("State"))

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        if value == "approved":
            return queryset.approved()
        return queryset.not_approved() if value == "not_approved" else queryset.open(value)
