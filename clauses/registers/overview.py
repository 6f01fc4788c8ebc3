"""The page of all registers, in the order of the standard."""

from __future__ import annotations

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
    found = Requirement.objects.filter(number__in=by_clause).order_by("order")
    parts = [
        {
            "title": f"{requirement.number} {requirement.title}",
            "anchor": f"clause-{requirement.number.replace('.', '-')}",
            "url": reverse("position-detail", args=[request.organisation.slug, requirement.number]),
            "link_text": _("Clause %(number)s") % {"number": requirement.number},
            "registers": by_clause[requirement.number],
        }
        for requirement in found
    ]
    return render(request, "clauses/register_list.html", {"parts": parts, "crumbs": [(_("Registers"), None)]})
