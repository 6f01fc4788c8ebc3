"""Parts of risks that their page shows: `{% acceptance_panel record %}`, `{% treatments_panel record %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from organisations.authority import Authority
from organisations.roles import CHANGE_RECORDS
from risks.models import Risk, Treatment
from risks.register.views import risk_views
from risks.treatment.accepting import may_withdraw, needed_for, obstacle, refusal, residual_of, standing_of
from risks.treatment.treating import is_ready_for_residual_score

register = template.Library()


@register.inclusion_tag("risks/acceptance.html", takes_context=True)
def acceptance_panel(context: dict[str, Any], record: Risk) -> dict[str, Any]:
    """Whether the residual risk is accepted, what became of earlier decisions, and what this person may do about it."""
    request, today = context["request"], context["request"].organisation.today()
    decisions = record.acceptances.select_related("accepted_by", "assessment__criteria", "risk__system")
    told = [(one, *standing_of(one, today)) for one in decisions]
    standing = next((one for one, stands, _words in told if stands), None)
    score = residual_of(record)
    blocked, why_not = obstacle(record, score), refusal(record, request.user, score)
    asks = not standing and not blocked and risk_views.may_change(request, record)
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "record": record,
        "standing": standing,
        "words": next((words for _one, stands, words in told if stands), ""),
        "authority": Authority(standing.authority).label if standing and standing.authority else "",
        "earlier": [{"acceptance": one, "words": words} for one, stands, words in told if not stands],
        "asked_of": record.acceptance_asked_of,
        "obstacle": blocked,
        "needed": needed_for(score).label,
        "why_not": why_not if asks else "",
        "may_accept": not blocked and not why_not,
        "may_ask": asks,
        "may_withdraw": bool(standing and may_withdraw(standing, request.user, record)),
        **{f"{name}_url": record.url(page) for name, page in PAGES.items()},
    }


PAGES = {"accept": "accept", "ask": "ask-acceptance", "withdraw": "withdraw-acceptance"}


@register.inclusion_tag("risks/treatments.html", takes_context=True)
def treatments_panel(context: dict[str, Any], record: Risk, may_change: bool = False) -> dict[str, Any]:
    """The lines of treatment of a risk that this person may see; who may add one gets there from here."""
    request = context["request"]
    lines = Treatment.objects.visible_to(request.user).filter(treats=record).select_related("owner", "organisation")
    lines = lines.prefetch_related("controls")
    new = reverse("treatment-new", kwargs={"organisation": request.organisation.slug})
    adds = may_change and record.is_open and CHANGE_RECORDS in request.permissions
    return {
        "lines": lines.order_by("due_on", "reference"),
        "today": request.organisation.today(),
        "add_url": f"{new}?treats={record.pk}" if adds else "",
        "is_ready": record.is_open and is_ready_for_residual_score(record),
    }
