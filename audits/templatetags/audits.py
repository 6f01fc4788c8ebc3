"""`{% corrective_actions_of record %}`: what is done about a finding, an incident or a concern, and the way to more."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.http import urlencode

from audits.correcting.tables import TONES
from audits.models import ActionState, CorrectiveAction, Finding
from organisations.roles import CHANGE_RECORDS
from records.models import Record
from risks.models import Concern, Incident

register = template.Library()
# By which field of a corrective action a record of that kind is named.
NAMED_BY = {Finding.KIND: "remedies", Incident.KIND: "incidents", Concern.KIND: "concerns"}


@register.inclusion_tag("audits/corrective_actions_of.html", takes_context=True)
def corrective_actions_of(context: dict[str, Any], record: Record) -> dict[str, Any]:
    """Those one may see, with their state; who may make one gets the way to a new one that names the record."""
    request, name = context["request"], NAMED_BY[record.kind]
    seen = CorrectiveAction.objects.visible_to(request.user).of(request.organisation).filter(**{name: record.pk})
    found = list(seen.select_related("organisation", "owner").order_by("reference"))
    new = reverse("corrective-action-new", kwargs={"organisation": request.organisation.slug})
    return {
        "lines": [
            {"action": one, "word": one.get_state_display(), "tone": TONES[ActionState(one.state)]} for one in found
        ],
        "today": request.organisation.today(),
        "new_url": f"{new}?{urlencode({name: record.pk})}" if CHANGE_RECORDS in request.permissions else "",
    }
