"""The list of AI systems with the last impact assessment of each, which this floor knows (ISO 42001 6.1.4)."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from organisations.requests import MemberRequest
from records.approvable import SETTLED
from records.tables import DayColumn
from systems.tables import AISystemTable
from systems.views import AISystemViews

from .models import ImpactAssessment


class InventoryTable(AISystemTable):
    assessed_on = DayColumn(verbose_name=_("Last impact assessment"), orderable=False)

    class Meta(AISystemTable.Meta):
        fields = (*AISystemTable.Meta.fields, "assessed_on")
        sequence = (*AISystemTable.Meta.fields[:6], "assessed_on", *AISystemTable.Meta.fields[6:])


class InventoryViews(AISystemViews):
    table_class = InventoryTable

    def visible(self, request: MemberRequest) -> Any:
        seen = ImpactAssessment.objects.visible_to(request.user).filter(system=OuterRef("pk"), state__in=SETTLED)
        newest = Subquery(seen.order_by().values("system").values(newest=Max("decided_on")))
        return super().visible(request).annotate(assessed_on=newest)
