"""Pages of incidents: list, page, form, closing and reopening."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from organisations import moment
from organisations.requests import MemberRequest
from records.models import RecordQuerySet
from records.views import RecordViews
from risks.incidents.actions import GRAVE, close_incident, missing, reopen_incident
from risks.incidents.clock import clock_of
from risks.incidents.duties import DUTIES
from risks.incidents.filters import IncidentFilter
from risks.incidents.forms import CloseForm, IncidentForm
from risks.incidents.tables import IncidentTable
from risks.linking import risks_of, system_of
from risks.models import Incident, Notification


class IncidentViews(RecordViews):
    model, form_class, table_class, filter_class = Incident, IncidentForm, IncidentTable, IncidentFilter
    path = "incidents"
    clause = "8.2, A.8.4"
    lead = gettext_lazy("What went wrong with an AI system, who must be told by when, and what was learned.")
    related = ("owner", "organisation", "system")
    contributors_create = True
    chips = (
        (gettext_lazy("Open"), {"state": "open"}),
        (gettext_lazy("Critical"), {"severity": "critical"}),
        (gettext_lazy("High"), {"severity": "high"}),
        (gettext_lazy("Serious"), {"serious": "yes"}),
    )

    def visible(self, request: MemberRequest) -> RecordQuerySet[Any]:
        waiting = Notification.objects.filter(
            incident=OuterRef("pk"), incident__closed_on=None, told_at=None, is_needed=True, due_at__isnull=False
        )
        return super().visible(request).annotate(next_due=Subquery(waiting.order_by("due_at").values("due_at")[:1]))

    def extra_context(self, request: MemberRequest, record: Incident) -> dict[str, Any]:
        rows, now = list(record.notifications.all()), moment.now()
        return {
            "notifications": [{"row": row, "clock": clock_of(row, now)} for row in rows],
            "nobody_named": record.is_open and record.severity in GRAVE and not rows,
            "risks": risks_of(request, record),
            "system": system_of(request, record),
            "duties": DUTIES,
        }


incidents = IncidentViews()


def changeable(request: MemberRequest, reference: str) -> Incident:
    """The incident, for who may change it: 404 and 403 for others."""
    incident: Incident = incidents.get(request, reference)
    if not incidents.may_change(request, incident):
        raise PermissionDenied
    return incident


def crumbs_to(request: MemberRequest, incident: Incident, *here: str) -> list[tuple[str, str | None]]:
    return [
        (capfirst(incidents.words), incidents.list_url(request)),
        (incident.reference, incident.get_absolute_url()),
        *((word, None) for word in here),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def close_page(request: MemberRequest, reference: str) -> HttpResponse:
    """Asks what was learned; says what stands in the way."""
    incident = changeable(request, reference)
    if not incident.is_open:
        messages.info(request, _("%(record)s is closed already.") % {"record": incident})
        return redirect(incident)
    data = request.POST if request.method == "POST" else None
    form = CloseForm(data, instance=incident, organisation=request.organisation, user=request.user)
    if request.method == "POST" and form.is_valid():
        lessons, seen = form.cleaned_data["lessons"], form.started_from
        try:
            close_incident(incident, by=request.user, lessons=lessons, seen=seen if seen is not None else 0)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("%(record)s is closed.") % {"record": incident})
            return redirect(incident)
    context = {"record": incident, "form": form, "missing": missing(incident)}
    return render(request, "risks/incident_close.html", context | {"crumbs": crumbs_to(request, incident, _("Close"))})


@require_POST
def reopen(request: MemberRequest, reference: str) -> HttpResponse:
    incident = changeable(request, reference)
    try:
        reopen_incident(incident, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(record)s is open again.") % {"record": incident})
    return redirect(incident)
