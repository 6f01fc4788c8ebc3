"""The page of one list's saved filters: keep the present one, rename, share, open with it, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organisations.requests import MemberRequest

from .models import SavedFilter
from .saved_filters import MOST, SavedFilterForm, filters_of, make_default, may_keep, may_share, new_filter, query_of

if TYPE_CHECKING:
    from .views import RecordViews


VERBS = ("delete", "default", "no_default", "rename")


class SavedFilterPages:
    """The address of the saved filters of one list: everybody's own setting, about nothing but how they look at it."""

    def __init__(self, views: RecordViews) -> None:
        self.views = views

    def urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "HEAD", "POST"])(self.filters)
        return [path(f"{self.views.path}/filters/", view, name=f"{self.views.model.KIND}-filters")]

    def filters(self, request: MemberRequest) -> HttpResponse:
        if request.method != "POST":
            return self.page(request)
        if "filter" not in request.POST:
            return self.save(request)
        number = request.POST["filter"]
        one = get_object_or_404(filters_of(self.views, request), pk=number if number.isdecimal() else 0)
        verb = next((name for name in VERBS if name in request.POST), "rename")
        if verb in {"default", "no_default"}:
            make_default(one if verb == "default" else None, kind=one.kind, request=request)
            messages.success(request, _("The list opens with “%(name)s”.") % {"name": one.name} if verb == "default"
                             else _("The list opens with everything."))  # fmt: skip
            return redirect(request.path)
        if not may_keep(request, one):
            raise PermissionDenied
        return self.delete(request, one) if verb == "delete" else self.rename(request, one)

    def save(self, request: MemberRequest) -> HttpResponse:
        if "is_shared" in request.POST and not may_share(request):
            raise PermissionDenied
        form = SavedFilterForm(request.POST, instance=new_filter(self.views, request), may_share=may_share(request))
        too_many = filters_of(self.views, request).filter(owner=request.user).count() >= MOST
        if form.is_valid() and (too_many or not form.instance.query):
            form.add_error(
                None, _("Delete one first: there are many.") if too_many else _("There is no filter to save.")
            )
        if not form.is_valid():
            return self.page(request, form, status=422)
        one = form.save()
        if "is_default" in request.POST:
            make_default(one, kind=one.kind, request=request)
        messages.success(request, _("“%(name)s” was saved.") % {"name": one.name})
        return redirect(f"{self.views.list_url(request)}?{one.query}")

    def rename(self, request: MemberRequest, one: SavedFilter) -> HttpResponse:
        if "is_shared" in request.POST and not may_share(request):
            raise PermissionDenied
        form = SavedFilterForm(request.POST, instance=one, may_share=may_share(request))
        if not form.is_valid():
            return self.page(request, changed=form, status=422)
        form.save()
        messages.success(request, _("“%(name)s” was saved.") % {"name": one.name})
        return redirect(request.path)

    def delete(self, request: MemberRequest, one: SavedFilter) -> HttpResponse:
        name = one.name
        one.delete()
        messages.success(request, _("“%(name)s” was deleted.") % {"name": name})
        return redirect(request.path)

    def page(
        self, request: MemberRequest, form: SavedFilterForm | None = None, changed: SavedFilterForm | None = None,
        status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        present, sharing = new_filter(self.views, request), may_share(request)
        lines = [self.line(request, one, changed) for one in filters_of(self.views, request)]
        context: dict[str, Any] = {
            "views": self.views,
            "form": form or (SavedFilterForm(instance=present, may_share=sharing) if present.query else None),
            "present_url": f"{self.views.list_url(request)}?{present.query}",
            "lines": lines,
            "list_url": self.views.list_url(request),
            "crumbs": [(capfirst(self.views.words), self.views.list_url(request)), (_("Saved filters"), None)],
        }
        return render(request, "records/saved_filters.html", context, status=status)

    def line(self, request: MemberRequest, one: Any, changed: SavedFilterForm | None) -> dict[str, Any]:
        query = query_of(self.views, QueryDict(one.query))
        form = None
        if may_keep(request, one):
            is_this = changed and changed.instance.pk == one.pk
            form = changed if is_this else SavedFilterForm(instance=one, may_share=may_share(request))
        return {
            "one": one,
            "form": form,
            "url": f"{self.views.list_url(request)}?{query or 'q='}",
            "is_less": query != one.query,
        }
