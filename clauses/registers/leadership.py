"""Processes of the AIMS, and roles in it (ISO 42001 4.4, 5.3)."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from clauses.models import AIMSProcess, RoleAssignment
from records.filters import RecordFilter
from records.forms import people_of
from records.register_columns import LinksColumn, WideColumn
from records.register_page import REVIEW, RegisterForm, RegisterViews
from records.tables import DayColumn, RecordTable
from systems.tables import HiddenColumn

KEPT = (*REVIEW, ["owner", ("review_on", "review_every")])


class AIMSProcessForm(RegisterForm):
    groups = [
        (_("Process"), _("What it is for."), ["title", "purpose", "clauses"]),
        (_("Flow"), _("What goes in, what comes out, and how it is judged."), ["inputs", "outputs", "criteria"]),
        (_("Needs"), _("What it takes, and which processes it works with."), ["resources", "interacts_with"]),
        KEPT,
    ]

    class Meta:
        model = AIMSProcess
        fields = [
            *("title", "purpose", "clauses", "inputs", "outputs", "criteria", "resources", "interacts_with"),
            *("owner", "review_on", "review_every"),
        ]
        labels = {"title": _("Process")}
        help_texts = {"criteria": _("How one sees that it works as intended.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others: Any = self.fields["interacts_with"]
        others.queryset = others.queryset.exclude(pk=self.instance.pk)


class AIMSProcessTable(RecordTable):
    clauses = WideColumn(orderable=False)
    purpose = HiddenColumn()
    inputs = HiddenColumn()
    outputs = HiddenColumn()
    criteria = HiddenColumn()
    resources = HiddenColumn()
    interacts_with = LinksColumn()

    class Meta(RecordTable.Meta):
        model = AIMSProcess
        fields = (
            *("reference", "title", "clauses", "owner", "review_on"),
            *("purpose", "inputs", "outputs", "criteria", "resources", "interacts_with"),
        )
        sequence = fields


class AIMSProcessViews(RegisterViews):
    model, form_class, table_class = AIMSProcess, AIMSProcessForm, AIMSProcessTable
    path = "processes"
    clause = "4.4"
    lead = _("The processes the AIMS consists of, what each takes and gives, and how they work together.")
    links = ("interacts_with",)
    chips = ((_("Review overdue"), {"review": "overdue"}),)


class RoleAssignmentForm(RegisterForm):
    lets_see = ("holder", "deputy")
    groups = [
        (_("Role"), _("Who holds it, and since when."), ["title", ("holder", "deputy"), "assigned_on"]),
        (
            _("Duties"),
            _("What comes with it, and what it takes."),
            ["responsibilities", "authority", "competence_required"],
        ),
        KEPT,
    ]

    class Meta:
        model = RoleAssignment
        fields = [
            *("title", "holder", "deputy", "assigned_on", "responsibilities", "authority", "competence_required"),
            *("owner", "review_on", "review_every"),
        ]
        labels = {"title": _("Role")}
        help_texts = {
            "authority": _("Who may accept risks and approve in the portal is set under Members; say it here in words.")
        }


class RoleAssignmentTable(RecordTable):
    holder = WideColumn(verbose_name=_("Held by"), order_by=("holder__name",), attrs={})
    deputy = WideColumn(order_by=("deputy__name",))
    assigned_on = DayColumn(verbose_name=_("Since"))
    responsibilities = HiddenColumn()
    authority = HiddenColumn()
    competence_required = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = RoleAssignment
        fields = (
            *("reference", "title", "holder", "deputy", "assigned_on", "owner", "review_on"),
            *("responsibilities", "authority", "competence_required"),
        )
        sequence = fields


class RoleAssignmentFilter(RecordFilter):
    holder = filters.ModelChoiceFilter(queryset=lambda request: people_of(request.organisation), label=_("Held by"))
    vacant = filters.BooleanFilter(field_name="holder", lookup_expr="isnull", label=_("Held by nobody"))


class RoleAssignmentViews(RegisterViews):
    model, form_class = RoleAssignment, RoleAssignmentForm
    table_class, filter_class = RoleAssignmentTable, RoleAssignmentFilter
    path = "roles"
    clause = "5.3"
    lead = _("Who answers for what in the AIMS, with the authority and the competence it takes.")
    related = ("owner", "organisation", "holder", "deputy")
    bulk = ("owner", "review_on")
    chips = ((_("Held by nobody"), {"vacant": "true"}), (_("Review overdue"), {"review": "overdue"}))
