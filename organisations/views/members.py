"""Who belongs to the organisation: the list, one member, and the end of a membership (ISO 42001 5.3)."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from organisations.access import needs
from organisations.actions import appoint, dismiss, rights_of
from organisations.forms import MembershipForm
from organisations.models import Membership
from organisations.requests import MemberRequest
from organisations.roles import MANAGE_MEMBERS, MEANINGS, Role
from organisations.tables import MemberTable

ROWS = (25, 50, 100)


@needs(MANAGE_MEMBERS)
@require_safe
def member_list(request: MemberRequest) -> HttpResponse:
    found = matching(members_of(request), request.GET)
    table = MemberTable(found, request=request)
    RequestConfig(request, paginate={"per_page": rows_asked(request.GET)}).configure(table)
    context = {
        "crumbs": [(_("Members"), None)],
        "table": table,
        "q": request.GET.get("q", ""),
        "chips": role_chips(request),
        "invitations": request.organisation.invitations.filter(accepted_at=None, withdrawn_at=None).select_related(
            "invited_by", "organisation"
        ),
        "roles": [{"term": role.label, "value": MEANINGS[role]} for role in Role],
    }
    return render(request, "organisations/member_list.html", context)


@needs(MANAGE_MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def member_edit(request: MemberRequest, pk: int) -> HttpResponse:
    membership = member(request, pk)
    context = page_of(request, membership) | {"crumbs": crumbs_to(request, str(membership.user))}
    typed = request.POST if request.method == "POST" else None
    form = MembershipForm(typed, instance=membership, organisation=request.organisation)
    if request.method == "POST" and form.is_valid():
        try:
            appoint(membership.user, organisation=request.organisation, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("role" if "role" in form.changed_data else "until", error)
        else:
            messages.success(request, _("%(name)s was saved.") % {"name": membership.user})
            return redirect(where_one_may_still_go(request, membership))
    context["form"] = form
    return render(request, "organisations/member_edit.html", context, status=422 if form.errors else 200)


@needs(MANAGE_MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def member_remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Asks once (GET), then ends the membership (POST). What the person did and owns stays as it is."""
    membership = member(request, pk)
    context = page_of(request, membership)
    status = 200
    if request.method == "POST":
        try:
            dismiss(membership)
        except ValidationError as error:
            context["refusal"], status = error.messages[0], 422
        else:
            messages.success(request, _("%(name)s is no longer a member.") % {"name": membership.user})
            return redirect(where_one_may_still_go(request, membership))
    context["crumbs"] = crumbs_to(request, _("Remove"), (str(membership.user), url(request, "member-edit", pk=pk)))
    return render(request, "organisations/member_remove.html", context, status=status)


def member(request: MemberRequest, pk: int) -> Membership:
    return get_object_or_404(members_of(request), pk=pk)


def page_of(request: MemberRequest, membership: Membership) -> dict[str, Any]:
    """What the pages about one member show, read before a form on the page tries its values on `membership`."""
    owned = getattr(membership.user, "owned_records").filter(organisation=request.organisation)  # noqa: B009
    return {
        "member": membership,
        "person": membership.user,
        "is_self": membership.user_id == request.user.pk,
        "owned": owned.count(),
        "ended": membership.has_ended,
        "can_sign_in": membership.user.has_usable_password() or membership.user.last_login is not None,
    }


def where_one_may_still_go(request: MemberRequest, membership: Membership) -> str:
    """The list, unless somebody just took the right to see it from themselves."""
    if membership.user_id != request.user.pk:
        return url(request, "member-list")
    current = request.organisation.memberships.current().filter(user=request.user).first()
    if current is None:
        return reverse("front-door")
    may_stay = MANAGE_MEMBERS in rights_of(current)
    return url(request, "member-list") if may_stay else request.organisation.get_absolute_url()


def members_of(request: MemberRequest) -> QuerySet[Membership]:
    """All members, also those whose access has ended, with what their sign-in looks like."""
    factors = Authenticator.objects.filter(
        user=OuterRef("user"), type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    )
    pending = request.organisation.invitations.filter(
        email=OuterRef("user__email"), accepted_at=None, withdrawn_at=None
    )
    members = request.organisation.memberships.select_related("user", "organisation")
    return members.annotate(second_factor=Exists(factors), is_invited=Exists(pending))


def matching(members: QuerySet[Membership], query: QueryDict) -> QuerySet[Membership]:
    for word in query.get("q", "").split()[:8]:
        members = members.filter(
            Q(user__name__icontains=word) | Q(user__email__icontains=word) | Q(function__icontains=word)
        )
    role = query.get("role", "")
    return members.filter(role=role) if role in Role.values else members


def role_chips(request: MemberRequest) -> list[dict[str, Any]]:
    """One chip for each role that somebody has."""
    counted = request.organisation.memberships.order_by().values_list("role").annotate(Count("pk"))
    counts = dict(counted)
    chips = []
    for role in Role:
        if role in counts:
            query, is_on = request.GET.copy(), request.GET.get("role") == role
            query.pop("page", None)
            query.pop("role", None)
            if not is_on:
                query["role"] = role.value
            chips.append({"label": role.label, "count": counts[role], "on": is_on, "url": f"?{query.urlencode()}"})
    return chips


def rows_asked(query: QueryDict) -> int:
    rows = query.get("rows", "")
    return int(rows) if rows in {str(number) for number in ROWS} else ROWS[1]


def url(request: MemberRequest, name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs={"organisation": request.organisation.slug, **kwargs})


def crumbs_to(request: MemberRequest, label: str, *between: tuple[str, str]) -> list[tuple[str, str | None]]:
    return [(_("Members"), url(request, "member-list")), *between, (label, None)]
