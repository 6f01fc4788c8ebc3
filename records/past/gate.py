"""Takes a request to the day gone by that somebody chose: every page below the organisation then shows that day.

Nothing can be changed there: the rights to change are laid down, and what would be sent is turned away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organisations.models import Organisation
from organisations.roles import ENTER_ROOM, REQUEST_REPORTS, TAKE_AWAY, VIEW_RECORDS

from .days import chosen
from .looking import looking_back

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Those who read all of it, or what was released to them. Whoever reads what they own would read what they owned then.
WHO = frozenset({VIEW_RECORDS, ENTER_ROOM})
KEPT = frozenset({*WHO, REQUEST_REPORTS, TAKE_AWAY})
# Pages that choose days themselves, or hold what was made and not what is recorded: they stay in today.
TODAY = frozenset({"as-of", "evolution", "room", "room-accept", "room-finish"})
FOLDERS = ("report-", "room-", "api-report")
# What the organisation's page says that readiness and reports read.
FACTS = ("stage1_on", "stage2_on", "scope_statement", "scope_version", "certification_body", "employees", "sites")


class PastStays(PermissionDenied):
    """What was cannot be changed: the person has to come back to today first."""


def admit(request: Any) -> None:
    """Enters the chosen day, if any, for the rest of the request (settings.ADMISSIONS). Raises PastStays."""
    request.past = None
    if WHO.isdisjoint(request.permissions) or not hasattr(request, "to_leave"):
        return
    request.past = day = chosen(request)
    name = request.resolver_match.url_name or ""
    if day is None or name in TODAY or name.startswith(FOLDERS):
        return
    if request.method not in SAFE:
        words = _("You are looking at %(day)s, which nobody can change any more. Nothing was saved.")
        raise PastStays(words % {"day": date_format(day, "j F Y")})
    request.looks_back = True
    request.to_leave.enter_context(looking_back(request.organisation, day))
    request.organisation.refresh_from_db(fields=FACTS)
    lay_down_rights(request)


def lay_down_rights(request: Any) -> None:
    request.permissions = request.permissions & KEPT
    request.user.held = {**request.user.held, request.organisation.pk: request.permissions}


class PastMiddleware:
    """Comes back to today at the end of each request, and lets what streams be read as of its day."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        with ExitStack() as request.to_leave:
            response = self.get_response(request)
        if hasattr(request, "looks_back") and response.streaming:
            response.streaming_content = then(request.organisation, request.past, response.streaming_content)
        return response


def then(organisation: Organisation, day: date, content: Iterable[bytes]) -> Iterator[bytes]:
    with looking_back(organisation, day):
        yield from content
