"""The dossier of an AI system, and the step from what needs another look to the next assessment."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS
from risks.changes.another_look import looks_of
from risks.changes.drafts import start_next
from risks.dossier.trace import dossier_of
from systems.views import ai_systems


@require_safe
def dossier_page(request: MemberRequest, reference: str) -> HttpResponse:
    """From purpose to concerns on one page; gaps are said in words."""
    system = ai_systems.get(request, reference)
    context = {
        "record": system,
        "dossier": dossier_of(system, request.user, request.organisation.today()),
        "crumbs": [
            (capfirst(ai_systems.words), ai_systems.list_url(request)),
            (system.reference, system.get_absolute_url()),
            (_("Dossier"), None),
        ],
    }
    return render(request, "risks/dossier.html", context)


@require_POST
def start_next_assessment(request: MemberRequest, reference: str) -> HttpResponse:
    """Starts the next version of the assessment at once, as the job would."""
    system = ai_systems.get(request, reference)
    if CHANGE_RECORDS not in request.permissions:
        raise PermissionDenied
    looks = looks_of(system, user=request.user, on=request.organisation.today())
    try:
        draft = start_next(system, by=request.user, trigger=looks.trigger)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect(system)
    messages.success(request, _("%(record)s was started, with the text copied.") % {"record": draft})
    return redirect(draft)
