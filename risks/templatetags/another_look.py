"""Parts of risks and impact that the page of an AI system shows."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from organisations.roles import CHANGE_RECORDS
from risks.changes.another_look import looks_of
from risks.golive.gate import decides
from risks.linking import page_of
from risks.models import GoLive
from systems.models import AISystem

register = template.Library()


@register.inclusion_tag("risks/another_look.html", takes_context=True)
def another_look(context: dict[str, Any], system: AISystem) -> dict[str, Any]:
    """Why a system needs another look, with what is concerned; nothing where it needs none."""
    request = context["request"]
    looks = looks_of(system, user=request.user, on=request.organisation.today())
    is_officer = CHANGE_RECORDS in request.permissions
    starts = bool(looks.trigger) and is_officer
    begins = looks.is_unassessed and not looks.draft and is_officer
    return {
        "looks": looks,
        "csrf_token": context.get("csrf_token"),
        "start_url": address("ai-system-next-assessment", request, system) if starts else "",
        "new_url": page_of("impact-assessment-new", request.organisation, system=system.pk) if begins else "",
    }


@register.inclusion_tag("risks/go_lives.html", takes_context=True)
def go_lives(context: dict[str, Any], system: AISystem) -> dict[str, Any]:
    """The decisions to let it go live, and the way to the gate."""
    request = context["request"]
    found = GoLive.objects.visible_to(request.user).filter(system=system).select_related("decided_by", "organisation")
    takes = not system.is_retired and decides(request.user, request.organisation)
    return {
        "system": system,
        "decisions": found.order_by("-decided_on", "-pk"),
        "gate_url": "" if system.is_retired else address("ai-system-go-live", request, system),
        "gate_text": _("Take it live") if takes else _("What is needed"),
    }


def address(name: str, request: Any, system: AISystem) -> str:
    return reverse(name, kwargs={"organisation": request.organisation.slug, "reference": system.reference})
