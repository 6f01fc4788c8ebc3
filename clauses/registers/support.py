"""Resources, awareness, communication (ISO 42001 7.1, 7.3, 7.4)."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clauses.models import Awareness, Communication, Resource
from clauses.models.support import CommunicationSide, ResourceKind
from organisations.requests import MemberRequest
from records.filters import RecordFilter
from records.register_columns import WideColumn
from records.register_page import REVIEW, RegisterForm, RegisterViews
from records.tables import DayColumn, DueColumn, RecordTable
from records.templatetags.components import badge
from systems.tables import HiddenColumn

KEPT = (*REVIEW, ["owner", ("review_on", "review_every")])


def sufficiency(resource: Resource) -> dict[str, str]:
    return {
        "word": _("Sufficient") if resource.is_sufficient else _("Not sufficient"),
        "tone": "good" if resource.is_sufficient else "warn",
    }


class ResourceForm(RegisterForm):
    groups = [
        (gettext_lazy("Resource"), gettext_lazy("What the AIMS needs."), ["title", "resource_kind", "purpose"]),
        (gettext_lazy("State"), gettext_lazy("Whether it is enough."), ["is_sufficient", "missing"]),
        KEPT,
    ]

    class Meta:
        model = Resource
        fields = [
            *("title", "resource_kind", "purpose", "is_sufficient", "missing"),
            *("owner", "review_on", "review_every"),
        ]
        labels = {"title": gettext_lazy("Resource")}


class ResourceTable(RecordTable):
    resource_kind = WideColumn()
    is_sufficient = tables.Column(verbose_name=gettext_lazy("State"))
    purpose = HiddenColumn()
    missing = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = Resource
        fields = ("reference", "title", "resource_kind", "is_sufficient", "owner", "review_on", "purpose", "missing")
        sequence = fields

    def render_is_sufficient(self, record: Resource) -> str:
        return str(badge(*sufficiency(record).values()))

    def value_is_sufficient(self, record: Resource) -> str:
        return sufficiency(record)["word"]


class ResourceFilter(RecordFilter):
    resource_kind = filters.ChoiceFilter(choices=ResourceKind.choices, label=gettext_lazy("Kind"))
    is_sufficient = filters.BooleanFilter(label=gettext_lazy("Sufficient"))


class ResourceViews(RegisterViews):
    model, form_class, table_class, filter_class = Resource, ResourceForm, ResourceTable, ResourceFilter
    path = "resources"
    clause = "7.1"
    lead = gettext_lazy("People, data, tooling, computing and money that the AIMS needs, and whether they suffice.")
    bulk = ("owner", "review_on", "resource_kind")
    chips = (
        (gettext_lazy("Not sufficient"), {"is_sufficient": "false"}),
        (gettext_lazy("Review overdue"), {"review": "overdue"}),
    )

    def extra_context(self, request: MemberRequest, record: Resource) -> dict[str, Any]:
        return super().extra_context(request, record) | {"state": sufficiency(record)}


class AwarenessForm(RegisterForm):
    groups = [
        (
            gettext_lazy("Campaign"),
            gettext_lazy("What people are to know, and who."),
            ["title", "message", "audience", ("starts_on", "ends_on")],
        ),
        (
            gettext_lazy("Reach"),
            gettext_lazy("How many it reached, and what they then knew."),
            [("people", "reached"), "how_checked", "result"],
        ),
        KEPT,
    ]

    class Meta:
        model = Awareness
        fields = [
            *("title", "message", "audience", "starts_on", "ends_on", "people", "reached", "how_checked", "result"),
            *("owner", "review_on", "review_every"),
        ]
        labels = {"title": gettext_lazy("Campaign")}
        help_texts = {
            "message": gettext_lazy("The policy, what each contributes, and what follows from not keeping to it.")
        }


class AwarenessTable(RecordTable):
    audience = WideColumn()
    starts_on = DayColumn(verbose_name=gettext_lazy("From"))
    ends_on = DayColumn(verbose_name=gettext_lazy("To"))
    reached = tables.Column(verbose_name=gettext_lazy("Reached"))
    people = HiddenColumn()
    message = HiddenColumn()
    how_checked = HiddenColumn()
    result = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = Awareness
        fields = (
            *("reference", "title", "audience", "starts_on", "ends_on", "reached", "owner", "review_on"),
            *("people", "message", "how_checked", "result"),
        )
        sequence = fields

    def render_reached(self, value: int, record: Awareness) -> str:
        return share(record)

    def value_reached(self, value: int) -> int:
        return value


def share(record: Awareness) -> str:
    """How many of how many were reached, in words."""
    if record.reached is None:
        return ""
    if record.people is None:
        return str(record.reached)
    return _("%(n)s of %(all)s") % {"n": record.reached, "all": record.people}


class AwarenessViews(RegisterViews):
    model, form_class, table_class = Awareness, AwarenessForm, AwarenessTable
    path = "awareness"
    clause = "7.3"
    lead = gettext_lazy("What everybody who works with AI here was made aware of, and whether it arrived.")
    chips = ((gettext_lazy("Review overdue"), {"review": "overdue"}),)


class CommunicationForm(RegisterForm):
    groups = [
        (gettext_lazy("What"), gettext_lazy("What is told about the AIMS."), ["title", "content"]),
        (
            gettext_lazy("To whom and how"),
            gettext_lazy("Inside or outside the organisation."),
            ["side", "audience", "how", "when", ("sent_on", "next_on")],
        ),
        KEPT,
    ]

    class Meta:
        model = Communication
        fields = [
            *("title", "content", "side", "audience", "how", "when", "sent_on", "next_on"),
            *("owner", "review_on", "review_every"),
        ]
        labels = {"title": gettext_lazy("Subject"), "owner": gettext_lazy("Who tells it")}
        help_texts = {"how": gettext_lazy("A letter, a meeting, the intranet. What was sent is evidence on its page.")}


class CommunicationTable(RecordTable):
    audience = WideColumn()
    how = WideColumn()
    when = WideColumn()
    next_on = DueColumn(verbose_name=gettext_lazy("Next"))
    side = HiddenColumn()
    sent_on = HiddenColumn()
    content = HiddenColumn()
    review_on = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = Communication
        fields = (
            *("reference", "title", "audience", "how", "when", "owner", "next_on"),
            *("side", "sent_on", "content", "review_on"),
        )
        sequence = fields


class CommunicationFilter(RecordFilter):
    side = filters.ChoiceFilter(choices=CommunicationSide.choices, label=gettext_lazy("Internal or external"))


class CommunicationViews(RegisterViews):
    model, form_class, table_class = Communication, CommunicationForm, CommunicationTable
    filter_class = CommunicationFilter
    path = "communications"
    clause = "7.4"
    lead = gettext_lazy("What is told about the AIMS, when, to whom, by whom and how.")
    bulk = ("owner", "review_on", "next_on")
    chips = (
        (gettext_lazy("Internal"), {"side": "internal"}),
        (gettext_lazy("External"), {"side": "external"}),
    )
