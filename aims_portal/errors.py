"""Errors that reach no view: a page for people, the one shape of errors for programs."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from organisations.api_errors import as_json, is_of_program


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_of_program(request):
        return as_json(400, "invalid", _("The request cannot be read."))
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_of_program(request):
        return as_json(403, "permission_denied", _("You may not do this."))
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_of_program(request):
        return as_json(404, "not_found", _("There is nothing here."))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    if is_of_program(request):
        return as_json(500, "error", _("The portal failed. Nothing was changed."))
    return defaults.server_error(request)


@login_not_required
@csrf_exempt
def nothing_here(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    """Whatever the API does not know, with or without a key."""
    return as_json(404, "not_found", _("There is nothing here."))
