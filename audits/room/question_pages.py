"""Information requests: asked in a room, answered by the organisation, accepted or returned (B7); seen by both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from audits.models import UNANSWERED, InformationRequest, QuestionState
from clauses.asking.page import done, typed
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS
from records.filters import RecordFilter
from records.forms import people_of
from records.models import Record
from records.register_columns import WideColumn
from records.tables import BadgeColumn, DueColumn, RecordTable
from records.templatetags.components import due
from records.views import RecordViews
from systems.tables import HiddenColumn

from . import asking
from .crumbs import crumbs
from .desk_forms import AskForm
from .presence import room_of

TONES = {
    QuestionState.ASKED: "warn",
    QuestionState.ANSWERED: "info",
    QuestionState.RETURNED: "warn",
    QuestionState.ACCEPTED: "good",
    QuestionState.WITHDRAWN: "none",
}


class QuestionTable(RecordTable):
    state = BadgeColumn({str(state.value): tone for state, tone in TONES.items()})
    requirement = WideColumn(accessor="requirement__number", verbose_name=gettext_lazy("Clause"))
    owner = tables.Column(verbose_name=gettext_lazy("Asked of"), order_by=("owner__name",))
    due_on = DueColumn(verbose_name=gettext_lazy("Due"))
    asked_by = HiddenColumn(verbose_name=gettext_lazy("Asked by"))
    in_room = HiddenColumn(accessor="in_room__reference", verbose_name=gettext_lazy("Auditor’s room"))
    asks = HiddenColumn()
    answered_on = HiddenColumn()
    decided_on = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = InformationRequest
        fields = (
            *("reference", "title", "state", "requirement", "owner", "due_on"),
            *("asked_by", "in_room", "asks", "answered_on", "decided_on"),
        )
        sequence = fields
        exclude = ("review_on",)

    def render_due_on(self, value: Any, record: InformationRequest) -> str:
        return str(due(value, done=record.state not in UNANSWERED, today=self.request.organisation.today()))

    def value_due_on(self, value: Any) -> Any:
        return value


class QuestionFilter(RecordFilter):
    state = filters.ChoiceFilter(choices=QuestionState.choices, label=gettext_lazy("State"))
    due = filters.ChoiceFilter(choices=[("late", gettext_lazy("Late"))], method="by_due", label=gettext_lazy("Due day"))

    def by_due(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found: Any = queryset
        return found.overdue(self.request.organisation.today())


class QuestionViews(RecordViews):
    model, table_class, filter_class = InformationRequest, QuestionTable, QuestionFilter
    path = "information-requests"
    related = ("owner", "organisation", "requirement", "asked_by", "answered_by", "in_room")
    lead = gettext_lazy(
        "What auditors from outside ask us to show; answered with text and evidence, accepted or returned."
    )
    can_be_created = False
    # It is taken forward by verbs: nobody rewrites what was asked, nor what was answered.
    can_be_edited = False
    bulk = ()
    chips = (
        (gettext_lazy("Waiting for us"), {"state": "asked"}),
        (gettext_lazy("Returned"), {"state": "returned"}),
        (gettext_lazy("Late"), {"due": "late"}),
    )

    def extra_context(self, request: MemberRequest, record: InformationRequest) -> dict[str, Any]:
        is_waiting = record.state in UNANSWERED
        is_theirs = record.asked_by_id == request.user.pk
        answers = is_waiting and asking.may_answer(record, request.user)
        passes_on = is_waiting and CHANGE_RECORDS in request.permissions
        changeable = is_waiting and Record.objects.changeable_by(request.user).filter(pk=record.pk).exists()
        return {
            "state": {"word": record.get_state_display(), "tone": TONES[QuestionState(record.state)]},
            "is_waiting": is_waiting,
            "may_answer": answers,
            "may_prove": changeable,
            "people": people_of(request.organisation) if passes_on else [],
            "may_decide": is_theirs and record.state == QuestionState.ANSWERED,
            "may_withdraw": is_theirs and not record.is_settled,
            "shown": asking.evidence_of(record) if is_theirs else [],
        }


pages = QuestionViews()


@require_http_methods(["GET", "HEAD", "POST"])
def question_new(request: MemberRequest) -> HttpResponse:
    """Asks for something, from the room."""
    room = room_of(request)
    form = AskForm(request.POST if request.method == "POST" else None, room=room, initial=asked_for(request))
    if form.is_valid():
        question = form.save(commit=False)
        try:
            asking.ask(question, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            words = _("%(record)s is asked: %(name)s was told.") % {"record": question, "name": question.owner}
            messages.success(request, words)
            return redirect(question)
    requests = reverse("information-request-list", kwargs={"organisation": request.organisation.slug})
    steps = ((capfirst(pages.words), requests), (_("New"), None))
    context = {"form": form, "cancel_url": requests, "crumbs": crumbs(request, *steps)}
    return render(request, "audits/room/ask.html", context)


def asked_for(request: MemberRequest) -> dict[str, Any]:
    """The requirement that the address names, where it is in scope."""
    number = request.GET.get("requirement", "").replace("\x00", "")[:20]
    found = room_of(request).requirements.filter(number=number).first() if number else None
    return {"requirement": found.pk} if found else {}


def version_in(request: MemberRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


@require_POST
def question_answer(request: MemberRequest, reference: str) -> HttpResponse:
    question, text, seen = pages.get(request, reference), typed(request), version_in(request)
    if not asking.may_answer(question, request.user):
        raise PermissionDenied
    return acted(
        request,
        question,
        _("%(record)s is answered; the auditor was told."),
        lambda: asking.answer_question(question, by=request.user, text=text, seen=seen),
    )


@require_POST
def question_pass_on(request: MemberRequest, reference: str) -> HttpResponse:
    question = pages.get(request, reference)
    if CHANGE_RECORDS not in request.permissions:
        raise PermissionDenied
    chosen = request.POST.get("person", "")
    key = int(chosen) if chosen.isdecimal() and len(chosen) < 10 else 0
    person = get_object_or_404(people_of(request.organisation), pk=key)
    words = _("%(record)s is passed on.")
    return done(request, question, words, lambda: asking.pass_on(question, to=person, by=request.user))


@require_POST
def question_accept(request: MemberRequest, reference: str) -> HttpResponse:
    question, text, seen = own(request, reference), typed(request), version_in(request)
    shown, by = request.POST.getlist("evidence"), request.user
    words = _("The answer to %(record)s is accepted.")
    return acted(
        request,
        question,
        words,
        lambda: asking.accept_answer(question, by=by, shown=shown, remark=text, seen=seen),
    )


@require_POST
def question_return(request: MemberRequest, reference: str) -> HttpResponse:
    question, text, seen = own(request, reference), typed(request), version_in(request)
    words = _("%(record)s was returned.")
    return acted(
        request, question, words, lambda: asking.return_answer(question, by=request.user, reason=text, seen=seen)
    )


@require_POST
def question_withdraw(request: MemberRequest, reference: str) -> HttpResponse:
    question, text, seen = own(request, reference), typed(request), version_in(request)
    words = _("%(record)s is withdrawn.")
    return acted(
        request, question, words, lambda: asking.withdraw_question(question, by=request.user, reason=text, seen=seen)
    )


def own(request: MemberRequest, reference: str) -> InformationRequest:
    """A request of one's own, from the room that is open; others are turned away."""
    question: InformationRequest = pages.get(request, reference)
    if question.asked_by_id != request.user.pk:
        raise PermissionDenied
    room_of(request)
    return question


def acted(request: MemberRequest, question: InformationRequest, words: str, act: Callable[[], None]) -> HttpResponse:
    """Does it; what is refused stands on the page again with what was typed."""
    try:
        act()
    except ValidationError as error:
        context = pages.extra_context(request, pages.get(request, question.reference))
        return render_again(request, question.reference, context, " ".join(error.messages))
    messages.success(request, words % {"record": question})
    return redirect(question)


def render_again(request: MemberRequest, reference: str, context: dict[str, Any], error: str) -> HttpResponse:
    record = pages.get(request, reference)
    context |= {
        "views": pages,
        "record": record,
        "may_change": False,
        "events": [],
        "today": request.organisation.today(),
        "refused": error,
        "typed": typed(request),
        "crumbs": [(capfirst(pages.words), pages.list_url(request)), (record.reference, None)],
    }
    return render(request, pages.template("detail"), context)
