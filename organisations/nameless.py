"""Addresses at which nobody is anybody: what the portal could know of the sender is dropped before anything reads it.

Sessions, history, error mail and logs then have nothing to keep: see docs/decisions/0017-anonymous-concerns.md.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse

BELOW = "/speak-up/"
# Bytes of a request: far more than the longest message, far less than would fill a disk.
MOST = 200_000
# Known to the processes of one start alone and gone with them, so that no mark can be traced back to an address.
SALT = secrets.token_bytes(32)
# What is left of a request; whatever else a browser, a proxy or the server says of the sender goes.
KEPT = frozenset(
    {
        *("HTTP_HOST", "HTTP_ORIGIN", "HTTP_REFERER", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_X_CSRFTOKEN"),
        *("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"),
    }
)
OF_THE_SENDER = ("HTTP_", "REMOTE_", "SSL_CLIENT", "gunicorn.", "werkzeug.")


class NamelessMiddleware:
    """Stands before sessions and history. Leaves of the sender only `sender`, a mark to count requests by."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_nameless(request):
            return self.get_response(request)
        forget(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > MOST:
            raise RequestDataTooBig
        response = self.get_response(request)
        response["Referrer-Policy"], response["Cache-Control"] = "no-referrer", "no-store"
        return response


def is_nameless(request: HttpRequest) -> bool:
    return request.path_info.startswith(BELOW)


def forget(request: HttpRequest) -> None:
    """Takes who sent it out of a request, a session included."""
    request.sender = mark_of(address_of(request))  # type: ignore[attr-defined]
    kept = request.COOKIES.get(settings.CSRF_COOKIE_NAME)
    request.COOKIES = {settings.CSRF_COOKIE_NAME: kept} if kept else {}
    for name in [name for name in request.META if name.startswith(OF_THE_SENDER) and name not in KEPT]:
        del request.META[name]
    # Made of META at first use, which was just now.
    request.__dict__.pop("headers", None)
    # A page that says no-referrer makes browsers send `null` here. That the form is ours its token proves.
    if request.META.get("HTTP_ORIGIN") == "null":
        request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"


def address_of(request: HttpRequest) -> str:
    """The network address of the sender; empty behind a proxy that tells none."""
    with suppress(PermissionDenied):
        return str(get_adapter().get_client_ip(request))
    return ""


def mark_of(address: str) -> str:
    return hmac.new(SALT, address.encode(), hashlib.sha256).hexdigest()
