"""The search page, and the same results as a list that opens below the field while one types."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organisations.models import Membership
from organisations.requests import MemberRequest
from organisations.roles import VIEW_RECORDS

from .search import found, owned

WHILE_TYPING = 10


@require_safe
def search_page(request: MemberRequest) -> HttpResponse:
    """`q` what is looked for, or `person` whose records are; answers htmx with the short list alone."""
    q = request.GET.get("q", "")
    if request.htmx:
        hits = found(request.user, request.organisation, q, WHILE_TYPING, rights=request.permissions)
        return render(request, "frame/found.html", {"hits": hits, "q": q.strip()})
    person = person_of(request)
    if person:
        hits = owned(request.user, request.organisation, person.user_id)
    else:
        hits = found(request.user, request.organisation, q, rights=request.permissions)
    context = {"hits": hits, "q": q.strip(), "person": person and person.user, "crumbs": [(_("Search"), None)]}
    return render(request, "records/search.html", context)


def person_of(request: MemberRequest) -> Membership | None:
    """The member asked for by `person`; nobody for those who may not see every record."""
    pk = request.GET.get("person", "")
    if VIEW_RECORDS not in request.permissions or not (pk.isascii() and pk.isdigit() and len(pk) < 10):
        return None
    members = Membership.objects.current().filter(organisation=request.organisation, user_id=int(pk))
    return members.select_related("user").first()
