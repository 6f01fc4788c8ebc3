"""Opens the organisation named in the address to its members, and to nobody else."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from .actions import rights_of
from .models import Membership


class OrganisationMiddleware:
    """Sets `organisation`, `membership` and `permissions` on the request; answers 404 to those who do not belong.

    Views below `/<organisation>/` are called without that argument: they cannot look at another one by mistake.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(self, request: Any, view: Any, args: list[Any], kwargs: dict[str, Any]) -> None:
        # Programs are let in by the API itself (organisations.api), whose key may be another person's than the session.
        if "organisation" not in kwargs or not request.user.is_authenticated or hasattr(view, "for_programs"):
            return
        enter(request, kwargs.pop("organisation"))


def enter(request: Any, slug: str) -> None:
    """Opens the organisation to the person of the request; raises Http404 where they are no current member."""
    # PostgreSQL has no such character, and would answer 500 to a reference that holds it.
    if "\x00" in request.path:
        raise Http404
    membership = (
        Membership.objects.current()
        .filter(user=request.user, organisation__slug=slug)
        .select_related("organisation")
        .first()
    )
    if membership is None:
        raise Http404
    membership.user = request.user
    request.membership, request.organisation = membership, membership.organisation
    request.permissions = rights_of(membership)
    timezone.activate(membership.organisation.zone)
