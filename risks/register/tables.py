"""The list of risks: on the page what one looks for, in the export every field."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from records.tables import MID, WIDE, WIDE_NOWRAP, DueColumn, RecordTable
from records.templatetags.components import level
from risks.models import Affected, Level, Risk
from systems.tables import NUMBER_ON_PHONES, HiddenColumn


class LevelColumn(tables.Column):
    """A score as the swatch of its level; exported as the number. `level` names the column that holds it."""

    def __init__(self, level: str, **extra: Any) -> None:
        super().__init__(**extra)
        self.level = level

    def render(self, value: int, record: Any) -> str:
        name = getattr(record, self.level)
        return str(level(name, Level(name).label, value))

    def value(self, value: int) -> int:
        return value

    def order(self, queryset: QuerySet[Any], is_descending: bool) -> tuple[QuerySet[Any], bool]:
        """What is not scored stands last."""
        score = F(str(self.accessor))
        by_score = score.desc(nulls_last=True) if is_descending else score.asc(nulls_last=True)
        return queryset.order_by(by_score, "pk"), True


class RiskTable(RecordTable):
    system = tables.Column(
        verbose_name=_("AI system"), accessor="system__title", order_by=("system__title", "pk"), attrs=WIDE
    )
    inherent_score = LevelColumn("inherent_level", verbose_name=_("Inherent"), attrs=MID)
    score = LevelColumn("level", verbose_name=_("Rating"))
    owner = tables.Column(order_by=("owner__name",), attrs=WIDE_NOWRAP)
    review_on = DueColumn(verbose_name=_("Review"), attrs=NUMBER_ON_PHONES)
    process = HiddenColumn()
    level = HiddenColumn(verbose_name=_("Level"))
    trigger = HiddenColumn()
    category = HiddenColumn()
    cause = HiddenColumn()
    event = HiddenColumn()
    consequence = HiddenColumn()
    source = HiddenColumn()
    affects = HiddenColumn()
    stage = HiddenColumn()
    existing_controls = HiddenColumn()
    identified_on = HiddenColumn()
    option = HiddenColumn()
    parent = HiddenColumn(accessor="parent__reference")
    inherent_level = HiddenColumn(verbose_name=_("Inherent level"))
    current_score = HiddenColumn(verbose_name=_("Current"))
    current_level = HiddenColumn(verbose_name=_("Current level"))
    target_score = HiddenColumn(verbose_name=_("Target"))
    target_level = HiddenColumn(verbose_name=_("Target level"))
    residual_score = HiddenColumn(verbose_name=_("Residual"))
    residual_level = HiddenColumn(verbose_name=_("Residual level"))
    closed_on = HiddenColumn()
    closed_because = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = Risk
        fields = (
            *("reference", "title", "system", "inherent_score", "score", "owner", "review_on"),
            *("process", "level", "trigger", "category", "cause", "event", "consequence", "source", "affects", "stage"),
            *("existing_controls", "identified_on", "option", "parent", "inherent_level", "current_score"),
            *("current_level", "target_score", "target_level", "residual_score", "residual_level"),
            *("closed_on", "closed_because"),
        )
        sequence = fields

    def value_level(self, value: str) -> str:
        return str(Level(value).label) if value else ""

    def value_affects(self, value: list[str]) -> str:
        return "; ".join(str(Affected(one).label) for one in value)
