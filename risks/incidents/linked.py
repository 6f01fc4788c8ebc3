"""Risks named on the pages of other records, as far as one may see them."""

from __future__ import annotations

from typing import Any

from organisations.requests import MemberRequest
from risks.models import Risk
from systems.models import AISystem


def risks_of(request: MemberRequest, record: Any) -> list[dict[str, Any]]:
    """Reference, title, level and address of the risks that a record is linked with."""
    seen = Risk.objects.visible_to(request.user).of(request.organisation).filter(pk__in=record.risks.values("pk"))
    return [
        {"reference": one.reference, "title": one.title, "owner": one.owner, "url": one.get_absolute_url()}
        for one in seen.select_related("organisation", "owner").order_by("reference")
    ]


def system_of(request: MemberRequest, record: Any) -> dict[str, str] | None:
    """Name of the AI system a record is about, with its address for those who may see it."""
    system = record.system
    if system is None:
        return None
    is_seen = AISystem.objects.visible_to(request.user).filter(pk=system.pk).exists()
    system.organisation = record.organisation
    return {"name": str(system), "url": system.get_absolute_url() if is_seen else ""}
