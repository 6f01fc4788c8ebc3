"""The evidence library, downloads, and dropping evidence onto any record."""

import logging
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from organisations.requests import MemberRequest
from records.forms import RecordForm
from records.models import Record
from records.views import RecordViews

from .actions import add_version, link, receive, unlink
from .checking import Refused
from .filters import EvidenceFilter
from .forms import EvidenceForm, NewEvidenceForm, VersionForm
from .lines import lines_of
from .models import Evidence, EvidenceVersion, State
from .storing import Altered, opened
from .tables import TONES, EvidenceTable

logger = logging.getLogger(__name__)


class EvidenceViews(RecordViews):
    model, form_class, table_class, filter_class = Evidence, EvidenceForm, EvidenceTable, EvidenceFilter
    path = "evidence"
    lead = gettext_lazy("One library for everything that proves something. A file is kept once and linked to many.")
    prefetched = ("versions", "proofs__record")
    contributors_create = True
    chips = (
        (gettext_lazy("Expired"), {"state": State.EXPIRED.value}),
        (gettext_lazy("Expiring"), {"state": State.EXPIRING.value}),
        (gettext_lazy("File absent"), {"state": State.ABSENT.value}),
    )

    def form(self, request: MemberRequest, record: Any) -> RecordForm:
        if record:
            return super().form(request, record)
        data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        initial = {"proves": request.GET.get("proves", "")}
        return NewEvidenceForm(data, files, initial=initial, organisation=request.organisation, user=request.user)

    def extra_context(self, request: MemberRequest, record: Evidence) -> dict[str, Any]:
        state = record.state(request.organisation.today())
        linked = Record.objects.visible_to(request.user).filter(proved_by__evidence=record)
        return {
            "state": state,
            "tone": TONES[state] or "good",
            "versions": record.versions.select_related("added_by"),
            "linked": linked.select_related("organisation").order_by("kind", "reference"),
            "version_form": VersionForm(),
        }


library = EvidenceViews()


def changeable(request: MemberRequest, reference: str) -> Evidence:
    evidence: Evidence = library.get(request, reference)
    if not library.may_change(request, evidence):
        raise PermissionDenied
    return evidence


@require_POST
def new_version(request: MemberRequest, reference: str) -> HttpResponse:
    """Takes the next file or link of an item; the ones before it stay."""
    evidence = changeable(request, reference)
    form = VersionForm(request.POST, request.FILES)
    if form.is_valid():
        version = add_version(evidence, by=request.user, **form.cleaned_data)
        messages.success(request, _("Version %(number)s was added.") % {"number": version.number})
        return redirect(evidence)
    context = {"record": evidence, "form": form, "crumbs": [(_("Evidence"), library.list_url(request))]}
    return render(request, "evidence/new_version.html", context)


@require_GET
def download(request: MemberRequest, reference: str, number: int) -> HttpResponseBase:
    """Sends a file after hashing it again; a file that is not what came in is never sent."""
    version = get_object_or_404(EvidenceVersion, evidence=library.get(request, reference), number=number)
    if version.url:
        return render(request, "evidence/leaving.html", {"version": version, "record": version.evidence})
    try:
        file = opened(version)
    except Altered:
        logger.exception("evidence %s differs from its SHA-256", version)
        return render(request, "evidence/altered.html", {"version": version, "record": version.evidence}, status=500)
    response = FileResponse(file, as_attachment=True, filename=version.filename, content_type=version.content_type)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def target(request: MemberRequest, reference: str) -> Record:
    """The record to prove, as its own type; 404 where one may not see it, 403 where one may not change it."""
    visible = Record.objects.visible_to(request.user).filter(organisation=request.organisation)
    record = get_object_or_404(visible.select_related("organisation"), reference=reference)
    if request.method == "POST" and not Record.objects.changeable_by(request.user).filter(pk=record.pk).exists():
        raise PermissionDenied
    return record


def drop(request: MemberRequest, reference: str) -> HttpResponse:
    """POST: each file becomes evidence for the record. GET: the record's evidence panel, to refresh it."""
    record = target(request, reference)
    if request.method != "POST":
        return render(request, "evidence/lines.html", {"files": lines_of(request, record)})
    by_script = request.headers.get("X-Requested-With") == "XMLHttpRequest"
    try:
        received = [
            receive(request.organisation, by=request.user, file=file, proves=[record])
            for file in request.FILES.getlist("file")
        ]
    except Refused as refusal:
        return refused(request, refusal, record, by_script=by_script)
    if by_script:
        return JsonResponse({"references": [evidence.reference for evidence in received]}, status=201)
    return redirect(record)


def refused(request: MemberRequest, refusal: Refused, record: Record, *, by_script: bool) -> HttpResponse:
    if by_script:
        return JsonResponse({"error": " ".join(refusal.messages)}, status=422)
    messages.error(request, " ".join(refusal.messages))
    return redirect(record)


def link_existing(request: MemberRequest, reference: str) -> HttpResponse:
    """Links items that are in the library already."""
    record = target(request, reference)
    visible = library.visible(request)
    if request.method == "POST":
        for evidence in visible.filter(pk__in=request.POST.getlist("evidence")):
            link(evidence, record, by=request.user)
        return redirect(record)
    found = library.filtered(request).qs.exclude(proofs__record=record).order_by("-received_on", "reference")
    context = {"record": record, "items": found[:200], "q": request.GET.get("q", "")}
    return render(request, "evidence/link_existing.html", context)


@require_POST
def take_off(request: MemberRequest, reference: str, evidence_reference: str) -> HttpResponse:
    """Takes evidence off a record; the item stays in the library."""
    record = target(request, reference)
    unlink(library.get(request, evidence_reference), record, by=request.user)
    messages.success(
        request,
        _("%(evidence)s no longer counts for %(record)s.")
        % {"evidence": evidence_reference, "record": record.reference},
    )
    return redirect(record)
