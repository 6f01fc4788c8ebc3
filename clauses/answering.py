"""Two people, one question: the second answer is refused and compared with the first (organisations.merging)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from organisations import merging
from organisations.requests import MemberRequest
from records.events import table_of

from .actions import Stale, token
from .forms import AnswerForm
from .models import GapRun, Position, Question
from .models.position import GivenAnswer

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOT_ANSWERED = {"answer": "", "comment": ""}
Answered = Position | GapRun


def answer_form(request: MemberRequest, record: Answered, question: Question) -> AnswerForm:
    """What was sent, with the choices applied that were made on the page of both texts."""
    sent = request.POST.copy()
    # The database keeps no NUL in a text.
    sent["comment"] = sent.get("comment", "").replace("\x00", "")
    form = AnswerForm(sent, is_control=question.requirement.is_control)
    if merging.CHOOSE in request.POST:
        merging.settle(form, state_at(record, question, request.POST.get("version", "")) or {})
    return form


def state_at(record: Answered, question: Question, version: str) -> dict[str, Any] | None:
    """The answer as it was when `token` named it so, out of history; None where it has no such state."""
    if version == "0":
        return NOT_ANSWERED
    if not version.isdecimal() or len(version) > 16:
        return None
    at = EPOCH + timedelta(microseconds=int(version))
    answers: Any = record.answers
    of_record = {answers.field.attname: record.pk}
    events = table_of(answers.model)._default_manager.filter(**of_record, question_id=question.pk, answered_at=at)
    event = events.order_by("pgh_id").last()
    return shown(cast(Any, event)) if event else None


def shown(answer: GivenAnswer) -> dict[str, Any]:
    return {"answer": answer.value, "comment": answer.comment}


def too_late(
    request: MemberRequest, record: Answered, question: Question, form: AnswerForm, stale: Stale, *, back: str = ""
) -> HttpResponse:
    """409: the page with both texts, or for a page that saves by itself the words that lead to it.

    `back` is where one who gives up goes, if not to the record.
    """
    by = stale.answer.answered_by or _("Somebody")
    if request.htmx:
        error = _("%(who)s answered this question meanwhile.") % {"who": by}
        return JsonResponse({"error": error, "compare": _("Compare both texts")}, status=409)
    began = form.data.get("version", "")
    fields = merging.compare(form, before=state_at(record, question, began), now=shown(stale.answer))
    cast(QueryDict, form.data)["version"] = token(stale.answer if stale.answer.pk else None)
    crumbs = [(record.reference, record.get_absolute_url()), (_("Answer"), None)]
    context = {
        "record": record,
        "question": question,
        "form": form,
        "fields": fields,
        "began": began,
        "theirs_by": by,
        "theirs_at": stale.answer.answered_at,
        "crumbs": crumbs,
        "back": back or record.get_absolute_url(),
    }
    return render(request, "clauses/answer_conflict.html", context, status=409)
