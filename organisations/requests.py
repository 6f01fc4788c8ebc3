"""The request as views below `/<organisation>/` see it."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from .models import Membership, Organisation, User

if TYPE_CHECKING:

    class MemberRequest(HttpRequest):
        """A request by a member, as the organisation middleware leaves it."""

        user: User
        organisation: Organisation
        membership: Membership
        memberships: list[Membership]
        permissions: frozenset[str]
        htmx: HtmxDetails
else:
    MemberRequest = HttpRequest
