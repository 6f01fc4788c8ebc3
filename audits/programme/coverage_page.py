"""The coverage matrix of a programme, on the page and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organisations.requests import MemberRequest
from records.export import exported

from .coverage import MARKS, Coverage, coverage_of, words
from .pages import pages


@require_safe
def coverage(request: MemberRequest, reference: str) -> HttpResponse:
    """Clauses, controls and AI systems × audits; what was never audited is listed and counted."""
    programme = pages.get(request, reference)
    found = coverage_of(programme, seen_by=request.user)
    never = found.never
    parts = [
        ("clauses", _("Clauses 4 to 10"), found.clauses),
        ("controls", _("Annex A"), found.controls),
        ("systems", _("AI systems in scope"), found.systems),
    ]
    context = {
        "record": programme,
        "views": pages,
        "coverage": found,
        "parts": [
            {"id": key, "title": title, "rows": rows, "never": never[key], "audited": len(rows) - len(never[key])}
            for key, title, rows in parts
        ],
        "figures": [
            {"value": len(rows) - len(never[key]), "of": len(rows), "label": f"{title}: {_('audited')}"}
            for key, title, rows in parts
        ],
        "legend": [{"state": MARKS[key], "word": word} for key, word in words().items()],
        "crumbs": [
            (capfirst(pages.words), pages.list_url(request)),
            (programme.reference, programme.get_absolute_url()),
            (_("Coverage"), None),
        ],
    }
    return render(request, "audits/coverage.html", context)


@require_safe
def coverage_file(request: MemberRequest, reference: str, file_format: str) -> HttpResponseBase:
    programme = pages.get(request, reference)
    found = coverage_of(programme, seen_by=request.user)
    name = f"{request.organisation.slug}-{programme.reference}-coverage"
    return exported(rows_of(found), name=name, file_format=file_format)


def rows_of(found: Coverage) -> Iterator[list[Any]]:
    yield [_("Number"), _("Title"), _("Audited"), *(f"{audit.reference} {audit.title}" for audit in found.audits)]
    for row in [*found.clauses, *found.controls, *found.systems]:
        number = getattr(row.subject, "number", None) or row.subject.reference
        yield [number, row.subject.title, row.times, *(cell.word for cell in row.cells)]
