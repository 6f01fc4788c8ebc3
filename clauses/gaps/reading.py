"""What comes of a run: its gaps, its comparison with another, and all of it as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clauses.models import GapProof, GapRun, Task
from evidence.models import Evidence
from evidence.references import in_order
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS
from records.export import exported

from .comparing import Move, compare, counts_of, earlier_than
from .findings import GAPS, WORDS, answers_by_question, findings, gaps_of, questions_of
from .pages import pages, run_page


def crumbs_of(request: MemberRequest, run: GapRun, last: str) -> list[tuple[str, str | None]]:
    return [(capfirst(pages.words), pages.list_url(request)), (run.reference, run.get_absolute_url()), (last, None)]


@require_safe
def gap_list(request: MemberRequest, reference: str) -> HttpResponse:
    """The gaps of a run, the most urgent first; `outcome` narrows it."""
    run = pages.get(request, reference)
    context = run_page(run, tab="gaps")
    wanted = request.GET.get("outcome", "")
    gaps = [one for one in gaps_of(context["found"]) if wanted not in GAPS or one.outcome == wanted]
    notes, actions = notes_of(run), actions_of(request, run)
    context |= {
        "record": run,
        "views": pages,
        "gaps": [
            {
                "finding": one,
                "notes": notes.get(one.requirement.pk, []),
                "actions": actions.get(one.pk or 0, []),
            }
            for one in gaps
        ],
        "may_act": not run.is_open and CHANGE_RECORDS in request.permissions,
        "chips": [
            {"label": label, "on": wanted == value, "url": "?" if wanted == value else f"?outcome={value}"}
            for value, label in ((one.value, one.label) for one in GAPS)
        ],
        "crumbs": crumbs_of(request, run, _("Gaps")),
    }
    return render(request, "clauses/gaps/gap_list.html", context)


def notes_of(run: GapRun) -> dict[int, list[str]]:
    """What was noted at answers that are short, by requirement."""
    short = run.answers.filter(value__in=["partly", "not_met"]).exclude(comment="")
    rows = short.order_by("question__order").values_list("question__requirement", "comment")
    notes: dict[int, list[str]] = {}
    for requirement, comment in rows:
        notes.setdefault(requirement, []).append(comment)
    return notes


def actions_of(request: MemberRequest, run: GapRun) -> dict[int, list[Task]]:
    """The actions made of the gaps of a run that one may see, by the result they close."""
    tasks: Any = Task.objects.visible_to(request.user).of(request.organisation).filter(gap__run=run)
    found: dict[int, list[Task]] = {}
    for task in tasks.select_related("organisation", "owner").order_by("reference"):
        found.setdefault(task.gap_id, []).append(task)
    return found


@require_safe
def compare_runs(request: MemberRequest, reference: str) -> HttpResponse:
    """This run beside an earlier closed one, named by `with`, else the newest before it."""
    run = pages.get(request, reference)
    others = earlier_than(run, pages.visible(request))
    wanted = request.GET.get("with", "")
    other = next((one for one in others if one.reference == wanted), others[0] if others else None)
    moved = request.GET.get("move", "")
    compared = compare(other, run) if other else []
    shown = [one for one in compared if (one.move == moved if moved in Move else one.move != Move.SAME)]
    base = f"?with={other.reference}" if other else "?"
    chips = [
        {"label": move.label, "count": n, "on": moved == move, "url": base if moved == move else f"{base}&move={move}"}
        for move, n in counts_of(compared).items()
        if n
    ]
    context = run_page(run, tab="compare") | {
        "record": run,
        "views": pages,
        "other": other,
        "others": others,
        "lines": [{"one": one, "before": one.before, "now": one.now} for one in shown],
        "chips": chips,
        "crumbs": crumbs_of(request, run, _("Comparison")),
    }
    return render(request, "clauses/gaps/comparison.html", context)


@require_safe
def answers_as_file(request: MemberRequest, reference: str, file_format: str) -> HttpResponseBase:
    """Every question of a run with its answer; a requirement judged as a whole is one row without a question."""
    run = pages.get(request, reference)
    name = f"{request.organisation.slug}-{run.reference}"
    return exported(rows_of(request, run), name=name, file_format=file_format)


def rows_of(request: MemberRequest, run: GapRun) -> Iterator[list[Any]]:
    yield [
        *(_("Requirement"), _("Title"), _("Result"), _("Priority"), _("Question"), _("Answer"), _("Comment")),
        *(_("Answered by"), _("Answered at"), _("Evidence looked at")),
    ]
    answers, evidence = answers_by_question(run), evidence_by_requirement(request, run)
    asked: dict[int, list[Any]] = {}
    for question in questions_of(run):
        asked.setdefault(question.requirement_id, []).append(question)
    for one in findings(run):
        priority = one.priority.label if one.priority else ""
        head = [one.number, one.requirement.title, one.outcome.label, priority]
        proof = ", ".join(in_order(evidence.get(one.requirement.pk, [])))
        if not asked.get(one.requirement.pk):
            yield [*head, "", "", "", "", "", proof]
        for question in asked.get(one.requirement.pk, []):
            yield [*head, question.text, *answer_cells(request, answers.get(question.pk)), proof]


def answer_cells(request: MemberRequest, answer: Any) -> list[Any]:
    """Answer, comment, who and when."""
    if answer is None or not (answer.value or answer.comment):
        return [_("Not answered"), "", "", ""]
    at = localtime(answer.answered_at, request.organisation.zone).strftime("%Y-%m-%d %H:%M")
    return [WORDS.get(answer.value, _("Not answered")), answer.comment, str(answer.answered_by or ""), at]


def evidence_by_requirement(request: MemberRequest, run: GapRun) -> dict[int, list[str]]:
    seen = Evidence.objects.visible_to(request.user)
    rows = GapProof.objects.filter(run=run, evidence__in=seen).values_list("requirement", "evidence__reference")
    found: dict[int, list[str]] = {}
    for requirement, reference in rows:
        found.setdefault(requirement, []).append(reference)
    return found
