"""The request as views below `/<organisation>/` see it."""

from datetime import date
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from .models import Membership, Organisation, User
from .roles import ENTER_ROOM, TAKE_AWAY

if TYPE_CHECKING:

    class MemberRequest(HttpRequest):
        """A request by a member, as the organisation middleware leaves it."""

        user: User
        organisation: Organisation
        membership: Membership
        memberships: list[Membership]
        permissions: frozenset[str]
        # The day gone by that is looked at (records.past); None for today.
        past: date | None
        htmx: HtmxDetails
else:
    MemberRequest = HttpRequest


def may_take_away(request: MemberRequest) -> bool:
    """Whether somebody may download files and lists: all members, but an auditor from outside only where let."""
    return ENTER_ROOM not in request.permissions or TAKE_AWAY in request.permissions
