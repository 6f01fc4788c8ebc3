"""Pages of management reviews: list, page, form, and what is done in them (ISO 42001 9.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from audits.correcting.forms import SaidForm
from audits.correcting.said import done, posted, said_page, tried
from audits.models import ManagementReview, ReviewInput, ReviewState, Topic
from organisations.models import User
from organisations.requests import MemberRequest
from records.models import Record
from records.register_page import RegisterViews

from . import actions
from .forms import ISSUED_STAYS, ManagementReviewForm
from .tables import TONES, ManagementReviewFilter, ManagementReviewTable

FORM = require_http_methods(["GET", "HEAD", "POST"])


class ManagementReviewViews(RegisterViews):
    model, form_class = ManagementReview, ManagementReviewForm
    table_class, filter_class = ManagementReviewTable, ManagementReviewFilter
    path = "management-reviews"
    clause = "9.3.1, 9.3.2, 9.3.3"
    lead = gettext_lazy("Top management looks at the AIMS: what the records say, a conclusion, and decisions.")
    related = ("owner", "organisation", "chair", "issued_by")
    chips = (
        (gettext_lazy("Planned"), {"state": "planned"}),
        (gettext_lazy("Prepared"), {"state": "prepared"}),
        (gettext_lazy("Minutes issued"), {"state": "issued"}),
    )

    def may_change(self, request: MemberRequest, record: Any) -> bool:
        """Beside who may change any record: the chair, whatever their role."""
        return super().may_change(request, record) or actions.keeps_draft(record, request.user)

    def hindrance(self, request: MemberRequest, record: ManagementReview, name: str) -> str:
        return str(ISSUED_STAYS) if record.is_issued else ""

    def extra_context(self, request: MemberRequest, record: ManagementReview) -> dict[str, Any]:
        rows = {row.topic: row for row in record.inputs.all()}
        decisions = list(record.decisions.select_related("owner", "task__organisation"))
        seen = set(
            Record.objects.visible_to(request.user)
            .filter(pk__in=[one.task_id for one in decisions if one.task_id])
            .values_list("pk", flat=True)
        )
        writes = self.may_change(request, record) and not record.is_issued
        return {
            "state": {"word": record.get_state_display(), "tone": TONES[ReviewState(record.state)]},
            "inputs": [rows.get(topic) or ReviewInput(review=record, topic=topic) for topic in Topic],
            "decisions": decisions,
            "openable": seen,
            "attendees": list(record.attendees.order_by("name")),
            "writes": writes,
            "may_issue": not record.is_issued and not actions.refusal(record, request.user),
            "is_concluded": bool(record.conclusion),
        }


pages = ManagementReviewViews()


def urls() -> list[URLPattern]:
    at = "management-reviews/<str:reference>"
    return [
        path(f"{at}/prepare/", prepare, name="management-review-prepare"),
        path(f"{at}/issue/", issue, name="management-review-issue"),
    ]


def allowed(request: MemberRequest, reference: str, may: Callable[[ManagementReview, User], bool]) -> ManagementReview:
    review: ManagementReview = pages.get(request, reference)
    if not may(review, request.user):
        raise PermissionDenied
    return review


def writing(request: MemberRequest, reference: str) -> ManagementReview:
    """The review, for who keeps its draft."""
    return allowed(request, reference, lambda review, user: pages.may_change(request, review))


def issuing(review: ManagementReview, user: User) -> bool:
    return not actions.refusal(review, user)


@require_POST
def prepare(request: MemberRequest, reference: str) -> HttpResponse:
    """Fills every input with what the records say now."""
    review = writing(request, reference)
    words = _("The inputs of %(record)s are filled with what the records say now. What was written stays.")
    return done(request, review, words, lambda: actions.prepare(review, by=request.user))


@FORM
def issue(request: MemberRequest, reference: str) -> HttpResponse:
    """Says what stands in the way; else issues the minutes for good."""
    review = allowed(request, reference, issuing)
    if review.is_issued:
        messages.info(request, str(ISSUED_STAYS))
        return redirect(review)
    form = SaidForm(posted(request), record=review)
    is_said = request.method == "POST" and form.is_valid()
    if is_said and tried(form, lambda: actions.issue(review, by=request.user, seen=form.seen)):
        words = _("The minutes of %(record)s are issued. Whoever is to do something was told.")
        messages.success(request, words % {"record": review})
        return redirect(review)
    lead = _("Then nothing in this review changes any more, and each decision is an action of its owner.")
    missing = actions.missing(review) if not form.errors else []
    return said_page(request, pages, review, form, _("Issue minutes"), _("Issue minutes"), lead=lead, missing=missing)
