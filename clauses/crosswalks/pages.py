"""Pages that are read: the frameworks, the coverage of one, one of its requirements, and the coverage as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clauses.models import OtherFramework, OtherRequirement, Strength
from organisations.access import needs
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS, REQUEST_REPORTS, VIEW_RECORDS
from records.export import exported
from records.views import page_of

from .coverage import Coverage, Found, Line, Through, coverage_of, tallies, words_of
from .lines import Drawing

# Every framework of the catalogue stands on one page.
ROWS = 150
TONES = {Found.EVIDENCE: "info", Found.NO_EVIDENCE: "warn", Found.NOT_COVERED: "none"}


def visible(request: MemberRequest) -> Any:
    found: Any = OtherFramework.objects.visible_to(request.user)
    return found.of(request.organisation)


def framework_of(request: MemberRequest, code: str) -> OtherFramework:
    found: OtherFramework = get_object_or_404(visible(request), code=code)
    return found


def found_for(request: MemberRequest, framework: OtherFramework) -> Coverage:
    return coverage_of(framework, request.organisation, seen_by=request.user, on=request.organisation.today())


def may_change(request: MemberRequest) -> bool:
    return CHANGE_RECORDS in request.permissions


def list_url(request: MemberRequest) -> str:
    return reverse("framework-list", kwargs={"organisation": request.organisation.slug})


def crumbs(request: MemberRequest, *more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    return [(_("Crosswalks"), list_url(request) if more else None), *more]


@require_safe
@needs(VIEW_RECORDS)
def framework_list(request: MemberRequest) -> HttpResponse:
    """Every framework with how many of its requirements have related evidence; retired ones apart."""
    counts = tallies(request.organisation, seen_by=request.user, on=request.organisation.today())
    none = {one.value: 0 for one in Found} | {"of": 0, "mappings": 0, "own": 0}
    rows = [row_of(request, one, counts.get(one.pk, none)) for one in visible(request)]
    context = {
        "rows": [row for row in rows if not row["framework"].retired_on],
        "retired": [row for row in rows if row["framework"].retired_on],
        "may_change": may_change(request),
        "crumbs": crumbs(request),
    }
    return render(request, "clauses/crosswalks/framework_list.html", context)


def row_of(request: MemberRequest, framework: OtherFramework, counts: dict[str, int]) -> dict[str, Any]:
    url = framework.address(request.organisation)
    return {"framework": framework, "url": url, "counts": counts}


@require_safe
@needs(VIEW_RECORDS)
def coverage_page(request: MemberRequest, framework: str) -> HttpResponse:
    """Each requirement of one framework with what the AIMS already has; `state`, `strength`, `weak`, `q` narrow it."""
    one = framework_of(request, framework)
    found = found_for(request, one)
    asked = Asked(request.GET)
    drawing = Drawing(request.organisation)
    page = page_of(request, asked.of(found.lines), ROWS)
    here = one.address(request.organisation)
    lines = [drawn(here, line, asked, drawing) for line in page.object_list]
    context = {
        "framework": one,
        "counts": found.counts,
        "figures": figures_of(found.counts),
        "chips": [*chips_of(request, found), switch(request)],
        "exports": exports(request, one),
        "groups": [
            {"heading": heading, "lines": list(group)}
            for heading, group in groupby(lines, key=lambda line: line["heading"])
        ],
        "page": page,
        "total": len(found.lines),
        "q": request.GET.get("q", ""),
        **own_addresses(request, one),
        "key": uuid4(),
        "may_ask": REQUEST_REPORTS in request.permissions,
        "crumbs": crumbs(request, (one.name, None)),
    }
    return render(request, "clauses/crosswalks/coverage.html", context)


def own_addresses(request: MemberRequest, framework: OtherFramework) -> dict[str, Any]:
    """Where an own framework is changed and retired, for who may."""
    if not (framework.is_own and may_change(request)):
        return {"may_change": False}
    pages = {name: framework.address(request.organisation, f"framework-{name}") for name in ("edit", "retire")}
    return {"may_change": True, "edit_url": pages["edit"], "retire_url": pages["retire"]}


class Asked:
    """What a reader asks for; a value that makes no sense asks for nothing."""

    def __init__(self, query: Any) -> None:
        self.state = query.get("state") if query.get("state") in set(Found) else ""
        self.strength = query.get("strength") if query.get("strength") in Strength.values else ""
        self.shows_weak = bool(query.get("weak"))
        self.words = [word.casefold() for word in query.get("q", "")[:200].split()]

    def of(self, lines: Iterable[Line]) -> list[Line]:
        return [line for line in lines if self.fits(line)]

    def fits(self, line: Line) -> bool:
        if self.state and line.found != self.state:
            return False
        if self.strength and not self.shown(line):
            return False
        if not self.words:
            return True
        named = [one.served.requirement for one in self.shown(line)]
        text = " ".join([str(line.requirement), *map(str, named)]).casefold()
        return all(word in text for word in self.words)

    def shown(self, line: Line) -> list[Through]:
        """The mappings to show: strong and moderate, weak ones where they are asked for, or those of one strength."""
        if self.strength:
            return [one for one in line.through if one.mapping.strength == self.strength]
        return line.through if self.shows_weak else line.claimed


def drawn(here: str, line: Line, asked: Asked, drawing: Drawing) -> dict[str, Any]:
    """One row; `here` is the address of the page."""
    hides = not asked.strength and not asked.shows_weak
    return {
        "requirement": line.requirement,
        "heading": heading_of(line.requirement),
        "url": f"{here}requirements/{line.requirement.pk}/",
        "word": words_of(line.found),
        "tone": TONES[line.found],
        "through": drawing.lines(asked.shown(line)),
        "hidden": len(line.weak) if hides else 0,
    }


def heading_of(requirement: OtherRequirement) -> str:
    """What it stands under, where that is a heading."""
    parent = requirement.parent
    return str(parent) if parent and not parent.is_assessable else ""


def figures_of(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Each count opens its list."""
    return [
        {"value": counts[one], "of": counts["of"], "label": words_of(one), "url": f"?state={one.value}"}
        for one in Found
    ]


