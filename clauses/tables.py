"""The list of all requirements with the organisation's position on each."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from records.tables import MID, NUMBER, WIDE, DueColumn, RecordTable
from records.templatetags.components import mark

from .models import Position


class PositionTable(RecordTable):
    verdict = tables.Column(verbose_name=_("State"), accessor="verdict__words", orderable=False)
    status = tables.Column(verbose_name=_("Stated status"), attrs=MID, order_by=("status", "requirement__order"))
    evidence = tables.Column(
        verbose_name=_("Evidence"), accessor="facts__evidence_valid", orderable=False, attrs=NUMBER
    )
    answers = tables.Column(verbose_name=_("Answered"), accessor="facts__answered", orderable=False, attrs=NUMBER)
    owner = tables.Column(order_by=("owner__name",), attrs=WIDE)
    review_on = DueColumn(verbose_name=_("Review"))

    class Meta(RecordTable.Meta):
        model = Position
        fields = ("reference", "title", "verdict", "status", "answers", "evidence", "owner", "review_on")
        sequence = fields
        attrs = RecordTable.Meta.attrs

    def order_reference(self, queryset: Any, is_descending: bool) -> tuple[Any, bool]:
        return queryset.order_by(("-" if is_descending else "") + "requirement__order"), True

    def render_verdict(self, record: Any) -> str:
        return format_html(
            '<span class="answer">{} {}</span>', mark(record.verdict.mark, record.reference), record.verdict.words
        )

    def value_verdict(self, record: Any) -> str:
        return str(record.verdict.words)

    def render_answers(self, record: Any) -> str:
        return _("%(n)s of %(all)s") % {"n": record.facts.answered, "all": record.facts.questions}

    def value_answers(self, record: Any) -> str:
        return self.render_answers(record)
