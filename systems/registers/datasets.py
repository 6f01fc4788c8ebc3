"""Datasets with their origin, rights and checks (ISO 42001 A.4.3, A.7)."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from organisations.requests import MemberRequest
from records.filters import RecordFilter
from records.register_columns import LinksColumn
from records.register_page import REVIEW, RegisterForm, RegisterViews
from records.tables import MID, WIDE_NOWRAP, DayColumn, RecordTable
from records.templatetags.components import badge
from records.widgets import Checks
from systems.models import Dataset, DataUse
from systems.row_forms import DataCheckForm
from systems.tables import HiddenColumn

STANDING = {True: (_("Passed"), "good"), False: (_("Not passed"), "bad"), None: (_("Not checked"), "none")}
CHECKS = [("failing", _("Not passed")), ("missing", _("Quality or bias not checked"))]
IN_USE = [("yes", _("In use")), ("no", _("No longer used"))]


class DatasetForm(RegisterForm):
    purposes = forms.MultipleChoiceField(
        label=_("Used for"),
        choices=DataUse,
        widget=Checks,
        error_messages={"required": _("Choose at least one use.")},
    )
    groups = [
        (
            _("Dataset"),
            _("What it holds, and what it is used for (A.4.3)."),
            ["title", "content", "dataset_version", "purposes", "systems"],
        ),
        (
            _("Origin"),
            _("Where it comes from, and what happened to it (A.7.3, A.7.5)."),
            ["source", "selection", "provenance"],
        ),
        (
            _("Rights"),
            _("On what ground it may be used, and for how long (A.7.2, A.7.3)."),
            ["rights", "personal_data", "retention"],
        ),
        (
            _("Quality and preparation"),
            _("What it must be like, and what was done to it (A.7.4, A.7.6). Checks are entered on its page."),
            ["quality_required", "known_bias", "preparation", "next_check_on"],
        ),
        (*REVIEW, ["owner", ("review_on", "review_every"), "ended_on"]),
    ]

    class Meta:
        model = Dataset
        fields = [
            *("title", "content", "dataset_version", "purposes", "systems", "source", "selection", "provenance"),
            *("rights", "personal_data", "retention", "quality_required", "known_bias", "preparation"),
            *("next_check_on", "owner", "review_on", "review_every", "ended_on"),
        ]
        labels = {"title": _("Name")}
        help_texts = {
            "content": _("Kind of data, categories, labels, quantity."),
            "source": _("Who collected it, where and when; earlier use."),
            "selection": _("Criteria, and whom it represents."),
            "provenance": _("Each step from the source to this version."),
            "rights": _("Licence, contract, consent or legal ground."),
            "retention": _("A period or an event; needed for personal data."),
            "quality_required": _("What is measured, and what must be reached."),
            "preparation": _("Cleaning, labelling, encoding; which method and why."),
        }


class StandingColumn(tables.Column):
    """Whether the newest check was passed."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(orderable=False, empty_values=(), **extra)

    def render(self, value: bool | None) -> str:
        return str(badge(*STANDING[value]))

    def value(self, value: bool | None) -> str:
        return str(STANDING[value][0])


class DatasetTable(RecordTable):
    purposes = tables.Column(accessor="purpose_words", verbose_name=_("Used for"), orderable=False, attrs=MID)
    quality = StandingColumn(verbose_name=_("Quality"), attrs=WIDE_NOWRAP)
    bias = StandingColumn(verbose_name=_("Bias"))
    next_check_on = DayColumn(verbose_name=_("Next check"))
    systems = LinksColumn()
    content = HiddenColumn()
    dataset_version = HiddenColumn()
    source = HiddenColumn()
    selection = HiddenColumn()
    provenance = HiddenColumn()
    rights = HiddenColumn()
    personal_data = HiddenColumn()
    retention = HiddenColumn()
    quality_required = HiddenColumn()
    known_bias = HiddenColumn()
    preparation = HiddenColumn()
    ended_on = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = Dataset
        fields = (
            *("reference", "title", "purposes", "quality", "bias", "owner", "next_check_on", "review_on"),
            *("systems", "content", "dataset_version", "source", "selection", "provenance", "rights"),
            *("personal_data", "retention", "quality_required", "known_bias", "preparation", "ended_on"),
        )
        sequence = fields


class DatasetFilter(RecordFilter):
    use = filters.ChoiceFilter(choices=DataUse.choices, label=_("Used for"), method="by_use")
    checks = filters.ChoiceFilter(choices=CHECKS, label=_("Checks"), method="by_checks")
    personal_data = filters.BooleanFilter(label=_("Personal data"))
    in_use = filters.ChoiceFilter(choices=IN_USE, label=_("In use"), method="by_in_use")

    def by_use(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(purposes__contains=[value])

    def by_checks(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found: Any = queryset
        return found.failing() if value == "failing" else found.unchecked()

    def by_in_use(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(ended_on__isnull=value == "yes")


class DatasetViews(RegisterViews):
    model, form_class, table_class, filter_class = Dataset, DatasetForm, DatasetTable, DatasetFilter
    path = "datasets"
    clause = "A.4.3, A.7.2, A.7.3, A.7.4, A.7.5, A.7.6"
    lead = _("The data our AI systems are built, tested and run with: where it comes from, and whether it is fit.")
    contributors_create = True
    links = ("systems",)
    chips = (
        (_("A check not passed"), {"checks": "failing"}),
        (_("Not checked"), {"checks": "missing"}),
        (_("Personal data"), {"personal_data": "true"}),
        (_("No longer used"), {"in_use": "no"}),
    )

    def visible(self, request: MemberRequest) -> Any:
        return super().visible(request).with_checks()  # type: ignore[attr-defined]

    def extra_context(self, request: MemberRequest, record: Dataset) -> dict[str, Any]:
        form = DataCheckForm(dataset=record) if self.may_change(request, record) else None
        return super().extra_context(request, record) | {
            "checks": record.checks.select_related("by"),
            "standing": [(name, *STANDING[state]) for name, state in self.states(record)],
            "check_form": form,
        }

    @staticmethod
    def states(record: Any) -> list[tuple[Any, bool | None]]:
        return [(_("Quality"), record.quality), (_("Bias"), record.bias)]


datasets = DatasetViews()
