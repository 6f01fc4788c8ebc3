"""Pages on which anybody says what worries them, and reads the answer, without being anybody.

What is known of a sender is dropped before these pages are asked (organisations.nameless).
"""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from organisations.api_throttle import Buckets
from organisations.models import Organisation
from risks.concerns.actions import add_message, by_code, raise_concern
from risks.concerns.forms import CodeForm, MessageForm, SpeakUpForm
from risks.models import Concern

# So many messages and codes a minute from one address, counted in this process and kept nowhere.
PER_MINUTE = 10
buckets = Buckets()


@login_not_required
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def speak_up(request: HttpRequest, organisation: str) -> HttpResponse:
    """Takes a concern and shows its code, this once."""
    place = get_object_or_404(Organisation, slug=organisation)
    form = SpeakUpForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return page(request, place, "speak_up", form=form)
    if is_too_often(request, form):
        return page(request, place, "speak_up", status=429, form=form)
    if not form.is_valid():
        return page(request, place, "speak_up", form=form)
    code = raise_concern(place, text=form.cleaned_data["text"], system=form.cleaned_data["system"])
    return page(request, place, "speak_up_sent", code=code)


@login_not_required
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def read_answer(request: HttpRequest, organisation: str) -> HttpResponse:
    """Opens a concern by its code: where it stands, the answer, and a further message."""
    place = get_object_or_404(Organisation, slug=organisation)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return page(request, place, "speak_up_code", form=form)
    if is_too_often(request, form):
        return page(request, place, "speak_up_code", status=429, form=form)
    concern = by_code(place, form.cleaned_data["code"]) if form.is_valid() else None
    if concern is None:
        if form.is_valid():
            form.add_error("code", _("No concern has this code. Look at each sign again."))
        return page(request, place, "speak_up_code", form=form)
    return opened(request, place, concern)


def opened(request: HttpRequest, place: Organisation, concern: Concern) -> HttpResponse:
    """The answer; a message that came along is added first."""
    is_sent, form = False, MessageForm(request.POST if "message" in request.POST else None)
    form.initial["code"] = request.POST["code"]
    if form.is_bound and form.is_valid():
        try:
            add_message(concern, text=form.cleaned_data["message"])
        except ValidationError as error:
            form.add_error("message", error)
        else:
            is_sent, form = True, MessageForm(initial={"code": request.POST["code"]})
            concern = Concern.objects.get(pk=concern.pk)
    return page(request, place, "speak_up_answer", concern=concern, form=form, is_sent=is_sent)


def is_too_often(request: HttpRequest, form: forms.Form) -> bool:
    """Whether one address sends too much; the form then says so, with what was typed."""
    if not buckets.take(getattr(request, "sender", ""), PER_MINUTE, time.monotonic()):
        return False
    form.is_valid()
    form.add_error(None, _("Too many at once. Wait a minute, then send it again: what you typed is still here."))
    return True


def page(request: HttpRequest, place: Organisation, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, f"risks/{name}.html", {"place": place, **context}, status=status)
