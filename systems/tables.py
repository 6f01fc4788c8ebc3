"""Lists of AI systems and suppliers."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from records.tables import MID, WIDE, WIDE_NOWRAP, BadgeColumn, DayColumn, RecordTable

from .models import AIRole, AISystem, Criticality, Result, RiskClass, Supplier


class AISystemTable(RecordTable):
    risk_class = BadgeColumn({RiskClass.PROHIBITED: "bad", RiskClass.HIGH: "warn"}, verbose_name=_("EU AI Act class"))
    roles = tables.Column(verbose_name=_("Our roles"), orderable=False, attrs=MID)
    stage = tables.Column(verbose_name=_("Stage"), attrs=WIDE)
    in_scope = tables.Column(verbose_name=_("In scope"), attrs=WIDE_NOWRAP)
    go_live_on = DayColumn(verbose_name=_("Go-live"))

    class Meta(RecordTable.Meta):
        model = AISystem
        fields = ("reference", "title", "risk_class", "roles", "stage", "in_scope", "owner", "go_live_on", "review_on")
        sequence = fields

    def render_roles(self, value: list[str]) -> str:
        return ", ".join(str(AIRole(role).label) for role in value)

    def value_roles(self, value: list[str]) -> str:
        return self.render_roles(value)

    def render_in_scope(self, value: bool, record: AISystem) -> Any:
        if record.is_retired:
            return _("Retired")
        return _("Yes") if value else _("No")

    def value_in_scope(self, value: bool, record: AISystem) -> str:
        return str(self.render_in_scope(value, record))


class SupplierTable(RecordTable):
    service = tables.Column(attrs=WIDE)
    criticality = BadgeColumn({Criticality.HIGH: "warn"}, attrs=WIDE)
    result = BadgeColumn({Result.REJECTED: "bad", Result.CONDITIONS: "warn"}, attrs=WIDE)
    assessed_on = DayColumn()

    class Meta(RecordTable.Meta):
        model = Supplier
        fields = ("reference", "title", "service", "criticality", "result", "assessed_on", "owner", "review_on")
        sequence = fields
