"""The few pages that belong to no floor: health, the way in, errors."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audits.room.opening import rooms_that_closed
from organisations.models import Membership
from organisations.roles import MEANINGS, Role


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when pages can be served, 503 while the database cannot be reached."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception as error:  # noqa: BLE001 - any fault of the driver means the same to whoever asks
        return JsonResponse({"status": "error", "database": type(error).__name__}, status=503)
    return JsonResponse({"status": "ok"})


def front_door(request: HttpRequest) -> HttpResponse:
    """Sends a person to their organisation, or lets them choose."""
    memberships = list(Membership.objects.current().filter(user=request.user.pk).select_related("organisation"))
    if len(memberships) == 1:
        return redirect(memberships[0].organisation)
    over = rooms_that_closed(request.user) if not memberships else []
    return render(request, "organisations/choose.html", {"memberships": memberships, "over": over})


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """What each role does here, and how verdicts are derived."""
    roles = [(Role(role).label, MEANINGS[Role(role)]) for role in Role]
    return render(request, "help.html", {"roles": roles, "crumbs": [(_("Help"), None)]})


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """The API described, each call to be tried with one's own session."""
    return render(request, "api_docs.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere; what was typed can be brought back with the browser's Back."""
    return render(request, "403_csrf.html", {"reason": _("The page had been open too long.")}, status=403)
