"""Audit programmes: what is audited how often over which years, with the audits planned under them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from audits.models import Audit, AuditProgramme
from audits.rights import AuditedViews
from organisations.requests import MemberRequest
from records.register_page import REVIEW, RegisterForm, parts_of
from records.tables import DayColumn, RecordTable
from systems.tables import HiddenColumn


class AuditProgrammeForm(RegisterForm):
    groups = [
        (
            gettext_lazy("Programme"),
            gettext_lazy("Its weight follows what is at stake and what earlier audits found."),
            ["title", ("begins_on", "ends_on"), "objectives", "criteria", "frequency", "methods", "responsibilities"],
        ),
        (*REVIEW, ["owner", ("review_on", "review_every")]),
    ]

    class Meta:
        model = AuditProgramme
        fields = [
            *("title", "begins_on", "ends_on", "objectives", "criteria", "frequency", "methods", "responsibilities"),
            *("owner", "review_on", "review_every"),
        ]
        labels = {"title": gettext_lazy("Name"), "owner": gettext_lazy("Responsible")}


class AuditProgrammeTable(RecordTable):
    begins_on = DayColumn()
    ends_on = DayColumn()
    objectives = HiddenColumn()
    criteria = HiddenColumn()
    frequency = HiddenColumn()
    methods = HiddenColumn()
    responsibilities = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = AuditProgramme
        fields = (
            *("reference", "title", "begins_on", "ends_on", "owner", "review_on"),
            *("objectives", "criteria", "frequency", "methods", "responsibilities"),
        )
        sequence = fields


class AuditProgrammeViews(AuditedViews):
    model, form_class, table_class = AuditProgramme, AuditProgrammeForm, AuditProgrammeTable
    path = "audit-programmes"
    clause = "9.2.2"
    lead = gettext_lazy("What is audited how often, by whom and how, over which years.")

    def extra_context(self, request: MemberRequest, record: AuditProgramme) -> dict[str, Any]:
        return {
            "parts": list(parts_of(record, self.form_class, request.user)),
            "audits": audits_of(request, record),
            "may_prove": self.may_prove(request, record),
        }


pages = AuditProgrammeViews()


def audits_of(request: MemberRequest, programme: AuditProgramme) -> list[Audit]:
    """The audits of a programme that one may see, by day."""
    visible: Any = Audit.objects.visible_to(request.user).of(request.organisation).filter(programme=programme)
    return list(visible.select_related("organisation", "lead").order_by("planned_from", "reference"))
