"""Life-cycle records of AI systems (ISO 42001 A.6.2, A.8.2, A.10.4)."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.requests import MemberRequest
from records.filters import RecordFilter
from records.register_columns import WideColumn
from records.register_page import REVIEW, RegisterForm, RegisterViews
from records.tables import WIDE, BadgeColumn, DayColumn, RecordTable
from systems.models import CLAUSES, Outcome, RecordKind, SystemRecord
from systems.tables import HiddenColumn

TONES = {Outcome.PASSED: "good", Outcome.LIMITS: "warn", Outcome.FAILED: "bad"}
PARTS: dict[str, dict[str, Any]] = {clause: {"record_kind": kind} for kind, clause in CLAUSES.items()}


class SystemRecordForm(RegisterForm):
    lets_see = ("done_by",)
    groups = [
        (
            gettext_lazy("What is kept"),
            gettext_lazy("Which kind of record it is, and of which AI system."),
            ["title", "record_kind", ("system", "system_version"), "content", "audience"],
        ),
        (
            gettext_lazy("Criteria"),
            gettext_lazy("Of a test: what must be reached. Of a plan: thresholds. Of logs: how long they are kept."),
            ["criteria", "retention"],
        ),
        (
            gettext_lazy("Outcome"),
            gettext_lazy("What was done, by whom, and what came out. Reports of it are evidence on its page."),
            [("done_on", "done_by"), "result", "outcome", "repeats"],
        ),
        (*REVIEW, ["owner", ("review_on", "review_every")]),
    ]

    class Meta:
        model = SystemRecord
        fields = [
            *("title", "record_kind", "system", "system_version", "content", "audience", "criteria", "retention"),
            *("done_on", "done_by", "result", "outcome", "repeats", "owner", "review_on", "review_every"),
        ]
        help_texts = {
            "system_version": gettext_lazy("Left empty, it holds for each version. A test is of one."),
            "audience": gettext_lazy("Of information, documentation and expectations: users, authorities, customers."),
            "outcome": gettext_lazy("Of a verification only."),
            "repeats": gettext_lazy("The verification that failed and was done again here; it then no longer counts."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["repeats"]
        field.queryset = field.queryset.filter(record_kind=RecordKind.VERIFICATION).exclude(pk=self.instance.pk)
        kinds: Any = self.fields["record_kind"]
        numbers = CLAUSES
        kinds.choices = [
            (value, format_lazy("{label} ({clause})", label=label, clause=numbers[value]) if value else label)
            for value, label in kinds.choices
        ]


class SystemRecordTable(RecordTable):
    record_kind = WideColumn(verbose_name=gettext_lazy("Kind"))
    system = tables.Column(accessor="system__title", verbose_name=gettext_lazy("AI system"), attrs=WIDE)
    system_version = WideColumn(verbose_name=gettext_lazy("Version"))
    outcome = BadgeColumn({str(outcome.value): tone for outcome, tone in TONES.items()})
    done_on = DayColumn()
    content = HiddenColumn()
    audience = HiddenColumn()
    criteria = HiddenColumn()
    retention = HiddenColumn()
    done_by = HiddenColumn()
    result = HiddenColumn()
    repeats = HiddenColumn(accessor="repeats__reference")

    class Meta(RecordTable.Meta):
        model = SystemRecord
        fields = (
            *("reference", "title", "record_kind", "system", "system_version", "outcome", "done_on", "owner"),
            *("review_on", "content", "audience", "criteria", "retention", "done_by", "result", "repeats"),
        )
        sequence = fields


class SystemRecordFilter(RecordFilter):
    record_kind = filters.ChoiceFilter(choices=RecordKind.choices, label=gettext_lazy("Kind"))
    outcome = filters.ChoiceFilter(choices=Outcome.choices, label=gettext_lazy("Outcome"))
    clause = filters.ChoiceFilter(
        choices=[(one, one) for one in PARTS], label=gettext_lazy("Control"), method="by_clause"
    )

    def by_clause(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(**PARTS[value])


class SystemRecordViews(RegisterViews):
    model, form_class = SystemRecord, SystemRecordForm
    table_class, filter_class = SystemRecordTable, SystemRecordFilter
    path = "system-records"
    clause = ", ".join(PARTS)
    part_of = PARTS
    lead = gettext_lazy("What is kept of each AI system over its life: requirements, design, tests, plans, user notes.")
    related = ("owner", "organisation", "system", "done_by", "repeats")
    contributors_create = True
    chips = (
        (gettext_lazy("Verification"), {"record_kind": "verification"}),
        (gettext_lazy("Not passed"), {"outcome": "failed"}),
        (gettext_lazy("User information"), {"record_kind": "user_information"}),
        (gettext_lazy("Review overdue"), {"review": "overdue"}),
    )

    def extra_context(self, request: MemberRequest, record: SystemRecord) -> dict[str, Any]:
        seen = SystemRecord.objects.visible_to(request.user).filter(repeats=record)
        return super().extra_context(request, record) | {
            "state": state_of(record),
            "repeated_by": seen.select_related("organisation").order_by("reference"),
        }


def state_of(record: SystemRecord) -> dict[str, str]:
    """Of a test, how it ended; of anything else, which kind it is of."""
    if record.outcome:
        return {"word": record.get_outcome_display(), "tone": TONES[Outcome(record.outcome)]}
    kind = {"kind": record.get_record_kind_display(), "clause": record.clause}
    return {"word": _("%(kind)s, %(clause)s") % kind, "tone": "info"}
