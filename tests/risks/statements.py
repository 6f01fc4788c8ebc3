"""What tests of the Statement of Applicability stand on."""

from __future__ import annotations

from typing import Any

from clauses.models import Position
from organisations.models import Membership


def decide_all(organisation: Any, **fields: Any) -> None:
    """Every control applies, with a reason and a basis."""
    decided = {"applicable": True, "justification": "A law asks for it", "basis": ["legal"], "status": "implemented"}
    Position.objects.of(organisation).controls().update(**decided | fields)


def set_control(organisation: Any, reference: str, **fields: Any) -> Position:
    """Changes one control past every form."""
    control = Position.objects.select_related("organisation").get(organisation=organisation, reference=reference)
    Position.objects.filter(pk=control.pk).update(**fields)
    control.refresh_from_db(fields=list(fields))
    return control


def designate(organisation: Any, user: Any) -> None:
    """Gives somebody the authority of designated management."""
    Membership.objects.filter(organisation=organisation, user=user).update(authority="designated")
