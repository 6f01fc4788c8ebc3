"""The 5 × 5 map of open risks; each cell opens the list of what lies in it (ISO 42001 6.1.2, 8.2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organisations.requests import MemberRequest
from records.views import chip
from risks.criteria.in_force import bands, criteria_in_force
from risks.linking import addresses_for
from risks.models import Phase, Process
from risks.register.views import open_risks, risk_views, tabs
from risks.scoring.picker import map_of


@require_safe
def map_page(request: MemberRequest) -> HttpResponse:
    """Tabs choose the phase, chips the process; both stand in the address, what makes no sense chooses nothing."""
    phase = one_of(request.GET.get("phase"), Phase, Phase.RESIDUAL)
    process = one_of(request.GET.get("process"), Process, None)
    criteria = criteria_in_force(request.organisation)
    listing = risk_views.list_url(request)

    def address(**filters: Any) -> str:
        always = {"process": process.value} if process else {}
        return f"{listing}?{urlencode({'status': 'open', **always, **filters})}"

    risks = open_risks(request)
    risks = risks.filter(process=process) if process else risks
    context = {
        "crumbs": [(capfirst(risk_views.words), listing), (_("Map"), None)],
        "tabs": tabs(request, "map"),
        "phases": [choice(one, phase, process=process) for one in Phase],
        "chips": [chip(request, one.label, {"process": one.value}) for one in Process],
        "map": map_of(risks, criteria, phase, address) if criteria else None,
        "phase": phase,
        "bands": bands(criteria) if criteria else [],
        "criteria": criteria,
        "criteria_url": addresses_for(request.user, [criteria]).get(criteria.pk, "") if criteria else "",
        "unscored_url": address(phase=phase.value, scored="no"),
        "elsewhere_url": address(phase=phase.value, scale=other_size(criteria.size)) if criteria else "",
    }
    return render(request, "risks/map.html", context)


def one_of(value: str | None, choices: Any, default: Any) -> Any:
    return choices(value) if value in choices.values else default


def other_size(size: int) -> int:
    return 3 if size == 5 else 5


def choice(one: Phase, current: Phase, *, process: Process | None) -> dict[str, Any]:
    query = {"phase": one.value} | ({"process": process.value} if process else {})
    return {"label": one.label, "url": f"?{urlencode(query)}", "current": one == current, "count": None}


def urls() -> list[URLPattern]:
    return [path("risks/map/", map_page, name="risk-map")]
