"""The page between choosing rows of a list and changing them: the value, then who and what would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS, CONTRIBUTE

from .selection import MOST, Picks, Plan, SelectionForm, carry_out, plan, read_picks, write_picks

if TYPE_CHECKING:
    from .views import RecordViews

# So many are listed in the preview; all of them are changed.
LISTED = 100


class SelectionPages:
    """The address to which the checkboxes of one list are sent."""

    def __init__(self, views: RecordViews) -> None:
        self.views = views

    def urls(self) -> list[URLPattern]:
        name = f"{self.views.model.KIND}-selection"
        return [path(f"{self.views.path}/selection/", require_POST(self.selection), name=name)]

    def selection(self, request: MemberRequest) -> HttpResponse:
        if not request.permissions & {CHANGE_RECORDS, CONTRIBUTE}:
            raise PermissionDenied
        name = request.POST.get("set", "")
        if name not in self.views.bulk:
            raise BadRequest
        picks = self.picked(request)
        if not picks or len(picks) > MOST:
            none, many = _("Choose at least one row first."), _("Choose at most 10,000 at once: filter the list first.")
            messages.warning(request, many if picks else none)
            return redirect(self.back(request))
        data = request.POST if "value" in request.POST else None
        form = SelectionForm(data, model=self.views.model, name=name, organisation=request.organisation)
        if not form.is_valid():
            return self.page(request, form, name, picks)
        value = form.cleaned_data["value"]
        if "promised" not in request.POST or "preview" in request.POST:
            return self.page(request, form, name, picks, plan(self.views, request, picks, name, value))
        promised = read_picks([request.POST["promised"]])
        result, is_done = carry_out(self.views, request, picks, name, value, promised)
        if not is_done:
            return self.page(request, form, name, picks, result, is_stale=True)
        messages.success(request, words(result))
        return redirect(self.back(request))

    def picked(self, request: MemberRequest) -> Picks:
        """What was chosen, each in the version that was shown; with `all`, what else the filter finds as it is now."""
        chosen = read_picks([*request.POST.getlist("pick"), request.POST.get("picks", "")])
        if "all" not in request.POST:
            return chosen
        found = self.views.filtered(request).qs.order_by().values_list("pk", "version")[: MOST + 1]
        return dict(found) | chosen

    def back(self, request: MemberRequest) -> str:
        query = request.GET.urlencode()
        return self.views.list_url(request) + (f"?{query}" if query else "")

    def page(
        self, request: MemberRequest, form: SelectionForm, name: str, picks: Picks, result: Plan | None = None,
        *, is_stale: bool = False,
    ) -> HttpResponse:  # fmt: skip
        label = form.fields["value"].label
        context: dict[str, Any] = {
            "views": self.views,
            "form": form,
            "name": name,
            "label": label,
            "count": len(picks),
            "picks": write_picks(picks),
            "plan": result,
            "promised": write_picks(result.picks) if result else "",
            "is_stale": is_stale,
            "more_changing": max(0, len(result.changing) - LISTED) if result else 0,
            "more_refused": max(0, len(result.refused) - LISTED) if result else 0,
            "listed": LISTED,
            "back_url": self.back(request),
            "crumbs": [
                (capfirst(self.views.words), self.back(request)),
                (_("Set %(what)s") % {"what": str(label).lower()}, None),
            ],
        }
        status = 409 if is_stale else 422 if form.errors else 200
        return render(request, "records/selection.html", context, status=status)


def bar(views: RecordViews, request: MemberRequest) -> dict[str, Any]:
    """What `components/selection.html` shows under a list: where the checkboxes go, and what can be set."""
    here = reverse(f"{views.model.KIND}-selection", kwargs={"organisation": request.organisation.slug})
    fields = [(name, str(views.model._meta.get_field(name).verbose_name)) for name in views.bulk]  # type: ignore[union-attr]
    return {"url": f"{here}?{request.GET.urlencode()}", "fields": fields}


def words(result: Plan) -> str:
    changed, left = len(result.changing), result.count - len(result.changing)
    told = ngettext("%(n)d record was changed.", "%(n)d records were changed.", changed) % {"n": changed}
    if left:
        told += " " + ngettext("%(n)d was left as it is.", "%(n)d were left as they are.", left) % {"n": left}
    return told
