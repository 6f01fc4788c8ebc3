"""Pages of a document's versions: reading, comparing, writing, downloading, and the decision (ISO 42001 7.5.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clauses.models import Document, DocumentVersion
from evidence.checking import Refused
from evidence.views import examine, sent
from organisations.models import User
from organisations.requests import MemberRequest
from records.approvable import SETTLED
from records.approval_pages import ApprovalPages
from records.markdown import rendered

from .difference import compared
from .forms import VersionForm
from .views import acknowledge, pages, versions_for
from .writing import WrittenMeanwhile, approve_version, needed, ready, write_version


class DocumentApproval(ApprovalPages):
    """Submit, approve and return a version; approving also asks those who read it."""

    @property
    def base(self) -> str:
        return f"{self.views.path}/<str:reference>/versions/<int:number>"

    def get(self, request: MemberRequest, **where: Any) -> DocumentVersion:
        return version_of(request, **where)

    def decide(self, version: Any, *, by: User, seen: int | None, given: Mapping[str, str]) -> None:
        approve_version(version, by=by, seen=seen, note=given.get("note", ""))


approval = DocumentApproval(
    pages, needed=needed, earlier=lambda version: version.document.versions.all(), complete=ready
)


def version_of(request: MemberRequest, reference: str, number: int) -> DocumentVersion:
    """A version that this person may read, else 404."""
    document = pages.get(request, reference)
    people = ("author", "submitted_by", "decided_by")
    version = get_object_or_404(versions_for(request, document).select_related(*people), number=number)
    version.document = document
    return version


@require_safe
def version_page(request: MemberRequest, reference: str, number: int) -> HttpResponse:
    """One version, and what is different in it from the one before or from `?with=`."""
    version = version_of(request, reference, number)
    document = version.document
    others = list(versions_for(request, document).exclude(number=number))
    before = chosen(request.GET.get("with", ""), version, others)
    crumbs = [
        (_("Documents"), pages.list_url(request)),
        (document.reference, document.get_absolute_url()),
        (version.label, None),
    ]
    newest = document.latest
    may_change = pages.may_change(request, document)
    context = {
        "record": document,
        "version": version,
        "html": rendered(version.text),
        "difference": compared(before, version),
        "others": [one for one in others if one.is_settled and one.number < number],
        "approval": approval.section(request, version, may_change=may_change and newest == version),
        "may_write": may_change and newest == version and version.state not in SETTLED,
        "in_force": document.in_force(request.organisation.today()),
        "newest": newest if newest and newest != version and may_change else None,
        "crumbs": crumbs,
    }
    return render(request, "clauses/document_version.html", context)


def chosen(wanted: str, version: DocumentVersion, others: list[DocumentVersion]) -> DocumentVersion | None:
    """What a version is compared with: the one asked for, else the last one that was approved before it."""
    if wanted:
        found = next((one for one in others if str(one.number) == wanted), None)
        if found is None:
            raise Http404
        return found
    return next((one for one in others if one.is_settled and one.number < version.number), None)


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: MemberRequest, reference: str) -> HttpResponse:
    """Writes the next version of a document."""
    document = pages.get(request, reference)
    if not pages.may_change(request, document):
        raise PermissionDenied
    if request.method == "POST":
        examine(request.FILES)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form, theirs = VersionForm(data, files, document=document), None
    if form.is_valid():
        try:
            version = keep_written(document, form, by=request.user)
        except WrittenMeanwhile as faster:
            theirs = faster.newest
        else:
            if version:
                messages.success(request, _("%(version)s is a draft.") % {"version": version})
                return redirect(version)
    return form_page(request, document, form, theirs)


def keep_written(document: Document, form: VersionForm, *, by: User) -> DocumentVersion | None:
    """The version that the form gives; None where it was refused, which then stands in the form.

    Raises WrittenMeanwhile where somebody was faster.
    """
    given = form.cleaned_data
    try:
        return write_version(
            document,
            by=by,
            label=given["label"],
            began_at=given["began_at"] or 0,
            text=given["text"],
            file=given["file"],
            note=given["change_note"],
            effective_on=given["effective_on"],
        )
    except Refused as refusal:
        form.add_error("file", refusal.messages)
    except ValidationError as error:
        form.add_error(None, error)
    return None


def form_page(
    request: MemberRequest, document: Document, form: VersionForm, theirs: DocumentVersion | None
) -> HttpResponse:
    context: dict[str, Any] = {"record": document, "form": form, "cancel_url": document.get_absolute_url()}
    if theirs:
        # What was typed is compared with what stands there now; saving it again is then meant.
        mine = DocumentVersion(document=document, label=form.cleaned_data["label"], text=form.cleaned_data["text"])
        data = cast(QueryDict, form.data).copy()
        data["began_at"] = str(theirs.number)
        form.data = data
        context |= {"theirs": theirs, "difference": compared(theirs, mine)}
    context["crumbs"] = [
        (_("Documents"), pages.list_url(request)),
        (document.reference, document.get_absolute_url()),
        (_("New version"), None),
    ]
    return render(request, "clauses/document_write.html", context, status=409 if theirs else 200)


@require_safe
def download(request: MemberRequest, reference: str, number: int) -> HttpResponseBase:
    """The file of a version, hashed again before it is sent."""
    version = version_of(request, reference, number)
    if not version.key:
        raise Http404
    crumbs = [(_("Documents"), pages.list_url(request)), (version.document.reference, version.get_absolute_url())]
    context = {"version": version, "record": version.document, "crumbs": [*crumbs, (version.filename, None)]}
    return sent(request, version, context)


def urls() -> list[URLPattern]:
    here = "documents/<str:reference>"
    return [
        *pages.urls(),
        path(f"{here}/acknowledge/", acknowledge, name="document-acknowledge"),
        path(f"{here}/versions/new/", write, name="document-write"),
        path(f"{here}/versions/<int:number>/", version_page, name="document-version"),
        path(f"{here}/versions/<int:number>/file/", download, name="document-file"),
        *approval.urls(),
    ]
