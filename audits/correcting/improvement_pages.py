"""Pages of improvements: list, page, form and verbs (ISO 42001 10.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from audits.models import Finding, Improvement, ImprovementState
from organisations.models import User
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS
from records.forms import RecordForm
from records.register_page import RegisterForm, RegisterViews, parts_of
from records.widgets import LongText

from . import improving
from .forms import SaidForm
from .said import done, posted, said_page, tried
from .tables import IMPROVEMENT_TONES, ImprovementFilter, ImprovementTable
from .tasking import ask_for, part_form, parts_asked, sees_all

SETTLED_STAYS = gettext_lazy("It is realised or declined; nothing in it changes any more.")
FORM = require_http_methods(["GET", "HEAD", "POST"])


class ImprovementForm(RegisterForm):
    groups = [
        (
            gettext_lazy("Improvement"),
            gettext_lazy("What could be better, though nothing is wrong with it."),
            ["title", "what", "benefit"],
        ),
        (
            gettext_lazy("Where it comes from"),
            gettext_lazy("An audit, a management review, or somebody's suggestion."),
            ["follows", "decided_in", "suggested_by"],
        ),
        (gettext_lazy("Who and when"), "", ["owner", ("due_on", "review_on")]),
    ]

    class Meta:
        model = Improvement
        fields = ["title", "what", "benefit", "follows", "decided_in", "suggested_by", "owner", "due_on", "review_on"]
        labels = {"title": gettext_lazy("Improvement")}

    def clean(self) -> dict[str, Any]:
        if self.instance.pk and not self.instance.is_open:
            raise forms.ValidationError(SETTLED_STAYS)
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk and self.instance.state != ImprovementState.PROPOSED and not cleaned.get("due_on"):
            self.add_error("due_on", _("It was accepted with a day."))
        return cleaned


class ResultForm(SaidForm):
    result = forms.CharField(label=gettext_lazy("What came of it"), widget=LongText)


class ReasonForm(SaidForm):
    result = forms.CharField(label=gettext_lazy("Why it is declined"), widget=LongText)


class ImprovementViews(RegisterViews):
    model, form_class = Improvement, ImprovementForm
    table_class, filter_class = ImprovementTable, ImprovementFilter
    path = "improvements"
    clause = "10.1"
    lead = gettext_lazy("What could be better: suggested, decided, realised, and what came of it.")
    related = ("owner", "organisation", "decided_by", "follows", "decided_in")
    chips = (
        (gettext_lazy("To be decided"), {"state": "proposed"}),
        (gettext_lazy("Open"), {"open": "yes"}),
        (gettext_lazy("Late"), {"due": "late"}),
        (gettext_lazy("Realised"), {"state": "realised"}),
    )

    def hindrance(self, request: MemberRequest, record: Improvement, name: str) -> str:
        if not record.is_open:
            return str(SETTLED_STAYS)
        if name == "owner" and CHANGE_RECORDS not in request.permissions:
            return _("Only who keeps the records changes this")
        return ""

    def form(self, request: MemberRequest, record: Any) -> RecordForm:
        form = super().form(request, record)
        key = request.GET.get("follows", "") if record is None and request.method != "POST" else ""
        if key.isdecimal() and len(key) < 18:
            found = Finding.objects.visible_to(request.user).of(request.organisation).filter(pk=key).first()
            if found:
                form.initial.update(title=found.title, what=found.observed)
        return form

    def extra_context(self, request: MemberRequest, record: Improvement) -> dict[str, Any]:
        acts, decides = improving.may_act(record, request.user), improving.may_decide(record, request.user)
        may_change = self.may_change(request, record)
        state = ImprovementState(record.state)
        return {
            "parts": list(parts_of(record, self.form_class, request.user)),
            "state": {"word": record.get_state_display(), "tone": IMPROVEMENT_TONES[state]},
            "may_accept": decides and state == ImprovementState.PROPOSED,
            "may_decline": decides and record.is_open,
            "may_begin": acts and state == ImprovementState.ACCEPTED,
            "may_realise": acts and state in {ImprovementState.ACCEPTED, ImprovementState.IN_PROGRESS},
            "tasks": parts_asked(request, record),
            "part_form": part_form(request, record) if may_change and record.is_open else None,
        }


pages = ImprovementViews()


def urls() -> list[URLPattern]:
    at = "improvements/<str:reference>"
    return [
        path(f"{at}/accept/", accept, name="improvement-accept"),
        path(f"{at}/decline/", decline, name="improvement-decline"),
        path(f"{at}/begin/", begin, name="improvement-begin"),
        path(f"{at}/done/", realise, name="improvement-realise"),
        path(f"{at}/actions/", add_part, name="improvement-part"),
    ]


def allowed(request: MemberRequest, reference: str, may: Callable[[Improvement, User], bool]) -> Improvement:
    improvement: Improvement = pages.get(request, reference)
    if not may(improvement, request.user):
        raise PermissionDenied
    return improvement


@require_POST
def accept(request: MemberRequest, reference: str) -> HttpResponse:
    one = allowed(request, reference, improving.may_decide)
    seen = request.POST.get("version", "")
    version = int(seen) if seen.isdecimal() and len(seen) < 9 else 0
    return done(
        request, one, _("%(record)s is accepted."), lambda: improving.accept(one, by=request.user, seen=version)
    )


@require_POST
def begin(request: MemberRequest, reference: str) -> HttpResponse:
    one = allowed(request, reference, improving.may_act)
    return done(request, one, _("%(record)s is in progress."), lambda: improving.begin(one, by=request.user))


@FORM
def decline(request: MemberRequest, reference: str) -> HttpResponse:
    one = allowed(request, reference, improving.may_decide)
    form = ReasonForm(posted(request), record=one)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["result"]
        if tried(form, lambda: improving.decline(one, by=request.user, reason=reason, seen=form.seen)):
            messages.success(request, _("%(record)s is declined.") % {"record": one})
            return redirect(one)
    return said_page(request, pages, one, form, _("Decline"), _("Decline"))


@FORM
def realise(request: MemberRequest, reference: str) -> HttpResponse:
    one = allowed(request, reference, improving.may_act)
    form = ResultForm(posted(request), record=one)
    if request.method == "POST" and form.is_valid():
        result = form.cleaned_data["result"]
        if tried(form, lambda: improving.realise(one, by=request.user, result=result, seen=form.seen)):
            messages.success(request, _("%(record)s is realised.") % {"record": one})
            return redirect(one)
    return said_page(request, pages, one, form, _("Realised"), _("Mark as realised"))


@require_POST
def add_part(request: MemberRequest, reference: str) -> HttpResponse:
    """An action asked of somebody, so that this gets done."""
    one = allowed(request, reference, lambda record, user: pages.may_change(request, record))
    if not one.is_open:
        messages.error(request, str(SETTLED_STAYS))
        return redirect(one)
    form = part_form(request, one, request.POST)
    if form.is_valid():
        task = ask_for(form, by=request.user, sees_all=sees_all(request))
        messages.success(request, _("%(record)s was added.") % {"record": task})
        return redirect(f"{one.get_absolute_url()}#actions")
    return said_page(request, pages, one, form, _("New action"), _("Add action"))
