"""Pages of the meeting: what is said about an input, and what is decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from audits.correcting.said import done, posted, said_page, tried
from audits.models import ManagementReview, ReviewDecision, ReviewInput, Topic
from organisations.requests import MemberRequest

from . import actions
from .forms import ISSUED_STAYS, DecisionForm, InputForm
from .pages import pages, writing

FORM = require_http_methods(["GET", "HEAD", "POST"])


def urls() -> list[URLPattern]:
    at = "management-reviews/<str:reference>"
    return [
        path(f"{at}/inputs/<slug:topic>/", speak, name="management-review-input"),
        path(f"{at}/inputs/<slug:topic>/refresh/", refresh, name="management-review-refresh"),
        path(f"{at}/decisions/add/", decide, name="management-review-decide"),
        path(f"{at}/decisions/<int:decision_id>/", change, name="management-review-decision"),
        path(f"{at}/decisions/<int:decision_id>/remove/", remove, name="management-review-decision-remove"),
    ]


def input_of(review: ManagementReview, topic: str) -> ReviewInput:
    """The row of an input; one that was not filled yet is empty."""
    if topic not in Topic:
        raise Http404
    return review.inputs.filter(topic=topic).first() or ReviewInput(review=review, topic=topic)


def settled(request: MemberRequest, review: ManagementReview) -> HttpResponse | None:
    """The way back where the minutes are issued."""
    if not review.is_issued:
        return None
    messages.info(request, str(ISSUED_STAYS))
    return redirect(review)


@FORM
def speak(request: MemberRequest, reference: str, topic: str) -> HttpResponse:
    """One input: the figures, and beside them what the meeting said."""
    review = writing(request, reference)
    row = input_of(review, topic)
    if answer := settled(request, review):
        return answer
    form = InputForm(posted(request), row=row)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("summary", "remark")}
        if tried(form, lambda: actions.speak(review, topic, by=request.user, seen=(row.summary, row.remark), **said)):
            messages.success(request, _("%(input)s was kept.") % {"input": row})
            return redirect(f"{review.get_absolute_url()}#input-{topic}")
    return said_page(request, pages, review, form, str(row), _("Keep"), input=row, refresh_url=refresh_url(review, row))


def refresh_url(review: ManagementReview, row: ReviewInput) -> str:
    where = {"organisation": review.organisation.slug, "reference": review.reference, "topic": row.topic}
    return reverse("management-review-refresh", kwargs=where)


@require_POST
def refresh(request: MemberRequest, reference: str, topic: str) -> HttpResponse:
    """Fills one input with what the records say now."""
    review = writing(request, reference)
    row = input_of(review, topic)
    words = _("“%(input)s” says what the records say now. What was written stays.") % {"input": row}
    answer = done(request, review, words, lambda: actions.prepare(review, by=request.user, topic=topic))
    answer["Location"] += f"#input-{topic}"
    return answer


@FORM
def decide(request: MemberRequest, reference: str) -> HttpResponse:
    review = writing(request, reference)
    if answer := settled(request, review):
        return answer
    form = DecisionForm(posted(request), review=review)
    return kept(request, review, form, _("New decision"), {})


@FORM
def change(request: MemberRequest, reference: str, decision_id: int) -> HttpResponse:
    review = writing(request, reference)
    row = get_object_or_404(ReviewDecision, review=review, pk=decision_id)
    if answer := settled(request, review):
        return answer
    form = DecisionForm(posted(request), instance=row, review=review)
    where = {"organisation": review.organisation.slug, "reference": review.reference, "decision_id": row.pk}
    remove_url = reverse("management-review-decision-remove", kwargs=where)
    return kept(request, review, form, _("Change decision"), {"row": row, "remove_url": remove_url})


def kept(
    request: MemberRequest, review: ManagementReview, form: DecisionForm, heading: str, more: dict[str, Any]
) -> HttpResponse:
    if form.is_bound and form.is_valid() and tried(form, lambda: actions.decide(form.instance, by=request.user)):
        messages.success(request, _("The decision was kept."))
        return redirect(f"{review.get_absolute_url()}#decisions")
    return said_page(request, pages, review, form, heading, _("Keep decision"), **more)


@require_POST
def remove(request: MemberRequest, reference: str, decision_id: int) -> HttpResponse:
    review = writing(request, reference)
    row = get_object_or_404(ReviewDecision, review=review, pk=decision_id)
    words = _("The decision was taken out of %(record)s. History keeps it.")
    return done(request, review, words, lambda: actions.take_out(row, by=request.user))
