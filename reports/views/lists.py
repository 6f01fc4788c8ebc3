"""The lists behind the figures of Home: what is due, which expected evidence is missing, and how figures come about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organisations.access import needs
from organisations.moment import now
from organisations.requests import MemberRequest
from organisations.roles import ROLES_WITH_END_DATE, VIEW_RECORDS
from records.views import page_of
from reports.dates import RULES, SOURCES, kinds, word_of
from reports.due import as_dues, due_rows
from reports.readiness import missing
from reports.readiness.all_lists import LISTS
from reports.readiness.lists import Seen, item_of, rows_of
from reports.readiness.state import RULE

WITHIN = {"late": None, "14": 14, "30": 30, "90": 90}


@require_safe
def due_list(request: MemberRequest) -> HttpResponse:
    """Everything that waits: `whose` mine or all, `within` late, 14, 30 or 90 days, `what` a kind of date."""
    today = request.organisation.today()
    within = request.GET.get("within", "30")
    days = WITHIN.get(within, 30)
    by = today - timedelta(days=1) if days is None else today + timedelta(days=days)
    mine = request.GET.get("whose") == "mine"
    what = request.GET.get("what", "")
    owner = request.user if mine else None
    rows = due_rows(request.user, request.organisation, by, owner=owner, what=what if what in RULES else "")
    page = page_of(request, rows)
    context = {
        "page": page,
        "items": as_dues(page.object_list, request.organisation),
        "today": today,
        **due_choices(within if within in WITHIN else "30", mine=mine, what=what),
        "is_mine": mine,
        "is_reminded": request.membership.role not in ROLES_WITH_END_DATE,
        "crumbs": [(_("Due"), None)],
    }
    return render(request, "reports/due_list.html", context)


def due_choices(within: str, *, mine: bool, what: str) -> dict[str, Any]:
    """Tabs for the time and chips for the rest; each sets one parameter and keeps the others."""
    query = {"within": within, "whose": "mine" if mine else "", "what": what}

    def url(**change: str) -> str:
        return "?" + urlencode({name: value for name, value in (query | change).items() if value})

    def chip(label: str, name: str, value: str) -> dict[str, Any]:
        is_on = query[name] == value
        return {"label": label, "on": is_on, "url": url(**{name: "" if is_on else value})}

    labels = {"late": _("Late"), **{days: _("In %(days)s days") % {"days": days} for days in ("14", "30", "90")}}
    tabs = [{"label": label, "url": url(within=key), "current": key == within} for key, label in labels.items()]
    chosen = [chip(word_of(what), "what", what)] if what in RULES else []
    return {
        "tabs": tabs,
        "chips": [chip(_("Mine"), "whose", "mine"), *chosen],
        "kinds": sorted((str(source.plural), url(what=source.rule)) for source in SOURCES),
    }


@require_safe
@needs(VIEW_RECORDS)
def gap_list(request: MemberRequest) -> HttpResponse:
    """Expected evidence that nothing valid shows; `mandatory` yes or no."""
    wanted = request.GET.get("mandatory", "")
    gaps = missing(request.organisation, request.user)
    shown = [gap for gap in gaps if wanted not in {"yes", "no"} or gap.is_mandatory == (wanted == "yes")]
    labels = [(_("Mandatory"), "yes"), (_("Usual"), "no")]
    context = {
        "page": page_of(request, shown),
        "total": len(gaps),
        "chips": [
            {"label": label, "on": wanted == value, "url": "?" if wanted == value else f"?mandatory={value}"}
            for label, value in labels
        ],
        "crumbs": [(_("Missing evidence"), None)],
    }
    return render(request, "reports/gap_list.html", context)


@require_safe
def rules(request: MemberRequest) -> HttpResponse:
    """How each figure is derived, in words; the report prints the same text."""
    crumbs = [(_("How figures are derived"), None)]
    return render(request, "reports/rules.html", {"rule": RULE, "dates": kinds(), "crumbs": crumbs})


@require_safe
@needs(VIEW_RECORDS)
def readiness_list(request: MemberRequest, code: str) -> HttpResponse:
    """The records behind one test or figure of readiness, all of them."""
    listed = LISTS.get(code)
    if listed is None:
        raise Http404
    organisation = request.organisation
    seen = Seen(organisation, request.user, now(), organisation.today())
    page = page_of(request, rows_of(seen, listed))
    context = {
        "listed": listed,
        "page": page,
        "items": [item_of(row, organisation) for row in page],
        "today": organisation.today(),
        "day_label": listed.day_word or listed.rows(seen).model._meta.get_field(listed.day).verbose_name,
        "crumbs": [(_("Home"), reverse("home", kwargs={"organisation": organisation.slug})), (listed.title, None)],
    }
    return render(request, "reports/readiness_list.html", context)
