"""A gap analysis on paper: result, gaps by priority, change since the one before, every answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from clauses.gaps.comparing import Move, compare, earlier_than
from clauses.gaps.findings import (
    WORDS,
    Finding,
    answers_by_question,
    findings,
    gaps_of,
    questions_of,
    sections_of,
    totals_of,
)
from clauses.models import GapRun
from clauses.models.gaps import Outcome
from organisations.moment import now
from reports.models import Report

from .document import document, table
from .paper import Chapter, Cover, Paper, Table, day, person, subject_of


def paper_of(report: Report) -> Paper:
    at = now()
    run = subject_of(report, GapRun, "owner", "closed_by", "organisation")
    found = findings(run)
    cover = Cover(
        _("Gap analysis"),
        _("ISO/IEC 42001:2023, clauses 4 to 10 and Annex A: where we stood on every requirement."),
        subject=f"{run.reference} {run.title}",
        facts=(
            (_("Gap analysis"), f"{run.reference} {run.title}"),
            (_("Responsible"), person(run.owner)),
            (_("Begun"), day(run.began_on)),
            (_("Closed"), closed_words(run)),
            *(((_("What for"), run.purpose),) if run.purpose else ()),
        ),
    )
    chapters = [result(found), gaps(run, found), *changes(report, run), *answers(run, found)]
    return document(report, at, cover, chapters, headline(found))


def closed_words(run: GapRun) -> str:
    if run.is_open:
        return _("Not closed: answers may still change")
    if run.closed_by is None:
        return day(run.closed_on)
    return _("%(day)s by %(who)s") % {"day": day(run.closed_on), "who": person(run.closed_by)}


def headline(found: list[Finding]) -> list[dict[str, Any]]:
    totals = totals_of(found)
    return [
        {"value": totals["met"], "of": totals["of"], "label": _("requirements met")},
        {"value": totals["gaps"], "of": None, "label": _("gaps")},
        {"value": totals["unanswered"], "of": None, "label": _("requirements not answered")},
        {"value": totals["answered"], "of": totals["questions"], "label": _("questions answered")},
    ]


def result(found: list[Finding]) -> Chapter:
    head = [
        *((_("Part"), ""), (_("Met"), "w-score"), (_("Partly met"), "w-score"), (_("Not met"), "w-score")),
        *((_("Not answered"), "w-score"), (_("Not applicable"), "w-score")),
    ]
    parts = [
        *((f"{one.number} {one.title}", one.totals) for one in sections_of(found)),
        (_("In all"), totals_of(found)),
    ]
    names = ("met", "partly", "not_met", "unanswered", "not_applicable")
    rows = ([title, *(totals[name] for name in names)] for title, totals in parts)
    lead = _("Requirements by result. What is not answered is counted apart, neither as met nor as not met.")
    return Chapter("result", _("Result"), lead=lead, tables=(table("", head, rows),))


def gaps(run: GapRun, found: list[Finding]) -> Chapter:
    head = [(_("Requirement"), ""), (_("Priority"), "w-score"), (_("Result"), "w-person"), (_("Noted"), "w-treated")]
    short = run.answers.filter(value__in=["partly", "not_met"]).exclude(comment="").order_by("question__order")
    notes: dict[int, list[str]] = {}
    for requirement, comment in short.values_list("question__requirement", "comment"):
        notes.setdefault(requirement, []).append(comment)
    rows = (
        [
            *(f"{one.number} {one.requirement.title}", one.priority.label if one.priority else "", one.word),
            "\n".join(notes.get(one.requirement.pk, [])),
        ]
        for one in gaps_of(found)
    )
    return Chapter("gaps", _("Gaps by priority"), tables=(table("", head, rows, _("No gap was found.")),))


def changes(report: Report, run: GapRun) -> Iterator[Chapter]:
    """Since the newest closed run before this one; nothing where there is none."""
    others: Any = GapRun.objects.visible_to(report.requested_by).of(report.organisation)
    earlier = earlier_than(run, others)
    if not earlier:
        return
    other = earlier[0]
    head = [(_("Requirement"), ""), (_("Change"), "w-person"), (_("Before"), "w-person"), (_("Now"), "w-person")]
    moved = [one for one in compare(other, run) if one.move != Move.SAME]
    rows = (
        [f"{one.requirement.number} {one.requirement.title}", one.move.label, one.before.label, one.now.label]
        for one in moved
    )
    lead = _("Compared with %(other)s of %(day)s.") % {
        "other": f"{other.reference} {other.title}",
        "day": day(other.as_of),
    }
    yield Chapter("changes", _("What changed"), lead=lead, tables=(table("", head, rows, _("Nothing changed.")),))


def answers(run: GapRun, found: Iterable[Finding]) -> Iterator[Chapter]:
    """Every question with its answer, a chapter for the clauses and one for Annex A."""
    given = answers_by_question(run)
    asked: dict[int, list[Any]] = {}
    for question in questions_of(run):
        asked.setdefault(question.requirement_id, []).append(question)
    found = list(found)
    for anchor, title, is_control in [("clauses", _("Clauses"), False), ("controls", _("Annex A"), True)]:
        lines = [one for one in found if one.requirement.is_control == is_control]
        tables = tuple(answers_table(one, asked.get(one.requirement.pk, []), given) for one in lines)
        yield Chapter(anchor, _("Answers: %(part)s") % {"part": title}, tables=tables)


def answers_table(one: Finding, asked: list[Any], given: dict[int, Any]) -> Table:
    head = [(_("Question"), ""), (_("Answer"), "w-person"), (_("Note"), "w-treated")]
    title = f"{one.number} {one.requirement.title}: {one.word.lower()}"
    rows = (
        [question.text, WORDS.get(answer.value, none) if answer else none, answer.comment if answer else ""]
        for none in (_("Not answered"),)
        for question in asked
        for answer in (given.get(question.pk),)
    )
    is_judged = one.outcome != Outcome.UNANSWERED
    none_asked = _("Judged as a whole, without answers to single questions.") if is_judged else _("It was not judged.")
    return table(title, head, rows, none_asked)