def chips_of(request: MemberRequest, found: Coverage) -> list[dict[str, Any]]:
    counted = {
        one: sum(any(each.mapping.strength == one for each in line.through) for line in found.lines) for one in Strength
    }
    states = [(words_of(one), {"state": one.value}, found.counts[one]) for one in Found]
    strengths = [(str(one.label), {"strength": one.value}, counted[one]) for one in Strength]
    return [chip(request, label, params, count) for label, params, count in [*states, *strengths]]


def chip(request: MemberRequest, label: str, params: dict[str, str], count: int | None = None) -> dict[str, Any]:
    """A filter that is put on, or off where it is on."""
    query = {key: value for key, value in request.GET.items() if key not in {*params, "page"}}
    on = all(request.GET.get(key) == value for key, value in params.items())
    return {"label": label, "url": "?" + urlencode(query if on else query | params), "on": on, "count": count}


def switch(request: MemberRequest) -> dict[str, Any]:
    return chip(request, _("Show weak relations"), {"weak": "1"})


def exports(request: MemberRequest, framework: OtherFramework) -> list[dict[str, str]]:
    labels = {"csv": _("CSV"), "xlsx": _("Excel")}
    return [
        {"label": label, "url": framework.address(request.organisation, "framework-coverage-file", file_format=kind)}
        for kind, label in labels.items()
    ]


@require_safe
@needs(VIEW_RECORDS)
def coverage_file(request: MemberRequest, framework: str, file_format: str) -> HttpResponseBase:
    """The whole coverage, a row for each mapping, weak ones too and called so; a requirement without one has a row."""
    one = framework_of(request, framework)
    name = f"{request.organisation.slug}-{one.code}-coverage"
    return exported(rows_of(found_for(request, one)), name=name, file_format=file_format)


def rows_of(found: Coverage) -> Iterator[list[Any]]:
    yield [
        *(_("Requirement"), _("Title"), _("Under"), _("State"), _("ISO/IEC 42001"), _("Title there"), _("Relation")),
        *(_("Strength"), _("Verdict there"), _("Valid evidence"), _("Evidence"), _("Basis"), _("Own")),
    ]
    for line in found.lines:
        row = line.requirement
        head = [row.ref, row.title, heading_of(row), words_of(line.found)]
        if not line.through:
            yield [*head, *[""] * 9]
        for one in line.through:
            yield [*head, *cells_of(one)]


def cells_of(one: Through) -> list[Any]:
    mapping, served = one.mapping, one.served
    return [
        served.requirement.number,
        served.requirement.title,
        mapping.get_relationship_display(),
        mapping.get_strength_display(),
        served.words,
        served.count,
        ", ".join(served.evidence),
        mapping.basis,
        _("Yes") if mapping.is_own else "",
    ]
