"""Pages of documents (ISO 42001 7.5)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from clauses.models import Document, DocumentVersion, Reading
from organisations.requests import MemberRequest
from organisations.roles import VIEW_RECORDS
from records.approvable import SETTLED, Standing, shown_to
from records.approval_pages import seen
from records.markdown import rendered
from records.register_page import RegisterViews

from .forms import DocumentForm
from .tables import DocumentFilter, DocumentTable
from .writing import confirm_reading


class DocumentViews(RegisterViews):
    model, form_class, table_class, filter_class = Document, DocumentForm, DocumentTable, DocumentFilter
    path = "documents"
    clause = "5.2, 7.5.1, 7.5.2, 7.5.3"
    lead = gettext_lazy("Policies, procedures and plans, with every version, who approved it and who has read it.")
    related = ("owner", "organisation", "approver")
    links = ("positions",)
    prefetched = ("readers",)
    chips = (
        (gettext_lazy("Not approved"), {"state": "not_approved"}),
        (gettext_lazy("In review"), {"state": "in_review"}),
        (gettext_lazy("Review within 30 days"), {"review": "month"}),
    )

    def visible(self, request: MemberRequest) -> Any:
        documents: Any = super().visible(request)
        return documents.with_versions(request.organisation.today())

    def extra_list_context(self, request: MemberRequest) -> dict[str, Any]:
        return {"sees_all": VIEW_RECORDS in request.permissions}

    def extra_context(self, request: MemberRequest, record: Document) -> dict[str, Any]:
        today = request.organisation.today()
        versions = list(versions_for(request, record).select_related("author", "decided_by", "submitted_by"))
        in_force = record.in_force(today)
        approved = next((one for one in versions if one.state == Standing.APPROVED), None)
        under_way = versions[0] if versions and versions[0].state not in SETTLED else None
        readings = readings_of(approved)
        sees_all = VIEW_RECORDS in request.permissions or record.owner_id == request.user.pk
        return {
            "versions": [one for one in versions if one.is_settled or one == under_way],
            "earlier_drafts": [one for one in versions if not one.is_settled and one != under_way],
            "in_force": in_force,
            "approved": approved,
            "under_way": under_way,
            "html": rendered(in_force.text) if in_force else "",
            # A reader is told of nobody else.
            "readings": readings if sees_all else [one for one in readings if one.person_id == request.user.pk],
            "asked": len(readings),
            "confirmed": sum(bool(one.confirmed_at) for one in readings),
            "my_reading": my_reading(request, readings),
        }


def versions_for(request: MemberRequest, document: Document) -> Any:
    """The versions somebody may read: a mere reader those that were approved, as who comes from outside."""
    versions = shown_to(request.membership, DocumentVersion.objects.filter(document=document))
    works_on_it = (
        VIEW_RECORDS in request.permissions
        or document.approver_id == request.user.pk
        or pages.may_change(request, document)
    )
    return versions if works_on_it else versions.filter(state__in=SETTLED)


def readings_of(approved: DocumentVersion | None) -> list[Reading]:
    """Who was asked to read the version in force, and who has."""
    return list(approved.readings.select_related("person")) if approved else []


def my_reading(request: MemberRequest, readings: list[Reading]) -> Reading | None:
    mine = (one for one in readings if one.person_id == request.user.pk and not one.confirmed_at)
    return next(mine, None)


pages = DocumentViews()


@require_POST
def acknowledge(request: MemberRequest, reference: str) -> HttpResponse:
    """Whoever was asked says that they have read and understood the version before them."""
    document = pages.get(request, reference)
    if not Reading.objects.filter(read_version__document=document, person=request.user).exists():
        raise PermissionDenied
    try:
        confirm_reading(document, by=request.user, number=seen(request) or 0)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        messages.success(request, _("Thank you. It is noted that you have read %(record)s.") % {"record": document})
    return redirect(document)
