"""The evidence library, its versions and downloads. What is dropped on other records is in `linking`."""

import logging
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from organisations.requests import MemberRequest
from records.forms import RecordForm
from records.models import SOON, Record
from records.views import RecordViews

from .admitting import admitted
from .checking import Refused
from .filters import EvidenceFilter
from .forms import EvidenceForm, NewEvidenceForm, VersionForm
from .importing import EvidenceImporter
from .lines import proven_by
from .models import Evidence, EvidenceVersion, Proof, State, StoredFile
from .rehashing import rehash
from .storing import Altered, opened, storage_faults
from .tables import TONES, EvidenceTable

logger = logging.getLogger(__name__)


class EvidenceViews(RecordViews):
    model, form_class, table_class, filter_class = Evidence, EvidenceForm, EvidenceTable, EvidenceFilter
    path = "evidence"
    lead = gettext_lazy("One library for everything that proves something. A file is kept once and linked to many.")
    prefetched = ("versions",)
    contributors_create = True
    imports = (
        *("title", "evidence_kind", "description", "proves", "url", "owner"),
        *("produced_on", "valid_until", "covers_from", "covers_to", "review_on", "review_every"),
    )
    importer = EvidenceImporter
    chips = (
        (gettext_lazy("Expired"), {"state": State.EXPIRED.value}),
        (gettext_lazy("Expiring"), {"state": State.EXPIRING.value}),
        (gettext_lazy("File absent"), {"state": State.ABSENT.value}),
        (gettext_lazy("File altered"), {"state": State.DAMAGED.value}),
    )

    def visible(self, request: MemberRequest) -> Any:
        """Also knows what each item proves, as far as the person may see that."""
        proofs = Proof.objects.filter(record__in=Record.objects.visible_to(request.user)).select_related("record")
        return super().visible(request).prefetch_related(Prefetch("proofs", queryset=proofs))

    def form(self, request: MemberRequest, record: Any) -> RecordForm:
        if record:
            return super().form(request, record)
        data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        initial = {"proves": request.GET.get("proves", "")}
        return NewEvidenceForm(data, files, initial=initial, organisation=request.organisation, user=request.user)

    def extra_context(self, request: MemberRequest, record: Evidence) -> dict[str, Any]:
        today = request.organisation.today()
        state = record.state(today)
        is_near = record.valid_until is not None and record.valid_until <= today + SOON
        return {
            "state": state,
            "is_near": is_near,
            "tone": TONES[state] or "good",
            "versions": record.versions.select_related("added_by", "check_of_file"),
            "latest": record.latest,
            "proven": proven_by(request, record),
        }


library = EvidenceViews()


def changeable(request: MemberRequest, reference: str) -> Evidence:
    evidence: Evidence = library.get(request, reference)
    if not library.may_change(request, evidence):
        raise PermissionDenied
    return evidence


@require_http_methods(["GET", "HEAD", "POST"])
def new_version(request: MemberRequest, reference: str) -> HttpResponse:
    """Takes the next file or link of an item; the ones before it stay."""
    evidence = changeable(request, reference)
    if request.method == "POST":
        examine(request.FILES)
        # Who saves at the same time waits here, so that dates changed by one are not lost by the other.
        Record.objects.select_for_update().get(pk=evidence.pk)
        evidence = changeable(request, reference)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = VersionForm(data, files, evidence=evidence)
    if form.is_valid():
        try:
            with transaction.atomic():
                version = form.save(by=request.user)
        except Refused as refusal:
            form.add_error("file", refusal.messages)
        else:
            messages.success(request, _("Version %(number)s was added.") % {"number": version.number})
            return redirect(evidence)
    crumbs = [
        (_("Evidence"), library.list_url(request)),
        (evidence.reference, evidence.get_absolute_url()),
        (_("New version"), None),
    ]
    context = {"record": evidence, "form": form, "latest": evidence.latest, "crumbs": crumbs}
    return render(request, "evidence/new_version.html", context)


def examine(files: Any) -> None:
    """Looks at what came in before any row is locked, as a scanner may take its time; the form tells the result."""
    for file in files.values():
        with suppress(Refused):
            admitted(file)


@require_safe
def download(request: MemberRequest, reference: str, number: int) -> HttpResponseBase:
    """Sends a file after hashing it again; a file that is not what came in is never sent."""
    evidence = library.get(request, reference)
    version = get_object_or_404(EvidenceVersion.objects.select_related("added_by"), evidence=evidence, number=number)
    crumbs = [(_("Evidence"), library.list_url(request)), (evidence.reference, evidence.get_absolute_url())]
    context = {"version": version, "record": evidence, "crumbs": [*crumbs, (_("Version %(n)s") % {"n": number}, None)]}
    if version.url:
        return render(request, "evidence/leaving.html", context)
    return sent(request, version, context)


def sent(request: MemberRequest, version: StoredFile, context: dict[str, Any]) -> HttpResponseBase:
    """The file of a version as a download, hashed again; else the page that says why not, from `context`."""
    try:
        file = opened(version)
    except Altered:
        logger.exception("the file of %s differs from its SHA-256", version)
        if isinstance(version, EvidenceVersion):
            rehash(version)
        return render(request, "evidence/altered.html", context, status=500)
    except storage_faults():
        logger.exception("the file of %s cannot be read", version)
        return render(request, "evidence/unreadable.html", context, status=503)
    response = FileResponse(file, as_attachment=True, filename=version.filename, content_type=version.content_type)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
