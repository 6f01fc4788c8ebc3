"""A page on which one says something with a verb: its form, what was typed where it was refused, and the way on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst

from organisations.requests import MemberRequest
from records.models import Record
from records.views import RecordViews


def posted(request: MemberRequest) -> Any:
    return request.POST if request.method == "POST" else None


def tried(form: Any, act: Callable[[], Any]) -> bool:
    """Does what a valid form says; False where it was refused, which then stands in the form."""
    try:
        act()
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def said_page(
    request: MemberRequest, views: RecordViews, record: Any, form: Any, heading: str, verb: str, **more: Any
) -> HttpResponse:
    crumbs = [
        (capfirst(views.words), views.list_url(request)),
        (record.reference, record.get_absolute_url()),
        (heading, None),
    ]
    context = {"record": record, "form": form, "heading": heading, "verb": verb, "crumbs": crumbs, **more}
    return render(request, "audits/said.html", context, status=422 if form.errors else 200)


def done(request: MemberRequest, record: Record, words: str, act: Callable[[], Any]) -> HttpResponse:
    """Does what needs no form, and says so, or why not."""
    try:
        act()
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        messages.success(request, words % {"record": record})
    return redirect(record)
