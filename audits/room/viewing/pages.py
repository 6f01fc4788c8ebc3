"""The viewer: one page of one version of a file, with the watermark of whoever looks. The file itself stays here."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audits.models import AuditRoom
from audits.room.crumbs import crumbs
from audits.room.presence import room_of
from clauses.models import Document, DocumentVersion
from evidence.models import Evidence, EvidenceVersion, StoredFile
from evidence.storing import Altered, storage_faults
from organisations.requests import MemberRequest
from records.approvable import SETTLED
from records.markdown import rendered

from .looking import Look, look

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shelf:
    """Where versions stand that can be looked at, and the names of their addresses."""

    versions: QuerySet[Any]
    record: Any
    page: str
    image: str
    download: str


def evidence_shelf(request: MemberRequest, reference: str) -> Shelf:
    found = Evidence.objects.visible_to(request.user).of(request.organisation).select_related("organisation")
    item = get_object_or_404(found, reference=reference)
    versions = EvidenceVersion.objects.filter(evidence=item).select_related("added_by")
    return Shelf(versions, item, "room-evidence-version", "room-evidence-image", "evidence-download")


def document_shelf(request: MemberRequest, reference: str) -> Shelf:
    """Only what was approved: a draft is none of an auditor's business."""
    found = Document.objects.visible_to(request.user).of(request.organisation).select_related("organisation")
    document = get_object_or_404(found, reference=reference)
    versions = DocumentVersion.objects.filter(document=document, state__in=SETTLED)
    people = versions.select_related("decided_by", "author")
    return Shelf(people, document, "room-document-version", "room-document-image", "document-file")


@require_safe
def evidence_page(request: MemberRequest, reference: str, number: int) -> HttpResponse:
    room = room_of(request)
    return viewer(request, room, evidence_shelf(request, reference), number)


@require_safe
def document_page(request: MemberRequest, reference: str, number: int) -> HttpResponse:
    room = room_of(request)
    return viewer(request, room, document_shelf(request, reference), number)


@require_safe
def evidence_image(request: MemberRequest, reference: str, number: int, page: int) -> HttpResponse:
    return image(request, room_of(request), evidence_shelf(request, reference), number, page)


@require_safe
def document_image(request: MemberRequest, reference: str, number: int, page: int) -> HttpResponse:
    return image(request, room_of(request), document_shelf(request, reference), number, page)


def version_on(shelf: Shelf, number: int) -> Any:
    version = get_object_or_404(shelf.versions, number=number)
    # What it belongs to was just looked up.
    setattr(version, "evidence" if isinstance(version, EvidenceVersion) else "document", shelf.record)
    return version


def viewer(request: MemberRequest, room: AuditRoom, shelf: Shelf, number: int) -> HttpResponse:
    version = version_on(shelf, number)
    page, mark = page_asked(request), mark_of(request)
    try:
        shown = look(version, page, mark=mark) if version.key else Look()
    except Altered:
        logger.exception("the file of %s differs from its SHA-256", version)
        return render(request, "evidence/altered.html", told(request, shelf, version), status=500)
    except storage_faults():
        logger.exception("the file of %s cannot be read", version)
        return render(request, "evidence/unreadable.html", told(request, shelf, version), status=503)
    if shown.fault == "nothing":
        raise Http404
    where = {"organisation": request.organisation.slug, "reference": shelf.record.reference}
    this = where | {"number": number}
    context = told(request, shelf, version) | {
        "look": shown,
        "mark": mark,
        "page": page,
        "pages": shown.pages,
        "html": rendered(version.text) if getattr(version, "text", "") else "",
        "image_url": reverse(shelf.image, kwargs=this | {"page": page}) if shown.about.get("as") == "picture" else "",
        "download_url": reverse(shelf.download, kwargs=this) if room.downloads and version.key else "",
        "versions": [on_shelf(one, shelf, where, number) for one in shelf.versions],
    }
    response = render(request, "audits/room/viewer.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def on_shelf(version: Any, shelf: Shelf, where: dict[str, str], number: int) -> dict[str, Any]:
    """One line of the list of versions; `url` is empty for the one that is shown."""
    url = reverse(shelf.page, kwargs=where | {"number": version.number})
    is_document = isinstance(version, DocumentVersion)
    return {
        "url": "" if version.number == number else url,
        "label": version.label if is_document else str(version.number),
        "name": version.filename or (version.change_note if is_document else version.url),
        "at": version.decided_on if is_document else version.added_at,
    }


def image(request: MemberRequest, room: AuditRoom, shelf: Shelf, number: int, page: int) -> HttpResponse:
    """One page drawn, the watermark in its pixels."""
    version = version_on(shelf, number)
    faults: tuple[type[Exception], ...] = (Altered, *storage_faults())
    try:
        shown = look(version, page, mark=mark_of(request), draw=True) if version.key else Look()
    except faults:
        shown = Look(fault="broken")
    if not shown.picture:
        raise Http404
    response = HttpResponse(shown.picture, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def page_asked(request: MemberRequest) -> int:
    text = request.GET.get("page", "1")
    if not (text.isdecimal() and len(text) < 7):
        raise Http404
    return int(text)


def mark_of(request: MemberRequest) -> list[str]:
    """Who looks, and when and at whom: two lines."""
    when = date_format(timezone.localtime(timezone.now(), request.organisation.zone), "j M Y, H:i e")
    who = f"{request.user.name} · {request.user.email}"
    return [who, f"{when} · {request.organisation.name}"]


def told(request: MemberRequest, shelf: Shelf, version: StoredFile) -> dict[str, Any]:
    """What every page about a version says."""
    label = getattr(version, "label", "") or str(version.number)  # type: ignore[attr-defined]
    steps: list[tuple[str, str | None]] = [
        (shelf.record.reference, shelf.record.get_absolute_url()),
        (_("Version %(n)s") % {"n": label}, None),
    ]
    return {"record": shelf.record, "version": version, "label": label, "crumbs": crumbs(request, *steps)}
