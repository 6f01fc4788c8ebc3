"""Pages of the risk register (ISO 42001 6.1.2, 8.2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from organisations.counting import HowMany, told
from organisations.models import Organisation, User
from organisations.requests import MemberRequest
from records.views import RecordViews
from risks.models import Process, Risk
from risks.register.closing import close_risk, reopen_risk
from risks.register.filters import RiskFilter
from risks.register.forms import ClosingForm, RiskForm
from risks.register.page import page_of_risk
from risks.register.starter import entry_for
from risks.register.tables import RiskTable
from risks.treatment.treating import let_both_in


class RiskViews(RecordViews):
    model, form_class, table_class, filter_class = Risk, RiskForm, RiskTable, RiskFilter
    path = "risks"
    clause = "6.1.2, 8.2"
    lead = gettext_lazy("What AI could do to our objectives (planning), and what each AI system could do today.")
    related = ("owner", "organisation", "system", "parent")
    chips = (
        (gettext_lazy("Critical"), {"level": "critical"}),
        (gettext_lazy("High"), {"level": "high"}),
        (gettext_lazy("Not accepted"), {"acceptance": "none"}),
        (gettext_lazy("Treatment overdue"), {"treatment": "overdue"}),
        (gettext_lazy("Needs another look"), {"again": "yes"}),
        (gettext_lazy("Closed"), {"status": "closed"}),
    )
    bulk = ("owner", "review_on", "option")
    imports = (
        *("title", "process", "system", "trigger", "category", "source", "owner", "identified_on"),
        *("cause", "event", "consequence", "affects", "existing_controls", "stage", "parent", "option"),
        *("review_on", "review_every"),
    )

    def handed_over(self, former: dict[int, set[User]]) -> None:
        for risk in Risk.objects.select_related("owner").filter(pk__in=former):
            let_both_in(risk, former=former[risk.pk])

    def form(self, request: MemberRequest, record: Any) -> Any:
        """A new risk may begin as one of the starter catalogue."""
        form = super().form(request, record)
        if record is None and not form.is_bound:
            form.initial.update(entry_for(request.GET.get("taken", "")))
        return form

    def extra_list_context(self, request: MemberRequest) -> dict[str, Any]:
        return {"tabs": tabs(request, request.GET.get("process", ""))}

    def extra_context(self, request: MemberRequest, record: Risk) -> dict[str, Any]:
        return page_of_risk(request, record)


def tabs(request: MemberRequest, current: str) -> list[dict[str, Any]]:
    """All, planning, operational, each with its count; the map. The counts are one query."""
    risks = Risk.objects.visible_to(request.user).of(request.organisation).filter(kind=Risk.KIND)
    asked: dict[str, Any] = {"": risks, **{process.value: risks.filter(process=process) for process in Process}}
    counts = {f"n_{name or 'all'}": HowMany(rows) for name, rows in asked.items()}
    found: Any = Organisation.objects.filter(pk=request.organisation.pk).values(**counts).get()
    labels = {"": _("All"), Process.PLANNING: _("Planning"), Process.OPERATIONAL: _("Operational")}
    kwargs = {"organisation": request.organisation.slug}
    listing = reverse("risk-list", kwargs=kwargs)
    made = [
        {
            "label": label,
            "url": f"{listing}?{urlencode({'process': name}) if name else 'q='}",
            "count": told(found[f"n_{name or 'all'}"]),
            "current": current == name,
        }
        for name, label in labels.items()
    ]
    others = [
        (_("Map"), "risk-map", "map"),
        (_("Criteria"), "risk-criteria-list", "criteria"),
        (_("Starter catalogue"), "risk-catalogue", "catalogue"),
    ]
    return made + [
        {"label": label, "url": reverse(name, kwargs=kwargs), "count": None, "current": current == key}
        for label, name, key in others
    ]


risk_views = RiskViews()


def changeable(request: MemberRequest, reference: str) -> Risk:
    """A risk that this person may change. 404 where they do not see it, 403 where they only do that."""
    risk: Risk = risk_views.get(request, reference)
    if not risk_views.may_change(request, risk):
        raise PermissionDenied
    return risk


@require_http_methods(["GET", "HEAD", "POST"])
def close_page(request: MemberRequest, reference: str) -> HttpResponse:
    """Asks why, then closes; never deletes."""
    risk = changeable(request, reference)
    form = ClosingForm(request.POST if request.method == "POST" else None, initial={"version": risk.version})
    if request.method == "POST" and form.is_valid():
        try:
            risk = close_risk(
                risk, by=request.user, reason=form.cleaned_data["reason"], seen=form.cleaned_data["version"] or 0
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("%(record)s is closed.") % {"record": risk})
            return redirect(risk)
    crumbs = crumbs_of(request, risk, _("Close"))
    status = 422 if form.errors else 200
    return render(request, "risks/risk_close.html", {"record": risk, "form": form, "crumbs": crumbs}, status=status)


@require_POST
def reopen_page(request: MemberRequest, reference: str) -> HttpResponse:
    risk = changeable(request, reference)
    try:
        reopen_risk(risk, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(record)s is open again. Its next review must be set anew.") % {"record": risk})
    return redirect(risk)


def crumbs_of(request: MemberRequest, risk: Risk, here: str) -> list[tuple[str, str | None]]:
    return [
        (capfirst(risk_views.words), risk_views.list_url(request)),
        (risk.reference, risk.get_absolute_url()),
        (here, None),
    ]


def open_risks(request: MemberRequest) -> QuerySet[Risk]:
    found: QuerySet[Risk] = Risk.objects.visible_to(request.user).of(request.organisation).open()
    return found


def urls() -> list[URLPattern]:
    return [
        path("risks/<str:reference>/close/", close_page, name="risk-close"),
        path("risks/<str:reference>/reopen/", reopen_page, name="risk-reopen"),
    ]
