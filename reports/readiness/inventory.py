"""AI systems by what the organisation is to them and by the class of the EU AI Act."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q

from organisations.models import Organisation
from reports.due import record_url
from systems.models import AIRole, AISystem, RiskClass

from .result import Inventory, System, Tally

COUNTED = ("roles", "risk_class", "in_scope")


def inventory_of(organisation: Organisation, user: Any, *, named: bool) -> Inventory:
    """Counts systems in use and in scope; a system has several roles, so roles add up to more.

    One query, whose answer does not grow with the inventory; a second lists the systems where they are to be `named`.
    """
    found = AISystem.objects.visible_to(user).of(organisation)
    alike = list(found.order_by().values(*COUNTED, is_retired=Q(retired_on__isnull=False)).annotate(many=Count("pk")))
    in_use = [group for group in alike if not group["is_retired"]]
    scope = [group for group in in_use if group["in_scope"]]
    return Inventory(
        in_scope=many(scope),
        out_of_scope=many(in_use) - many(scope),
        retired=many(alike) - many(in_use),
        by_role=tuple(Tally(r.value, str(r.label), many(g for g in scope if r in g["roles"])) for r in AIRole),
        by_class=tuple(Tally(c.value, str(c.label), many(g for g in scope if g["risk_class"] == c)) for c in RiskClass),
        systems=tuple(system_of(one, organisation) for one in listed(found)) if named else (),
    )


def many(groups: Iterable[dict[str, Any]]) -> int:
    return sum(group["many"] for group in groups)


def listed(systems: Any) -> Any:
    return systems.filter(retired_on=None, in_scope=True).select_related("owner").order_by("reference")


def system_of(system: AISystem, organisation: Organisation) -> System:
    return System(
        reference=system.reference,
        title=system.title,
        roles=", ".join(str(AIRole(role).label) for role in system.roles),
        risk_class=str(system.get_risk_class_display()),
        stage=str(system.get_stage_display()),
        owner=system.owner.name if system.owner else "",
        url=record_url(organisation, AISystem.KIND, system.reference),
    )
