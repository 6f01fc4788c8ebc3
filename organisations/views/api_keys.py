"""API keys: a member's own, and for administrators everybody's."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from organisations.forms import day_input
from organisations.keys import make_key, revoke
from organisations.models import ApiKey
from organisations.requests import MemberRequest
from organisations.roles import MANAGE_MEMBERS

USUAL = timedelta(days=90)


class ApiKeyForm(forms.ModelForm):
    groups = [
        (
            gettext_lazy("New key"),
            gettext_lazy("It may do what you may do, until its last day."),
            ["name", "expires_on"],
        )
    ]

    class Meta:
        model = ApiKey
        fields = ["name", "expires_on"]
        widgets = {"expires_on": day_input()}


def keys_for(request: MemberRequest) -> QuerySet[ApiKey]:
    """The keys of the organisation that this member may see and revoke."""
    keys = ApiKey.objects.filter(organisation=request.organisation).select_related("user", "organisation")
    return keys if MANAGE_MEMBERS in request.permissions else keys.filter(user=request.user)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def api_key_list(request: MemberRequest) -> HttpResponse:
    """GET: the list and the form. POST: makes a key and shows it, this once."""
    initial = {"expires_on": request.organisation.today() + USUAL}
    form = ApiKeyForm(request.POST if request.method == "POST" else None, initial=initial)
    context: dict[str, Any] = {"form": form, "crumbs": [(_("API keys"), None)]}
    if request.method == "POST" and form.is_valid():
        try:
            fields = form.cleaned_data
            context["made"], context["secret"] = make_key(request.user, organisation=request.organisation, **fields)
            context["form"] = ApiKeyForm(initial=initial)
        except forms.ValidationError as error:
            form.add_error(None, error)
    context |= {"keys": keys_for(request), "sees_all": MANAGE_MEMBERS in request.permissions}
    return render(request, "organisations/api_key_list.html", context, status=422 if context["form"].errors else 200)


@require_POST
def api_key_revoke(request: MemberRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(keys_for(request), pk=pk)
    revoke(key)
    messages.success(request, _("The key “%(name)s” no longer works.") % {"name": key.name})
    return redirect(reverse("api-key-list", kwargs={"organisation": request.organisation.slug}))
