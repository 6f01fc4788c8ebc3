"""Readiness as a workbook: every test, requirement, blocker and list, and the whole index of evidence with hashes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from reports.papers.paper import Paper
from reports.papers.readiness import index_of
from reports.readiness.all_lists import LISTS
from reports.readiness.explained import Explained
from reports.readiness.lists import Seen, item_of, rows_of
from reports.readiness.result import Line, Proof

from .book import Sheet


def sheets_of(paper: Paper) -> Iterator[Sheet]:
    whole: Explained = paper.context["whole"]
    yield summary(paper, whole)
    yield tests(whole)
    yield blockers(whole)
    yield steps(whole)
    yield conformity(whole)
    yield requirements(whole)
    yield documents(whole)
    yield gaps(whole)
    yield systems(whole)
    yield objectives(paper)
    yield overdue(whole)
    yield found(whole, paper.context["seen"])
    yield index(whole)


def summary(paper: Paper, whole: Explained) -> Sheet:
    state, management = whole.readiness.state, paper.context["management"]
    risks = whole.readiness.risks
    clauses, controls = whole.readiness.clauses.count, whole.readiness.controls.count
    lists = [one for one in (*risks.lists, *whole.readiness.registers.lists) if one.blocks is None]
    rows: list[tuple[Any, Any]] = [
        (_("Verdict"), whole.verdict_words),
        (_("State"), state.title),
        (_("The rule"), state.rule),
        *((_("Decision asked"), sentence) for sentence in management.decisions),
        (_("Clauses met"), clauses.met),
        (_("Clauses"), clauses.of),
        (_("Applicable controls in place"), controls.met),
        (_("Applicable controls"), controls.of),
        (_("AI systems in scope"), whole.readiness.inventory.in_scope),
        *((_("AI systems: %(class)s") % {"class": one.label}, one.count) for one in whole.readiness.inventory.by_class),
        (_("Open risks"), risks.open),
        *((_("Open risks: %(level)s") % {"level": one.label}, one.count) for one in risks.by_level),
        *((_("Open risks: %(process)s") % {"process": one.label}, one.count) for one in risks.by_process),
        *((one.title, one.count) for one in lists),
        (_("Evidence that has run out"), len(whole.readiness.evidence.expired)),
        (_("Evidence that runs out in 90 days"), len(whole.readiness.evidence.expiring)),
        (_("Training completed"), management.trained.completed),
        (_("Training records"), management.trained.of),
        (_("Overdue"), len(whole.readiness.overdue)),
    ]
    return Sheet(_("Summary"), (_("What"), _("Figure")), rows, (44, 60))


def tests(whole: Explained) -> Sheet:
    head = (_("Test"), _("Clause"), _("Result"), _("Blocks"), _("Count"), _("Reason"), _("Records"), _("Owners"))
    rows = (
        [
            *(one.name, one.clause, one.words, _("yes") if one.blocks else _("no"), one.count, one.reason),
            *(", ".join(one.numbers), ", ".join(one.owners)),
        ]
        for one in whole.tests
    )
    return Sheet(_("Tests"), head, rows, (44, 12, 12, 8, 8, 60))


def blockers(whole: Explained) -> Sheet:
    head = (_("Stage"), _("Failed test"), _("Clause"), _("Count"), _("Owners"), _("Next date"))
    rows = (
        [one.stage, one.test.name, one.test.clause, one.test.count, ", ".join(one.test.owners), one.test.by]
        for one in whole.blockers
    )
    return Sheet(_("Blockers"), head, rows, (8, 50))


def steps(whole: Explained) -> Sheet:
    head = (_("To do"), _("Clause"), _("Stage"), _("Count"), _("Then also"), _("Owners"), _("Next date"))
    rows = (
        [one.title, one.clause, one.stage, one.count, "; ".join(one.opens), ", ".join(one.owners), one.by]
        for one in whole.steps
    )
    return Sheet(_("What to do next"), head, rows, (50, 12, 8, 8, 50))


def conformity(whole: Explained) -> Sheet:
    head = [
        *(_("Clause or area"), _("Title"), _("Of"), _("Met"), _("Partly"), _("Not met"), _("Not answered")),
        *(_("Not applicable"), _("With evidence"), _("Designed"), _("In operation")),
    ]
    sections = (*whole.readiness.clauses.sections, *whole.readiness.controls.sections)
    rows = []
    for section, area in zip(sections, whole.practice.areas, strict=True):
        count = section.count
        rows.append(
            [
                *(section.number, section.title, count.of, count.met, count.partly, count.not_met, count.unanswered),
                *(count.not_applicable, count.evidenced, area.design.met, area.operation.met),
            ]
        )
    return Sheet(_("Conformity"), tuple(head), rows, (14, 40))


def requirements(whole: Explained) -> Sheet:
    head = [
        *(_("Requirement"), _("Title"), _("Result"), _("Why"), _("Stated"), _("Reason"), _("Owner"), _("Next review")),
        *(_("Design"), _("Operation"), _("Evidence")),
    ]
    points = {point.number: point for area in whole.practice.areas for point in area.points}

    def row(line: Line) -> list[Any]:
        point = points[line.number]
        why = " ".join(f"{one.lead} {one.text}" for one in line.reasons)
        return [
            *(line.number, line.title, line.words, why, line.status, line.justification, line.owner, line.review_on),
            *(point.design.words, point.operation.words, ", ".join(proof.reference for proof in line.proofs)),
        ]

    lines = (*whole.readiness.clauses.lines, *whole.readiness.controls.lines)
    return Sheet(_("Requirements"), tuple(head), map(row, lines), (12, 40, 14, 50))


def documents(whole: Explained) -> Sheet:
    head = (_("Document or record"), _("Clause"), _("State"), _("Shown by"), _("Owner"))
    rows = ([one.name, one.number, one.words, ", ".join(one.proofs), one.owner] for one in whole.documents)
    return Sheet(_("Documents"), head, rows, (50,))


def gaps(whole: Explained) -> Sheet:
    head = (_("Requirement"), _("Title"), _("Expected evidence"), _("Wanted by the standard"), _("Owner"))
    rows = (
        [one.number, one.title, one.name, _("yes") if one.is_mandatory else _("no"), one.owner]
        for one in whole.readiness.gaps
    )
    return Sheet(_("Missing evidence"), head, rows, (12, 40, 50))


def systems(whole: Explained) -> Sheet:
    head = (_("AI system"), _("Title"), _("Class"), _("Our roles"), _("Stage"), _("Owner"))
    rows = (
        [one.reference, one.title, one.risk_class, one.roles, one.stage, one.owner]
        for one in whole.readiness.inventory.systems
    )
    return Sheet(_("AI systems in scope"), head, rows, (12, 40))


def objectives(paper: Paper) -> Sheet:
    head = (_("Objective"), _("Title"), _("Target"), _("Measured"), _("Trend"), _("Reached"), _("Owner"), _("Due"))
    rows = (
        [
            *(one.reference, one.title, one.target, ", ".join(one.measured), one.trend),
            *(_("yes") if one.is_reached else _("no"), one.owner, one.due),
        ]
        for one in paper.context["management"].aims
    )
    return Sheet(_("Objectives"), head, rows, (12, 40, 30))


def overdue(whole: Explained) -> Sheet:
    head = (_("Record"), _("Title"), _("What"), _("Owner"), _("Day"))
    rows = ([one.reference, one.title, one.words, one.owner, one.on] for one in whole.readiness.overdue)
    return Sheet(_("Overdue"), head, rows, (12, 50, 30))


def found(whole: Explained, seen: Seen) -> Sheet:
    """Every record that a test or figure counts; what was read with the figures is not read again."""

    def rows() -> Iterator[list[Any]]:
        for one in (*whole.readiness.risks.lists, *whole.readiness.registers.lists):
            items: Any = one.items
            if one.more:
                read = rows_of(seen, LISTS[one.code]).iterator(chunk_size=2000)
                items = (item_of(row, seen.organisation) for row in read)
            for item in items:
                yield [one.title, one.clause, item.reference, item.title, item.owner, item.on]

    head = (_("Found by"), _("Clause"), _("Record"), _("Title"), _("Owner"), _("Day"))
    return Sheet(_("Records found"), head, rows(), (44, 12, 12, 50))


def index(whole: Explained) -> Sheet:
    head = [
        *(_("Evidence"), _("Title"), _("Kind"), _("Version"), _("Received"), _("Valid until"), _("State"), _("Owner")),
        *(_("Proves"), "SHA-256", _("Address")),
    ]

    def row(proof: Proof, numbers: list[str]) -> list[Any]:
        return [
            *(proof.reference, proof.title, proof.kind, proof.version, proof.received, proof.valid_until, proof.state),
            *(proof.owner, ", ".join(numbers), proof.sha256, proof.link),
        ]

    rows = (row(proof, numbers) for proof, numbers in index_of(whole.readiness))
    return Sheet(_("Evidence index"), tuple(head), rows, (12, 50, 14, 8, 12, 12, 12, 20, 30, 60))
