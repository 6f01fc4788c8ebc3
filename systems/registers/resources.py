"""Models, tools, computing and people of AI systems (ISO 42001 A.4.2, A.4.4–A.4.6)."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from records.filters import RecordFilter
from records.register_columns import LinksColumn, WideColumn
from records.register_page import REVIEW, RegisterForm, RegisterViews
from records.tables import RecordTable
from systems.models import SystemResource, SystemResourceKind
from systems.tables import HiddenColumn

IN_USE = [("yes", _("In use")), ("no", _("No longer used"))]
Kind = SystemResourceKind
PARTS: dict[str, dict[str, Any]] = {
    "A.4.4": {"resource_kind__in": [Kind.MODEL, Kind.TOOL]},
    "A.4.5": {"resource_kind": Kind.COMPUTING},
    "A.4.6": {"resource_kind": Kind.PEOPLE},
}


class SystemResourceForm(RegisterForm):
    groups = [
        (
            _("Resource"),
            _("What AI systems need, and which of them."),
            ["title", "resource_kind", "what", "systems"],
        ),
        (
            _("Where it comes from"),
            _("Models and tools have a version and a licence (A.4.4)."),
            [("resource_version", "supplied_by"), "licence"],
        ),
        (
            _("Where it runs"),
            _("Computing has a place and a size (A.4.5)."),
            ["location", "capacity", "environment"],
        ),
        (*REVIEW, ["owner", ("review_on", "review_every"), "ended_on"]),
    ]

    class Meta:
        model = SystemResource
        fields = [
            *("title", "resource_kind", "what", "systems", "resource_version", "supplied_by", "licence"),
            *("location", "capacity", "environment", "owner", "review_on", "review_every", "ended_on"),
        ]
        labels = {"title": _("Name")}
        help_texts = {
            "what": _("Of people: which skills, and who brings other points of view."),
            "environment": _("Energy or carbon, as far as it is known."),
        }


class SystemResourceTable(RecordTable):
    resource_kind = WideColumn(verbose_name=_("Kind"))
    resource_version = WideColumn()
    supplied_by = WideColumn(accessor="supplied_by__title", verbose_name=_("Supplier"))
    systems = LinksColumn()
    what = HiddenColumn()
    licence = HiddenColumn()
    location = HiddenColumn()
    capacity = HiddenColumn()
    environment = HiddenColumn()
    ended_on = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = SystemResource
        fields = (
            *("reference", "title", "resource_kind", "resource_version", "supplied_by", "owner", "review_on"),
            *("systems", "what", "licence", "location", "capacity", "environment", "ended_on"),
        )
        sequence = fields


class SystemResourceFilter(RecordFilter):
    resource_kind = filters.ChoiceFilter(choices=Kind.choices, label=_("Kind"))
    clause = filters.ChoiceFilter(choices=[(one, one) for one in PARTS], label=_("Control"), method="by_clause")
    in_use = filters.ChoiceFilter(choices=IN_USE, label=_("In use"), method="by_in_use")

    def by_clause(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(**PARTS[value])

    def by_in_use(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(ended_on__isnull=value == "yes")


class SystemResourceViews(RegisterViews):
    model, form_class = SystemResource, SystemResourceForm
    table_class, filter_class = SystemResourceTable, SystemResourceFilter
    path = "system-resources"
    clause = "A.4.2, A.4.4, A.4.5, A.4.6"
    part_of = PARTS
    lead = _("Models, tools, computing and people that our AI systems are built and run with.")
    related = ("owner", "organisation", "supplied_by")
    links = ("systems",)
    bulk = ("owner", "review_on", "resource_kind")
    chips = (
        (_("Models"), {"resource_kind": "model"}),
        (_("Tools"), {"resource_kind": "tool"}),
        (_("Computing"), {"resource_kind": "computing"}),
        (_("People"), {"resource_kind": "people"}),
        (_("No longer used"), {"in_use": "no"}),
    )
