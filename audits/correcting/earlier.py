"""Whether it happened before: closed corrective actions for the same clause, risk or incident (10.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from audits.models import CorrectiveAction, Finding
from organisations.models import Organisation, User
from risks.models import Concern, Incident

MOST = 10


def earlier_ones(
    user: User,
    organisation: Organisation,
    *,
    finding: Finding | None = None,
    incidents: Iterable[Incident] = (),
    concerns: Iterable[Concern] = (),
    but: int | None = None,
) -> list[CorrectiveAction]:
    """Closed ones this person sees, the newest first, about the same requirement or the same risk."""
    incidents, concerns = list(incidents), list(concerns)
    same = Q(pk__in=[])
    if finding:
        same |= Q(remedies__requirement=finding.requirement_id)
    if incidents:
        same |= Q(incidents__in=incidents) | Q(incidents__risks__incidents__in=incidents)
    if concerns:
        same |= Q(concerns__in=concerns) | Q(concerns__risks__concerns__in=concerns)
    if not (finding or incidents or concerns):
        return []
    seen: Any = CorrectiveAction.objects.visible_to(user).of(organisation)
    # The conditions run over lists, so that one row may come more than once.
    alike = CorrectiveAction.objects.closed().filter(same).exclude(pk=but or 0).values("pk")
    return list(seen.filter(pk__in=alike).select_related("organisation").order_by("-closed_on", "-pk")[:MOST])
