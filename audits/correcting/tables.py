"""Lists of corrective actions and of improvements: columns, filters, and the tones of their states."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from audits.models import (
    ActionState,
    CorrectiveAction,
    CorrectiveActionConcern,
    CorrectiveActionIncident,
    Improvement,
    ImprovementState,
)
from records.filters import RecordFilter
from records.register_columns import LinksColumn
from records.tables import BadgeColumn, DayColumn, DueColumn, RecordTable
from records.templatetags.components import due
from records.widgets import DayInput
from systems.tables import HiddenColumn

TONES = {
    ActionState.OPEN: "warn",
    ActionState.IN_PROGRESS: "info",
    ActionState.DONE: "info",
    ActionState.CLOSED: "good",
}
IMPROVEMENT_TONES = {
    ImprovementState.PROPOSED: "none",
    ImprovementState.ACCEPTED: "info",
    ImprovementState.IN_PROGRESS: "info",
    ImprovementState.REALISED: "good",
    ImprovementState.DECLINED: "none",
}
LATE = [("late", gettext_lazy("Late"))]
OPEN = [("yes", gettext_lazy("Open")), ("no", gettext_lazy("Closed"))]
FROM = [
    ("finding", gettext_lazy("A finding")),
    ("incident", gettext_lazy("An incident")),
    ("concern", gettext_lazy("A concern")),
    ("review", gettext_lazy("A management review")),
    ("complaint", gettext_lazy("A complaint")),
]


class CorrectiveActionTable(RecordTable):
    state = BadgeColumn({str(state.value): tone for state, tone in TONES.items()})
    due_on = DueColumn(verbose_name=gettext_lazy("Due"))
    check_on = DueColumn(verbose_name=gettext_lazy("Effect checked"))
    remedies = HiddenColumn()
    incidents = LinksColumn()
    concerns = LinksColumn()
    decided_in = HiddenColumn()
    complaint = HiddenColumn()
    problem = HiddenColumn()
    correction = HiddenColumn()
    root_cause = HiddenColumn()
    measure = HiddenColumn()
    recurs = HiddenColumn()
    outcome = HiddenColumn()
    done_by = HiddenColumn(verbose_name=gettext_lazy("Done by"))
    done_on = HiddenColumn()
    checker = HiddenColumn()
    closed_by = HiddenColumn(verbose_name=gettext_lazy("Closed by"))
    closed_on = DayColumn(visible=False)

    class Meta(RecordTable.Meta):
        model = CorrectiveAction
        fields = (
            *("reference", "title", "state", "owner", "due_on", "check_on", "remedies", "incidents", "concerns"),
            *("decided_in", "complaint", "problem", "correction", "root_cause", "measure", "recurs", "outcome"),
            *("done_by", "done_on", "checker", "closed_by", "closed_on"),
        )
        sequence = fields
        exclude = ("review_on",)

    def render_due_on(self, value: Any, record: CorrectiveAction) -> str:
        return str(due(value, done=not record.is_to_do, today=self.request.organisation.today()))

    def value_due_on(self, value: Any) -> Any:
        return value

    def render_check_on(self, value: Any, record: CorrectiveAction) -> str:
        return str(due(value, done=record.state != ActionState.DONE, today=self.request.organisation.today()))

    def value_check_on(self, value: Any) -> Any:
        return value


class CorrectiveActionFilter(RecordFilter):
    """`due=late` is what is still to be done after its day, `check=late` what was to be checked and is not."""

    state = filters.ChoiceFilter(choices=ActionState.choices, label=gettext_lazy("State"))
    open = filters.ChoiceFilter(choices=OPEN, method="by_open", label=gettext_lazy("Open or closed"))
    due = filters.ChoiceFilter(choices=LATE, method="by_due", label=gettext_lazy("Due day"))
    check = filters.ChoiceFilter(choices=LATE, method="by_check", label=gettext_lazy("Check of the effect"))
    origin = filters.ChoiceFilter(choices=FROM, method="by_origin", label=gettext_lazy("Came from"))
    closed_since = filters.DateFilter(
        field_name="closed_on", lookup_expr="gte", label=gettext_lazy("Closed since"), widget=DayInput
    )

    def by_open(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found: Any = queryset
        return found.open() if value == "yes" else found.closed()

    def by_due(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found: Any = queryset
        return found.overdue(self.request.organisation.today())

    def by_check(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found: Any = queryset
        return found.check_overdue(self.request.organisation.today())

    def by_origin(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        lookups: dict[str, dict[str, Any]] = {
            "finding": {"remedies__isnull": False},
            "incident": {"pk__in": CorrectiveActionIncident.objects.values("corrective_action")},
            "concern": {"pk__in": CorrectiveActionConcern.objects.values("corrective_action")},
            "review": {"decided_in__isnull": False},
        }
        return queryset.filter(**lookups[value]) if value in lookups else queryset.exclude(complaint="")


class ImprovementTable(RecordTable):
    state = BadgeColumn({str(state.value): tone for state, tone in IMPROVEMENT_TONES.items()})
    due_on = DueColumn(verbose_name=gettext_lazy("Due"))
    settled_on = DayColumn(visible=False)
    what = HiddenColumn()
    benefit = HiddenColumn()
    follows = HiddenColumn()
    decided_in = HiddenColumn()
    suggested_by = HiddenColumn()
    result = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = Improvement
        fields = (
            *("reference", "title", "state", "owner", "due_on", "settled_on", "what", "benefit", "follows"),
            *("decided_in", "suggested_by", "result"),
        )
        sequence = fields
        exclude = ("review_on",)

    def render_due_on(self, value: Any, record: Improvement) -> str:
        return str(due(value, done=not record.is_open, today=self.request.organisation.today()))

    def value_due_on(self, value: Any) -> Any:
        return value


class ImprovementFilter(RecordFilter):
    state = filters.ChoiceFilter(choices=ImprovementState.choices, label=gettext_lazy("State"))
    open = filters.ChoiceFilter(choices=OPEN, method="by_open", label=gettext_lazy("Open or closed"))
    due = filters.ChoiceFilter(choices=LATE, method="by_due", label=gettext_lazy("Due day"))

    def by_open(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found: Any = queryset
        return found.open() if value == "yes" else found.exclude(pk__in=found.open().values("pk"))

    def by_due(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found: Any = queryset
        return found.overdue(self.request.organisation.today())
