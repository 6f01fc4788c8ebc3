"""The list of findings, its filters, and what stands in its export."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from audits.models import Audit, Finding, FindingState, Grade, rules_of
from audits.models.finding import OVER
from organisations.requests import MemberRequest
from records.filters import RecordChoiceFilter, RecordFilter
from records.tables import MID, WIDE_NOWRAP, BadgeColumn, DayColumn, DueColumn, RecordTable
from records.templatetags.components import badge, due
from systems.tables import HiddenColumn

TONES = {
    FindingState.NOTED: "none",
    FindingState.OPEN: "warn",
    FindingState.RESPONDED: "info",
    FindingState.PLAN_ACCEPTED: "info",
    FindingState.CORRECTED: "info",
    FindingState.VERIFIED: "good",
    FindingState.CLOSED: "good",
}
GRADES = {
    Grade.MAJOR: "bad",
    Grade.MINOR: "warn",
    Grade.OPPORTUNITY: "info",
    Grade.OBSERVATION: "info",
    Grade.STRENGTH: "good",
}


class FindingTable(RecordTable):
    grade = tables.Column(verbose_name=gettext_lazy("Kind"))
    requirement = tables.Column(
        accessor="requirement__number", order_by=("requirement__order",), verbose_name=gettext_lazy("Requirement")
    )
    found_in = tables.Column(accessor="found_in__reference", verbose_name=gettext_lazy("Audit"), attrs=WIDE_NOWRAP)
    state = BadgeColumn({str(state.value): tone for state, tone in TONES.items()}, attrs=MID)
    due_on = DueColumn(verbose_name=gettext_lazy("Due"))
    raised_on = DayColumn(visible=False)
    closed_on = DayColumn(visible=False)
    review_on = HiddenColumn()
    demands = HiddenColumn()
    observed = HiddenColumn()
    objective_evidence = HiddenColumn()
    correction = HiddenColumn()
    cause = HiddenColumn()
    measure = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = Finding
        fields = (
            *("reference", "title", "grade", "requirement", "found_in", "state", "owner", "due_on", "review_on"),
            *("raised_on", "closed_on", "demands", "observed", "objective_evidence", "correction", "cause", "measure"),
        )
        sequence = fields

    def before_render(self, request: MemberRequest) -> None:
        self.words = rules_of(request.organisation)

    def word_of(self, record: Finding) -> str:
        """In the words of the organisation, which are asked for once."""
        if not hasattr(self, "words"):
            self.words = rules_of(self.request.organisation)
        return self.words.word_for(record.grade, record.found_in.audit_kind)

    def render_grade(self, record: Finding) -> str:
        return str(badge(self.word_of(record), GRADES[Grade(record.grade)]))

    def value_grade(self, record: Finding) -> str:
        return self.word_of(record)

    def render_due_on(self, value: Any, record: Finding) -> str:
        return str(due(value, done=not record.is_open, today=self.request.organisation.today()))

    def value_due_on(self, value: Any) -> Any:
        return value


def audits_seen(request: MemberRequest) -> Any:
    return Audit.objects.visible_to(request.user).filter(organisation=request.organisation)


class FindingFilter(RecordFilter):
    """`open=yes` are nonconformities that nobody verified yet, `open=late` those after their day."""

    grade = filters.ChoiceFilter(choices=Grade.choices, label=gettext_lazy("Kind"))
    state = filters.ChoiceFilter(choices=FindingState.choices, label=gettext_lazy("State"))
    audit = RecordChoiceFilter(queryset=audits_seen, field_name="found_in", label=gettext_lazy("Audit"))
    requirement = filters.CharFilter(field_name="requirement__number", label=gettext_lazy("Requirement"))
    open = filters.ChoiceFilter(
        choices=[("yes", gettext_lazy("Open nonconformity")), ("late", gettext_lazy("Late"))],
        method="by_open",
        label=gettext_lazy("Open"),
    )

    def by_open(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found = queryset.filter(grade__in=[Grade.MAJOR, Grade.MINOR]).exclude(state__in=OVER)
        return found.filter(due_on__lt=self.request.organisation.today()) if value == "late" else found
