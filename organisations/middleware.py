"""Opens the organisation named in the address to its members, and to nobody else."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string

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
    """Opens the organisation to the person of the request; raises Http404 where they are no current member.

    A floor above may admit them to less (`settings.ADMISSIONS`): pages and programs come through this one door.
    """
    # PostgreSQL has no such character, and would answer 500 to a reference that holds it.
    if "\x00" in request.path:
        raise Http404
    request.memberships = memberships_of(request.user)
    note_rights(request.user, request.memberships)
    membership = next((one for one in request.memberships if one.organisation.slug == slug), None)
    if membership is None:
        raise Http404
    request.membership, request.organisation = membership, membership.organisation
    request.permissions = request.user.held[membership.organisation_id]
    timezone.activate(membership.organisation.zone)
    for admission in settings.ADMISSIONS:
        import_string(admission)(request)


def note_rights(user: Any, memberships: list[Any]) -> None:
    """For as long as a request: every question of who may see what starts from it (records.grants)."""
    user.held = {one.organisation_id: frozenset(one.rights) for one in memberships}
    user.days = {one.organisation_id: one.organisation.today() for one in memberships}


def memberships_of(user: Any) -> list[Any]:
    """The current memberships of a person with organisation and rights (see roles), in one query."""
    found = Membership.objects.current().with_rights().filter(user=user).select_related("organisation")
    memberships = list(found.order_by("organisation__name"))
    for membership in memberships:
        membership.user = user
    return memberships
