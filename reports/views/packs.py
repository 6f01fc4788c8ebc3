"""Asking for an evidence pack: of what, and how much it would hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from audits.models import Audit
from clauses.models.crosswalks import OtherFramework
from evidence.references import natural
from organisations.access import needs
from organisations.requests import MemberRequest
from organisations.roles import REQUEST_REPORTS, VIEW_RECORDS
from reports.actions import ask_for_report
from reports.models import Report
from reports.pack.files import amount
from reports.pack.scopes import NoScope, Scope, scope_of
from systems.models import AISystem

EVERYTHING = "everything"


class PackForm(forms.Form):
    """What a pack is of, as `audit:AUD-2026-01`."""

    of = forms.ChoiceField(label=gettext_lazy("Pack of"))

    def __init__(self, *args: Any, choices: list[Any]) -> None:
        super().__init__(*args)
        self.fields["of"].choices = choices  # type: ignore[attr-defined]

    def parameters(self) -> dict[str, str]:
        name, _colon, value = self.cleaned_data["of"].partition(":")
        return {} if name == EVERYTHING else {name: value}


def choices_of(request: MemberRequest) -> list[Any]:
    """Everything, each audit, each AI system and each framework one may see."""
    groups: list[Any] = [(EVERYTHING, _("All of %(name)s") % {"name": request.organisation.name})]
    for name, kind in (("audit", Audit), ("system", AISystem)):
        visible: Any = kind.objects.visible_to(request.user).of(request.organisation)
        rows = sorted(visible.order_by().values_list("reference", "title"), key=lambda row: natural(row[0]))
        options = [(f"{name}:{reference}", f"{reference} {title}") for reference, title in rows]
        groups.append((capfirst(str(kind._meta.verbose_name_plural)), options))
    frameworks: Any = OtherFramework.objects.visible_to(request.user)
    in_use = frameworks.of(request.organisation).in_use()
    groups.append((_("Frameworks"), [(f"framework:{one.code}", one.name) for one in in_use]))
    return groups


@dataclass(frozen=True)
class Preview:
    """How much a pack would hold."""

    scope: Scope
    files: int
    size: int

    @property
    def records(self) -> int:
        return len(self.scope.keys)


def preview_of(request: MemberRequest, parameters: dict[str, str]) -> Preview:
    scope = scope_of(request.organisation, request.user, parameters)
    return Preview(scope, *amount(scope.keys))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(REQUEST_REPORTS)
def pack_new(request: MemberRequest) -> HttpResponse:
    """GET: the form, and once something is chosen how much of it there is. POST: asks for the pack."""
    if VIEW_RECORDS not in request.permissions:
        raise PermissionDenied
    given = request.POST if request.method == "POST" else request.GET if "of" in request.GET else None
    form = PackForm(given, choices=choices_of(request))
    preview = None
    if given is not None and form.is_valid():
        if request.method == "POST":
            return asked(request, form.parameters())
        try:
            preview = preview_of(request, form.parameters())
        except NoScope as error:
            form.add_error("of", str(error))
    context = {
        "form": form,
        "preview": preview,
        "of": form.cleaned_data.get("of") if preview else "",
        "key": uuid4(),
        "crumbs": [
            (_("Reports"), reverse("report-list", args=[request.organisation.slug])),
            (_("Evidence pack"), None),
        ],
    }
    return render(request, "reports/pack_new.html", context)


def asked(request: MemberRequest, parameters: dict[str, str]) -> HttpResponse:
    response = redirect(asked_for(request, parameters))
    response.status_code = 303
    return response


def asked_for(request: MemberRequest, parameters: dict[str, str], key: str = "") -> Report:
    return ask_for_report(
        request.organisation,
        kind=Report.Kind.EVIDENCE_PACK,
        by=request.user,
        key=key or request.POST.get("key", "")[:100] or str(uuid4()),
        format=Report.Format.ZIP,
        parameters=parameters,
    )


def pack_by_name(request: MemberRequest, given: dict[str, Any], key: str) -> Report:
    """Asks for the pack of the `audit`, `system` or `framework` that is named, else of everything. Raises Http404."""
    names = [name for name in Report.SCOPES if name != "room" and given.get(name)]
    parameters = {name: str(given[name]) for name in names[:1]}
    try:
        scope_of(request.organisation, request.user, parameters)
    except NoScope as error:
        raise Http404 from error
    return asked_for(request, parameters, key)
