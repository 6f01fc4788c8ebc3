"""Lists of treatments and of treatment plans."""

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from evidence.references import in_order
from organisations.roles import VIEW_RECORDS
from records.addresses import record_address
from records.approvable import STANDING_TONES
from records.tables import MID, WIDE, WIDE_NOWRAP, BadgeColumn, DayColumn, DueColumn, RecordTable
from records.templatetags.components import day, due
from risks.models import Treatment, TreatmentPlan, TreatmentState
from risks.models.treatment import UNDER_WAY

TONES: dict[str, str] = {TreatmentState.VERIFIED: "good", TreatmentState.DROPPED: "none"}


class TreatmentTable(RecordTable):
    treats = tables.Column(verbose_name=_("Risk"), order_by=("treats__reference",), attrs=WIDE_NOWRAP)
    controls = tables.Column(verbose_name=_("Controls"), orderable=False, attrs=MID)
    due_on = DueColumn(verbose_name=_("Due"), attrs={"th": {"class": "num"}, "td": {"class": "num nowrap"}})
    status = BadgeColumn(TONES, attrs=WIDE_NOWRAP)
    option = tables.Column(visible=False)
    action = tables.Column(visible=False, orderable=False)
    resources = tables.Column(visible=False, orderable=False)
    expected_score = tables.Column(visible=False, orderable=False, verbose_name=_("Expected score"))
    verification = tables.Column(visible=False, orderable=False)
    result = tables.Column(visible=False, orderable=False)
    verified_on = DayColumn(visible=False)

    class Meta(RecordTable.Meta):
        model = Treatment
        fields = (
            *("reference", "title", "treats", "controls", "owner", "due_on", "status"),
            *("option", "action", "resources", "expected_score", "verification", "result", "verified_on"),
        )
        sequence = fields
        exclude = ("review_on",)

    def render_treats(self, record: Treatment) -> str:
        """With its title and a link for those who see every risk anyhow."""
        risk = record.treats
        if VIEW_RECORDS not in self.request.permissions:
            return risk.reference
        url = record_address(risk.KIND, record.organisation.slug, risk.reference)
        return format_html('<a href="{}" title="{}">{}</a>', url, risk.title, risk.reference)

    def value_treats(self, record: Treatment) -> str:
        return record.treats.reference

    def render_controls(self, record: Treatment) -> str:
        return ", ".join(in_order(control.reference for control in record.controls.all()))

    def value_controls(self, record: Treatment) -> str:
        return self.render_controls(record)

    def render_due_on(self, record: Treatment) -> str:
        """Lateness is said only of what is still to be done; what is done shows its day."""
        if record.status in UNDER_WAY and record.treats.is_open:
            return str(due(record.due_on, today=self.request.organisation.today()))
        return str(day(record.due_on))

    def value_due_on(self, record: Treatment) -> object:
        return record.due_on


class TreatmentPlanTable(RecordTable):
    number = tables.Column(verbose_name=_("Version"), attrs=WIDE_NOWRAP)
    state = BadgeColumn(STANDING_TONES)
    decided_on = DayColumn(verbose_name=_("Decided on"))
    decided_by = tables.Column(verbose_name=_("Decided by"), order_by=("decided_by__name",), attrs=WIDE)

    class Meta(RecordTable.Meta):
        model = TreatmentPlan
        fields = ("reference", "title", "number", "state", "decided_on", "decided_by", "owner", "review_on")
        sequence = fields
