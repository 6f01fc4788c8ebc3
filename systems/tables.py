"""Lists of AI systems and suppliers: on the page what one looks for, in the export every field."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.tables import MID, WIDE, WIDE_NOWRAP, BadgeColumn, DayColumn, DueColumn, RecordTable

from .models import AISystem, Result, RiskClass, Supplier

NUMBER_ON_PHONES = {"th": {"class": "num"}, "td": {"class": "num nowrap"}}


class HiddenColumn(tables.Column):
    """A field for the export only. Lines of a text become parts of one cell."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(visible=False, orderable=False, **extra)

    def value(self, value: Any) -> Any:
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        return "; ".join(value.splitlines()) if isinstance(value, str) else value


class AISystemTable(RecordTable):
    risk_class = BadgeColumn(
        {RiskClass.PROHIBITED: "bad", RiskClass.HIGH: "warn"}, verbose_name=gettext_lazy("EU AI Act class")
    )
    roles = tables.Column(verbose_name=gettext_lazy("Our roles"), accessor="role_words", orderable=False, attrs=MID)
    stage = tables.Column(verbose_name=gettext_lazy("Stage"), attrs=WIDE)
    in_scope = tables.Column(verbose_name=gettext_lazy("In scope"), attrs=WIDE_NOWRAP)
    go_live_on = DayColumn(verbose_name=gettext_lazy("Go-live"))
    purpose = HiddenColumn()
    act_role = HiddenColumn()
    class_reason = HiddenColumn()
    system_version = HiddenColumn()
    technical_owner = HiddenColumn()
    main_supplier = HiddenColumn(accessor="main_supplier__title", verbose_name=gettext_lazy("Supplier"))
    suppliers = HiddenColumn()
    model = HiddenColumn()
    data_categories = HiddenColumn()
    personal_data = HiddenColumn()
    users = HiddenColumn()
    affected = HiddenColumn()
    people_affected = HiddenColumn()
    autonomy = HiddenColumn()
    oversight = HiddenColumn()
    scope_reason = HiddenColumn()
    retired_on = HiddenColumn()
    retired_because = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = AISystem
        fields: tuple[str, ...] = (
            *("reference", "title", "risk_class", "roles", "stage", "in_scope", "owner", "go_live_on", "review_on"),
            *("purpose", "act_role", "class_reason", "system_version", "technical_owner", "main_supplier"),
            *("suppliers", "model", "data_categories", "personal_data", "users", "affected", "people_affected"),
            *("autonomy", "oversight", "scope_reason", "retired_on", "retired_because"),
        )
        sequence: tuple[str, ...] = fields

    def render_in_scope(self, value: bool, record: AISystem) -> Any:
        if record.is_retired:
            return _("Retired")
        return _("Yes") if value else _("No")

    def value_in_scope(self, value: bool, record: AISystem) -> str:
        return str(self.render_in_scope(value, record))

    def value_suppliers(self, record: AISystem) -> str:
        return "; ".join(sorted(supplier.title for supplier in record.suppliers.all()))


class SupplierTable(RecordTable):
    service = tables.Column(attrs=WIDE)
    criticality = tables.Column(attrs=WIDE)
    result = BadgeColumn({Result.REJECTED: "bad", Result.CONDITIONS: "warn"}, attrs=WIDE)
    assessed_on = DayColumn()
    review_on = DueColumn(verbose_name=gettext_lazy("Review"), attrs=NUMBER_ON_PHONES)
    open_conditions = HiddenColumn()
    conditions_due_on = HiddenColumn()
    contract_ai_clauses = HiddenColumn()
    contract_clauses = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = Supplier
        fields = (
            *("reference", "title", "service", "criticality", "result", "assessed_on", "owner", "review_on"),
            *("open_conditions", "conditions_due_on", "contract_ai_clauses", "contract_clauses"),
        )
        sequence = fields

    def value_contract_clauses(self, record: Supplier) -> str:
        return "; ".join(str(one["label"]) for one in record.clause_list if one["is_there"])
