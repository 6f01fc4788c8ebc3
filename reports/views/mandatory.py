"""The list of documented information the standard asks for, entry by entry, with what shows it (ISO 42001 7.5.1)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clauses.models import Position
from evidence.models import Proof
from organisations.access import needs
from organisations.requests import MemberRequest
from organisations.roles import ENTER_ROOM, VIEW_RECORDS
from records.views import chip
from reports.readiness.derive import documents_of

MOST = 500
STATES = {
    "missing": gettext_lazy("Missing"),
    "draft": gettext_lazy("Draft"),
    "review_overdue": gettext_lazy("Review overdue"),
    "present": gettext_lazy("Present"),
}


@require_safe
@needs(VIEW_RECORDS, ENTER_ROOM)
def mandatory_list(request: MemberRequest) -> HttpResponse:
    """The entries of the catalogue; `state` shows those in one state."""
    proofs = Proof.objects.filter(record__kind=Position.KIND, record__organisation=request.organisation)
    # Of very many only the requirement is named; its page has them.
    is_named = proofs[: MOST + 1].count() <= MOST
    found = documents_of(request.organisation, request.user, proofs=is_named)
    wanted = request.GET.get("state", "")
    shown = [one for one in found if wanted not in STATES or one.state == wanted]
    documents = reverse("document-list", kwargs={"organisation": request.organisation.slug})
    context: dict[str, Any] = {
        "entries": shown,
        "chips": [
            chip(request, label, {"state": state}) | {"count": sum(one.state == state for one in found)}
            for state, label in STATES.items()
        ],
        "is_filtered": wanted in STATES,
        "crumbs": [(_("Documents"), documents), (_("Mandatory list"), None)],
    }
    return render(request, "reports/mandatory_list.html", context)
