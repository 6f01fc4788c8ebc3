"""Pages on which one says who must be told of an incident, and that they were."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organisations.requests import MemberRequest
from risks.incidents.actions import remove_notification
from risks.incidents.duties import DUTIES
from risks.incidents.forms import NotificationForm, OutcomeForm
from risks.incidents.views import changeable, crumbs_to
from risks.models import Incident, Notification


def row_of(incident: Incident, notification_id: int) -> Notification:
    row = get_object_or_404(incident.notifications, pk=notification_id)
    row.incident = incident
    return row


def still_open(request: MemberRequest, incident: Incident) -> bool:
    """Says so where the incident is closed: nothing about it changes any more."""
    if not incident.is_open:
        messages.info(request, _("The incident is closed. Reopen it to change who was told."))
    return incident.is_open


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: MemberRequest, reference: str) -> HttpResponse:
    """A new line, empty or as one of the suggestions has it (`?duty=privacy`)."""
    incident = changeable(request, reference)
    duty = next((one for one in DUTIES if one.key == request.GET.get("duty")), None)
    form = NotificationForm(posted(request), incident=incident, initial=duty.initial if duty else None)
    return keep(request, incident, form, _("Somebody to tell"), {"duties": DUTIES, "duty": duty})


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: MemberRequest, reference: str, notification_id: int) -> HttpResponse:
    incident = changeable(request, reference)
    row = row_of(incident, notification_id)
    if row.told_at:
        messages.info(request, _("They have been told. What was told stays."))
        return redirect(incident)
    form = NotificationForm(posted(request), incident=incident, instance=row)
    return keep(request, incident, form, _("Change who is told"), {"row": row})


def posted(request: MemberRequest) -> Any:
    return request.POST if request.method == "POST" else None


def keep(
    request: MemberRequest, incident: Incident, form: NotificationForm, heading: str, more: dict[str, Any]
) -> HttpResponse:
    if not still_open(request, incident):
        return redirect(incident)
    if request.method == "POST" and form.is_valid() and form.keep(by=request.user):
        messages.success(request, _("%(who)s is on the list.") % {"who": form.instance.recipient})
        return redirect(f"{incident.get_absolute_url()}#notifications")
    context = {"record": incident, "form": form, "heading": heading, "crumbs": crumbs_to(request, incident, heading)}
    return render(request, "risks/notification_form.html", context | more)


@require_http_methods(["GET", "HEAD", "POST"])
def outcome(request: MemberRequest, reference: str, notification_id: int) -> HttpResponse:
    """Told, with when; or not needed, with why."""
    incident = changeable(request, reference)
    row = row_of(incident, notification_id)
    if not still_open(request, incident):
        return redirect(incident)
    form = OutcomeForm(posted(request), notification=row)
    if request.method == "POST" and form.is_valid() and form.keep(by=request.user):
        messages.success(request, _("It is noted for %(who)s.") % {"who": row.recipient})
        return redirect(f"{incident.get_absolute_url()}#notifications")
    crumbs = crumbs_to(request, incident, _("Told"))
    return render(
        request, "risks/notification_told.html", {"record": incident, "row": row, "form": form, "crumbs": crumbs}
    )


@require_POST
def remove(request: MemberRequest, reference: str, notification_id: int) -> HttpResponse:
    incident = changeable(request, reference)
    row = row_of(incident, notification_id)
    try:
        remove_notification(row, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(who)s is off the list.") % {"who": row.recipient})
    return redirect(f"{incident.get_absolute_url()}#notifications")
