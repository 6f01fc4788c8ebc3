"""Pages of the scope: versions, the draft of the next, approval by top management (ISO 42001 4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from clauses.models import ScopeStatement
from organisations.authority import Authority
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS, VIEW_RECORDS
from organisations.texts import differences
from records.approvable import OPEN, Standing, shown_to
from records.approval_pages import ApprovalPages
from records.labels import next_label
from records.models import Record
from records.register_page import RegisterViews
from systems.models import AISystem

from .drafting import complete, draft_scope
from .forms import ScopeForm
from .inventory import (
    Disagreement,
    Named,
    disagreements,
    systems_of,
    systems_today,
)
from .tables import ScopeFilter, ScopeTable

TEXTS = ("text", "boundaries", "sites", "interfaces")


# Over the list of versions so many systems are named that a scope disagrees about; the version's page names all.
LISTED = 50


class ScopeViews(RegisterViews):
    model, form_class, table_class, filter_class = ScopeStatement, ScopeForm, ScopeTable, ScopeFilter
    path = "scope"
    clause = "4.3"
    lead = gettext_lazy("What the AIMS covers and what it does not, version by version.")
    related = ("owner", "organisation", "decided_by", "submitted_by")
    can_be_created = False

    def visible(self, request: MemberRequest) -> Any:
        return shown_to(request.membership, super().visible(request))

    def may_change(self, request: MemberRequest, record: Record) -> bool:
        return getattr(record, "state", "") in OPEN and super().may_change(request, record)

    def extra_list_context(self, request: MemberRequest) -> dict[str, Any]:
        versions = list(self.visible(request).order_by("number"))
        last = versions[-1] if versions else None
        under_way = any(one.state in (*OPEN, Standing.IN_REVIEW) for one in versions)
        in_force = next((one for one in versions if one.is_approved), None)
        compared = in_force if VIEW_RECORDS in request.permissions else None
        found = disagreements(systems_of(compared), systems_today(request.organisation)) if compared else []
        return {
            "may_draft": CHANGE_RECORDS in request.permissions and not under_way,
            "last": last,
            "next": next_label(last.label) if last else "",
            "in_force": in_force,
            "disagreements": linked(request, found[:LISTED]),
            "disagreement_count": len(found),
        }

    def extra_context(self, request: MemberRequest, record: ScopeStatement) -> dict[str, Any]:
        sees_all = VIEW_RECORDS in request.permissions
        systems = systems_of(record, request.user)
        is_compared = sees_all and record.state in {Standing.IN_REVIEW, Standing.APPROVED}
        today = systems_today(record.organisation) if is_compared else []
        found = disagreements(systems, today) if is_compared else []
        before = earlier(self.visible(request), record)
        return {
            "is_open": record.state in OPEN,
            "systems": linked(request, systems),
            "disagreements": linked(request, found),
            "disagreement_count": len(found),
            "before": before,
            "differences": texts_between(before, record) if before else [],
            "became": linked(request, disagreements(systems_of(before), systems)) if before and sees_all else [],
            "approval": approval.section(request, record, may_change=self.may_change(request, record)),
        }


def earlier(visible: Any, record: ScopeStatement) -> ScopeStatement | None:
    """The last version that was approved before this one."""
    settled = visible.filter(state__in=[Standing.APPROVED, Standing.SUPERSEDED], number__lt=record.number)
    found: ScopeStatement | None = settled.order_by("-number").first()
    return found


def texts_between(before: ScopeStatement, after: ScopeStatement) -> list[dict[str, Any]]:
    """Each text that reads differently, with its words marked."""
    return [
        {"term": getattr(after._meta.get_field(name), "verbose_name", name), "parts": differences(old, new)}
        for name in TEXTS
        if (old := getattr(before, name)) != (new := getattr(after, name))
    ]


def linked(request: MemberRequest, found: Sequence[Named | Disagreement]) -> list[dict[str, Any]]:
    """Each with the address of its AI system, where one may see that."""
    if not found:
        return []
    addresses = addresses_of(request, [one.reference for one in found])
    return [{"one": one, "url": addresses.get(one.reference, "")} for one in found]


def addresses_of(request: MemberRequest, references: list[str]) -> dict[str, str]:
    """The addresses of those AI systems that one may see."""
    seen = AISystem.objects.visible_to(request.user).of(request.organisation).filter(reference__in=references)
    return {one.reference: one.get_absolute_url() for one in seen.select_related("organisation")}


scopes = ScopeViews()
approval = ApprovalPages(
    scopes,
    needed=lambda version: Authority.TOP,
    earlier=lambda version: ScopeStatement.objects.of(version.organisation),
    complete=complete,
)


@require_POST
def new_draft(request: MemberRequest) -> HttpResponse:
    """Makes the next version, and opens it for writing."""
    if CHANGE_RECORDS not in request.permissions:
        raise PermissionDenied
    try:
        draft = draft_scope(request.organisation, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(scopes.list_url(request))
    return redirect(draft.edit_url)


def urls() -> list[URLPattern]:
    return [path("scope/draft/", new_draft, name="scope-statement-draft"), *scopes.urls(), *approval.urls()]
