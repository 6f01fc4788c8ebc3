"""Errors that reach no view: a page for people, the one shape of errors for programs."""

import sys
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from organisations.api_errors import as_json, is_of_program
from records.past.gate import PastStays

# Classes of PostgreSQL's error codes: connection lost, no room or too many connections, shut down or starting.
OUTAGES = ("08", "53", "57P")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    if is_of_program(request):
        return as_json(400, "invalid", _("The request cannot be read."))
    broke_off = isinstance(exception, MultiPartParserError)
    return HttpResponseBadRequest(render_to_string("400.html", {"broke_off": broke_off}))


def too_large(request: HttpRequest) -> HttpResponseBase:
    """More text than a page takes; files have a cap of their own, and say so at their field."""
    if is_of_program(request):
        return as_json(413, "too_large", _("This is larger than the portal takes."))
    return HttpResponse(render_to_string("413.html"), status=413)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_of_program(request):
        return as_json(403, "permission_denied", _("You may not do this."))
    if isinstance(exception, PastStays):
        return render(request, "past_stays.html", {"exception": exception}, status=403)
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_of_program(request):
        return as_json(404, "not_found", _("There is nothing here."))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    if is_outage(sys.exc_info()[1]):
        return unavailable(request)
    if is_of_program(request):
        return as_json(500, "error", _("The portal failed. Nothing was changed."))
    return defaults.server_error(request)


def is_outage(fault: BaseException | None) -> bool:
    """Whether the database was away: not a fault of ours, and over as soon as it is back."""
    if not isinstance(fault, OperationalError | InterfaceError):
        return False
    code = getattr(fault.__cause__, "pgcode", None)
    return code is None or code.startswith(OUTAGES)


def unavailable(request: HttpRequest) -> HttpResponseBase:
    """Says so without asking the database for anything."""
    answer: HttpResponseBase
    if is_of_program(request):
        answer = as_json(503, "unavailable", _("The database cannot be reached. Nothing was changed; try again."))
    else:
        answer = HttpResponse(render_to_string("503.html"), status=503)
    answer["Retry-After"] = "5"
    return answer


@login_not_required
@csrf_exempt
def nothing_here(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    """Whatever the API does not know, with or without a key."""
    return as_json(404, "not_found", _("There is nothing here."))
