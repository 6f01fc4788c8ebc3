"""AI systems by what the organisation is to them and by the class of the EU AI Act."""

from __future__ import annotations

from typing import Any

from organisations.models import Organisation
from reports.due import record_url
from systems.models import AIRole, AISystem, RiskClass

from .result import Inventory, System, Tally

COUNTED = ("roles", "risk_class", "in_scope", "retired_on")


def inventory_of(organisation: Organisation, user: Any, *, named: bool) -> Inventory:
    """Counts systems in use and in scope; a system has several roles, so roles add up to more. One query.

    Only where they are to be `named` are the systems listed.
    """
    found = AISystem.objects.visible_to(user).of(organisation)
    everything = list(found.select_related("owner").order_by("reference") if named else found.only(*COUNTED))
    in_use = [system for system in everything if not system.is_retired]
    scope = [system for system in in_use if system.in_scope]
    return Inventory(
        in_scope=len(scope),
        out_of_scope=len(in_use) - len(scope),
        retired=len(everything) - len(in_use),
        by_role=tuple(Tally(role.value, str(role.label), sum(role in s.roles for s in scope)) for role in AIRole),
        by_class=tuple(Tally(c.value, str(c.label), sum(s.risk_class == c for s in scope)) for c in RiskClass),
        systems=tuple(system_of(system, organisation) for system in scope) if named else (),
    )


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
