"""The pages on which a run is answered: one for each requirement, saved in place."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clauses.actions import Stale, answer_question
from clauses.answering import answer_form, too_late
from clauses.clause_page import question_line
from clauses.models import GapRun, Position, Requirement
from clauses.models.gaps import Priority
from evidence.checking import ACCEPT
from evidence.lines import line_of
from evidence.linking import dropped, take_in
from evidence.models import Evidence
from evidence.references import natural
from organisations.requests import MemberRequest
from records.models import Record

from .closing import look_at, prioritise, take_out
from .findings import answers_by_question, findings, questions_of
from .pages import address, changeable, pages


def requirement_of(run: GapRun, number: str) -> Requirement:
    """A requirement that the run asks about; 404 for any other."""
    asked = Requirement.objects.assessable() if run.is_open else Requirement.objects.filter(gap_results__run=run)
    return get_object_or_404(asked, number=number)


@require_safe
def requirement_page(request: MemberRequest, reference: str, requirement_number: str) -> HttpResponse:
    """The questions of one requirement, with the evidence that was looked at."""
    run = pages.get(request, reference)
    requirement = requirement_of(run, requirement_number)
    return render(request, "clauses/gaps/requirement.html", page_of(request, run, requirement))


def page_of(request: MemberRequest, run: GapRun, requirement: Requirement) -> dict[str, Any]:
    found = findings(run)
    place = next(n for n, one in enumerate(found) if one.requirement.pk == requirement.pk)
    may_answer = run.is_open and pages.may_change(request, run)
    position = position_of(request, requirement)
    return {
        "record": run,
        "requirement": requirement,
        "finding": found[place],
        "before": found[place - 1] if place else None,
        "after": found[place + 1] if place + 1 < len(found) else None,
        "answered": sum(one.answered for one in found),
        "asked": sum(one.asked for one in found),
        "may_answer": may_answer,
        "may_drop": may_answer and position is not None and may_prove(request, position),
        "position": position,
        "priorities": Priority.choices,
        "questions": question_lines(run, requirement),
        "max_bytes": settings.EVIDENCE_MAX_BYTES,
        "accept": ACCEPT,
        **evidence_of(request, run, requirement, position),
        "crumbs": [
            (pages.words.capitalize(), pages.list_url(request)),
            (run.reference, run.get_absolute_url()),
            (requirement.number, None),
        ],
    }


def question_lines(run: GapRun, requirement: Requirement) -> list[dict[str, Any]]:
    answers = answers_by_question(run)
    asked = questions_of(run, requirement)
    return [
        question_line(one, answers.get(one.pk), is_control=requirement.is_control)
        | {"url": address(run, "gap-run-answer", question_id=one.pk)}
        for one in asked
    ]


def position_of(request: MemberRequest, requirement: Requirement) -> Position | None:
    visible: Any = Position.objects.visible_to(request.user).of(request.organisation)
    position: Position | None = visible.filter(requirement=requirement).select_related("organisation").first()
    return position


def may_prove(request: MemberRequest, position: Position) -> bool:
    return Record.objects.changeable_by(request.user).filter(pk=position.pk).exists()


def evidence_of(
    request: MemberRequest, run: GapRun, requirement: Requirement, position: Position | None
) -> dict[str, Any]:
    """What was looked at in this run, and what else there is for the requirement, as far as one may see it."""
    today = request.organisation.today()
    seen: Any = Evidence.objects.visible_to(request.user).select_related("organisation").prefetch_related("versions")
    looked_at = seen.filter(gap_proofs__run=run, gap_proofs__requirement=requirement)
    others = seen.filter(proofs__record=position).exclude(pk__in=looked_at.values("pk")) if position else seen.none()
    lines = [
        [line_of(one, today) for one in sorted(found, key=lambda one: natural(one.reference))]
        for found in (looked_at, others)
    ]
    return {"looked_at": lines[0], "others": lines[1] if run.is_open else []}


@require_POST
def save_answer(request: MemberRequest, reference: str, question_id: int) -> HttpResponse:
    """Saves one answer; 409 with both texts when somebody else was faster, 422 where the run cannot take it."""
    run = changeable(request, reference)
    question = get_object_or_404(questions_of(run), pk=question_id)
    back = address(run, "gap-run-requirement", requirement_number=question.requirement.number)
    form = answer_form(request, run, question)
    try:
        answer = answer_question(
            run,
            question,
            value=form.data.get("answer", ""),
            comment=form.data.get("comment", ""),
            by=request.user,
            seen=form.data.get("version"),
        )
    except Stale as stale:
        return too_late(request, run, question, form, stale, back=back)
    except ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)}, status=422)
    if not request.htmx:
        return redirect(f"{back}#question-{question.pk}")
    context = page_of(request, pages.get(request, reference), question.requirement)
    line = question_line(question, answer, is_control=question.requirement.is_control)
    return render(request, "clauses/gaps/answer_saved.html", context | {"question": line})


@require_POST
def set_priority(request: MemberRequest, reference: str, requirement_number: str) -> HttpResponse:
    run = changeable(request, reference)
    requirement, priority = requirement_of(run, requirement_number), request.POST.get("priority", "")
    return done(request, run, requirement, lambda: prioritise(run, requirement, priority=priority, by=request.user))


@require_POST
def set_evidence(request: MemberRequest, reference: str, requirement_number: str) -> HttpResponse:
    """Names an item of evidence that was looked at, or with `undo` takes it out again."""
    run = changeable(request, reference)
    requirement = requirement_of(run, requirement_number)
    visible = Evidence.objects.visible_to(request.user).filter(organisation=request.organisation)
    evidence = get_object_or_404(visible, reference=request.POST.get("evidence", "").replace("\x00", ""))
    verb = take_out if "undo" in request.POST else look_at
    return done(request, run, requirement, lambda: verb(run, requirement, evidence, by=request.user))


def done(request: MemberRequest, run: GapRun, requirement: Requirement, act: Any) -> HttpResponse:
    try:
        act()
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    return redirect(address(run, "gap-run-requirement", requirement_number=requirement.number))


def drop_evidence(request: MemberRequest, reference: str, requirement_number: str) -> HttpResponse:
    """POST: files become evidence for the requirement, looked at in this run. GET: the lines that then change."""
    if request.method != "POST":
        run = pages.get(request, reference)
        context = page_of(request, run, requirement_of(run, requirement_number))
        return render(request, "clauses/gaps/evidence.html", context)
    run = changeable(request, reference)
    requirement = requirement_of(run, requirement_number)
    position = position_of(request, requirement)
    if position is None:
        raise Http404
    if not may_prove(request, position):
        raise PermissionDenied
    if not run.is_open:
        return JsonResponse({"error": _("This gap analysis is closed."), "references": []}, status=422)
    received, refusals = take_in(request, position)
    for evidence in received:
        look_at(run, requirement, evidence, by=request.user)
    return dropped(request, position, received=received, refusals=refusals)
