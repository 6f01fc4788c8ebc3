"""The page of the starter catalogue: what can be taken into the register."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organisations.requests import MemberRequest
from records.views import chip
from risks.models import Category, Process
from risks.register.starter import Entry, entries
from risks.register.views import risk_views, tabs


@require_safe
def catalogue_page(request: MemberRequest) -> HttpResponse:
    """All entries by category; `category`, `process` and `q` in the address leave out the others."""
    category, process = request.GET.get("category", ""), request.GET.get("process", "")
    words = request.GET.get("q", "").casefold().split()[:8]
    found = [entry for entry in entries() if fits(entry, category, process, words)]
    kwargs = {"organisation": request.organisation.slug}
    context = {
        "crumbs": [(capfirst(risk_views.words), risk_views.list_url(request)), (_("Starter catalogue"), None)],
        "tabs": tabs(request, "catalogue"),
        "groups": groups(found),
        "count": len(found),
        "may_create": risk_views.may_create(request),
        "new_url": reverse("risk-new", kwargs=kwargs),
        "categories": Category.choices,
        "category": category,
        "q": request.GET.get("q", ""),
        "chips": [chip(request, one.label, {"process": one.value}) for one in Process],
        "process": process,
    }
    return render(request, "risks/catalogue.html", context)


def fits(entry: Entry, category: str, process: str, words: list[str]) -> bool:
    if (category in Category.values and entry.category != category) or (
        process in Process.values and entry.process != process
    ):
        return False
    text = f"{entry.title} {entry.cause} {entry.event} {entry.consequence}".casefold()
    return all(word in text for word in words)


def groups(found: list[Entry]) -> list[dict[str, Any]]:
    by_category = {category: [entry for entry in found if entry.category == category] for category in Category}
    return [{"category": category, "entries": rows} for category, rows in by_category.items() if rows]


def urls() -> list[URLPattern]:
    return [path("risks/catalogue/", catalogue_page, name="risk-catalogue")]
