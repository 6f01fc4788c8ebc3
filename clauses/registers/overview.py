"""The page of all registers, each once, in the order of the standard."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clauses.models import Requirement
from organisations.requests import MemberRequest
from records.registers import registers_by_clause


@require_safe
def register_list(request: MemberRequest) -> HttpResponse:
    by_clause = registers_by_clause(request)
    rows: dict[str, dict[str, Any]] = {}
    for requirement in Requirement.objects.filter(number__in=by_clause).order_by("order"):
        address = reverse("position-detail", args=[request.organisation.slug, requirement.number])
        clause = {"number": requirement.number, "title": requirement.title, "url": address}
        for register in by_clause[requirement.number]:
            rows.setdefault(register.kind, {"register": register, "clauses": []})["clauses"].append(clause)
    context = {"rows": list(rows.values()), "crumbs": [(_("Registers"), None)]}
    return render(request, "clauses/register_list.html", context)
