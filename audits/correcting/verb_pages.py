"""Pages of the verbs of a corrective action."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from audits.models import ActionState, CorrectiveAction
from organisations.models import User
from organisations.requests import MemberRequest

from . import actions
from .forms import DoneForm, EffectForm, ExtendForm, HandOverForm
from .pages import pages
from .said import done, posted, said_page, tried
from .tasking import ask_for, part_form, sees_all

FORM = require_http_methods(["GET", "HEAD", "POST"])


def urls() -> list[URLPattern]:
    at = "corrective-actions/<str:reference>"
    return [
        path(f"{at}/begin/", begin, name="corrective-action-begin"),
        path(f"{at}/done/", finish, name="corrective-action-done"),
        path(f"{at}/extend/", extend, name="corrective-action-extend"),
        path(f"{at}/hand-over/", hand_over, name="corrective-action-hand-over"),
        path(f"{at}/verify/", check_effect, name="corrective-action-verify"),
        path(f"{at}/actions/", add_part, name="corrective-action-part"),
    ]


def allowed(request: MemberRequest, reference: str, may: Callable[[CorrectiveAction, User], bool]) -> CorrectiveAction:
    """The corrective action, for who may do something with it: 404 and 403 for others."""
    action: CorrectiveAction = pages.get(request, reference)
    if not may(action, request.user):
        raise PermissionDenied
    return action


def may_check(action: CorrectiveAction, user: User) -> bool:
    return action.state == ActionState.DONE and not actions.refusal(action, user)


@require_POST
def begin(request: MemberRequest, reference: str) -> HttpResponse:
    action = allowed(request, reference, actions.may_act)
    return done(request, action, _("%(record)s is in progress."), lambda: actions.begin(action, by=request.user))


@FORM
def finish(request: MemberRequest, reference: str) -> HttpResponse:
    """Says what was done, and who looks when whether it helped."""
    action = allowed(request, reference, actions.may_act)
    form = DoneForm(posted(request), record=action)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("outcome", "check_on", "checker")}
        if tried(form, lambda: actions.finish(action, by=request.user, seen=form.seen, **given)):
            messages.success(request, _("%(record)s is done; its effect is still to be checked.") % {"record": action})
            return redirect(action)
    missing = actions.missing(action) if action.is_to_do else []
    return said_page(request, pages, action, form, _("Done"), _("Mark as done"), missing=missing)


@FORM
def extend(request: MemberRequest, reference: str) -> HttpResponse:
    action = allowed(request, reference, actions.may_give_time)
    form = ExtendForm(posted(request), record=action, initial={"due_on": action.due_on})
    if request.method == "POST" and form.is_valid():
        to, reason = form.cleaned_data["due_on"], form.cleaned_data["reason"]
        if tried(form, lambda: actions.extend(action, by=request.user, to=to, reason=reason, seen=form.seen)):
            messages.success(request, _("%(record)s was given more time.") % {"record": action})
            return redirect(action)
    lead = _("The old day, the new day, the reason and your name stay on its page.")
    return said_page(request, pages, action, form, _("More time"), _("Extend"), lead=lead)


@FORM
def hand_over(request: MemberRequest, reference: str) -> HttpResponse:
    action = allowed(request, reference, actions.may_give_time)
    form = HandOverForm(posted(request), record=action)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["owner"]
        if tried(form, lambda: actions.hand_over(action, by=request.user, to=to, seen=form.seen)):
            words = _("%(record)s is now owned by %(name)s.") % {"record": action, "name": to}
            messages.success(request, words)
            is_visible = pages.visible(request).filter(pk=action.pk).exists()
            return redirect(action if is_visible else pages.list_url(request))
    return said_page(request, pages, action, form, _("Another owner"), _("Hand over"))


@FORM
def check_effect(request: MemberRequest, reference: str) -> HttpResponse:
    """Says whether it helped: closed, or opened again."""
    action = allowed(request, reference, may_check)
    form = EffectForm(posted(request), record=action)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("is_effective", "result")}
        if tried(form, lambda: actions.check_effect(action, by=request.user, seen=form.seen, **given)):
            words = _("%(record)s is closed.") if given["is_effective"] else _("%(record)s is open again.")
            messages.success(request, words % {"record": action})
            return redirect(action)
    return said_page(
        request, pages, action, form, _("Check of the effect"), _("Keep result"), lead=action.outcome, quoted=True
    )


@require_POST
def add_part(request: MemberRequest, reference: str) -> HttpResponse:
    """An action asked of somebody, so that this gets done."""
    action = allowed(request, reference, lambda one, user: pages.may_change(request, one))
    form = part_form(request, action, request.POST)
    if not action.is_open:
        messages.error(request, _("It is closed; nothing in it changes any more."))
        return redirect(action)
    if form.is_valid():
        task = ask_for(form, by=request.user, sees_all=sees_all(request))
        messages.success(request, _("%(record)s was added.") % {"record": task})
        return redirect(f"{action.get_absolute_url()}#actions")
    return said_page(request, pages, action, form, _("New action"), _("Add action"))
