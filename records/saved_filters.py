"""Filters, order and rows of a list kept under a name, and the one with which somebody's list opens.

What is kept is the query of the address, cleaned: a filter that no longer exists is left out and nobody is bothered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from organisations.models import User
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS

from .columns import PARAMETER
from .models import SavedFilter

if TYPE_CHECKING:
    from .views import RecordViews

# Of the list itself, beside its filters.
OWN = {"sort", "rows", "q", PARAMETER}
MOST = 30
ON_THE_LIST = 6
Defaults: Any = SavedFilter.default_for.through


class SavedFilterForm(forms.ModelForm):
    """Its name, and whether everybody has it; only those who keep every record share."""

    class Meta:
        model = SavedFilter
        fields = ["name", "is_shared"]

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"filter-{self.instance.pk or 'new'}-%s"
        if not may_share:
            del self.fields["is_shared"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        one = self.instance
        same = SavedFilter.objects.filter(organisation=one.organisation, owner=one.owner, kind=one.kind, name=name)
        if same.exclude(pk=one.pk).exists():
            raise ValidationError(_("You have a filter of this name already."))
        return name


def query_of(views: RecordViews, given: QueryDict) -> str:
    """What of an address is worth keeping, always in the same order; unknown and empty parameters are left out."""
    known = OWN | set(views.filter_class.base_filters)
    pairs = sorted((name, value) for name, values in given.lists() for value in values if name in known and value)
    return urlencode(pairs)


def filters_of(views: RecordViews, request: MemberRequest) -> QuerySet[Any]:
    """Those one has for this list: one's own and the shared, each with whether the list opens with it."""
    mine = Defaults.objects.filter(savedfilter=OuterRef("pk"), user=request.user)
    found = SavedFilter.objects.filter(organisation=request.organisation, kind=views.model.KIND)
    return (
        found.filter(Q(owner=request.user) | Q(is_shared=True))
        .annotate(is_default=Exists(mine))
        .select_related("owner")
        .order_by("name", "pk")
    )


def may_share(request: MemberRequest) -> bool:
    return CHANGE_RECORDS in request.permissions


def may_keep(request: MemberRequest, one: SavedFilter) -> bool:
    """Rename and delete: one's own; what is shared also who may share."""
    return one.owner_id == request.user.pk or (one.is_shared and may_share(request))


def saved(views: RecordViews, request: MemberRequest) -> dict[str, Any]:
    """What `components/saved_filters.html` shows in the tools of a list. One query."""
    here = query_of(views, request.GET)
    items = [
        {
            "name": one.name,
            "query": query,
            "on": query == here,
            "is_default": one.is_default,
        }
        for one in filters_of(views, request)
        if (query := query_of(views, QueryDict(one.query)))
    ]
    url = reverse(f"{views.model.KIND}-filters", kwargs={"organisation": request.organisation.slug})
    is_known = any(item["on"] for item in items)
    chips = [{"label": item["name"], "url": f"?{item['query']}", "on": False} | off(item) for item in items]
    return {
        "chips": chips[:ON_THE_LIST],
        "more": chips[ON_THE_LIST:],
        "save_url": f"{url}?{here}" if here and not is_known else "",
        "url": url,
        "default": next((item["query"] for item in items if item["is_default"]), ""),
    }


def off(item: dict[str, Any]) -> dict[str, Any]:
    """A filter that is on is taken off by the next click."""
    return {"on": True, "url": "?q="} if item["on"] else {}


@transaction.atomic
def make_default(one: SavedFilter | None, *, kind: str, request: MemberRequest) -> None:
    """The list of this kind opens with `one` for this person from now on; with None as it is."""
    mine = Defaults.objects.filter(user=request.user, savedfilter__organisation=request.organisation)
    mine.filter(savedfilter__kind=kind).delete()
    if one:
        one.default_for.add(request.user)


def new_filter(views: RecordViews, request: MemberRequest) -> SavedFilter:
    """An unsaved filter of the address one comes from."""
    owner: User = request.user
    query = query_of(views, request.GET)
    return SavedFilter(organisation=request.organisation, owner=owner, kind=views.model.KIND, query=query)
