"""Pages by which evidence comes to any other record, and leaves it: drop, link, take off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from organisations.requests import MemberRequest
from records.models import Record

from .actions import bring, link, unlink
from .checking import Refused
from .lines import line_of, lines_of, list_of
from .models import Evidence
from .views import library

# How many items a page offers to tick; a search finds the others.
OFFERED = 200


def target(request: MemberRequest, reference: str) -> Record:
    """The record to prove; 404 where one may not see it, and for evidence, which proves but is not proved."""
    visible = Record.objects.visible_to(request.user).filter(organisation=request.organisation)
    return get_object_or_404(visible.exclude(kind=Evidence.KIND).select_related("organisation"), reference=reference)


def may_change(request: MemberRequest, record: Record) -> bool:
    return Record.objects.changeable_by(request.user).filter(pk=record.pk).exists()


def changeable(request: MemberRequest, reference: str) -> Record:
    record = target(request, reference)
    if not may_change(request, record):
        raise PermissionDenied
    return record


@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: MemberRequest, reference: str) -> HttpResponse:
    """POST: each file becomes evidence for the record. GET: the lines of its evidence, to refresh them."""
    if request.method != "POST":
        record = target(request, reference)
        context = {"record": record, "may_change": may_change(request, record), **lines_of(request, record)}
        return render(request, "evidence/lines.html", context)
    record = changeable(request, reference)
    received, refusals = take_in(request, record)
    return dropped(request, record, received=received, refusals=refusals)


def take_in(request: MemberRequest, record: Record) -> tuple[list[Evidence], list[str]]:
    """Makes the request's files evidence for the record, each on its own: what came in, and why the others did not."""
    received, refusals = [], []
    for file in request.FILES.getlist("file"):
        try:
            received.append(bring(record, file, by=request.user))
        except Refused as refusal:
            refusals += refusal.messages
    return received, refusals if received or refusals else [_("Choose a file.")]


def dropped(request: MemberRequest, record: Record, *, received: list[Evidence], refusals: list[str]) -> HttpResponse:
    """The answer to a drop: JSON for the script (201, or 422 with `error`), the record's page without one."""
    references = [evidence.reference for evidence in received]
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        if refusals:
            return JsonResponse({"error": " ".join(refusals), "references": references}, status=422)
        return JsonResponse({"references": references}, status=201)
    if references:
        messages.success(request, _("Added as evidence: %(references)s.") % {"references": ", ".join(references)})
    for refusal in refusals:
        messages.error(request, refusal)
    return redirect(evidence_of_record(record))


def evidence_of_record(record: Record) -> str:
    return f"{record.get_absolute_url()}#evidence"


@require_http_methods(["GET", "HEAD", "POST"])
def link_existing(request: MemberRequest, reference: str) -> HttpResponse:
    """Links items that are in the library already."""
    record = changeable(request, reference)
    if request.method == "POST":
        chosen = [pk for pk in request.POST.getlist("evidence") if pk.isdecimal() and len(pk) < 19]
        return linked(request, record, library.visible(request).filter(pk__in=chosen).order_by("pk"))
    found = library.filtered(request).qs.exclude(proofs__record=record).order_by("-received_on", "reference")
    items = list(found[: OFFERED + 1])
    today = request.organisation.today()
    context = {
        "record": record,
        "lines": [line_of(item, today) | {"item": item} for item in items[:OFFERED]],
        "are_more": len(items) > OFFERED,
        "q": request.GET.get("q", ""),
        "crumbs": [
            list_of(record),
            (record.reference, record.get_absolute_url()),
            (_("Link evidence"), None),
        ],
    }
    return render(request, "evidence/link_existing.html", context)


def linked(request: MemberRequest, record: Record, items: Any) -> HttpResponse:
    new = [item.reference for item in items if link(item, record, by=request.user)]
    if new:
        words = ngettext("%(references)s was linked.", "%(references)s were linked.", len(new))
        messages.success(request, words % {"references": ", ".join(new)})
        return redirect(evidence_of_record(record))
    messages.warning(request, _("Nothing was ticked, so nothing was linked."))
    return redirect(request.get_full_path())


@require_POST
def take_off(request: MemberRequest, reference: str, evidence_reference: str) -> HttpResponse:
    """Takes evidence off a record; the item stays in the library."""
    record = changeable(request, reference)
    evidence = library.get(request, evidence_reference)
    unlink(evidence, record, by=request.user)
    words = {"evidence": evidence.reference, "record": record.reference}
    messages.success(request, _("%(evidence)s is no longer evidence for %(record)s. It stays in the library.") % words)
    return redirect(evidence_of_record(record))
