"""Loads a file's `corrective_actions`, `improvements` and `management_review`: nobody is mailed."""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clauses.asking.loading import kept
from clauses.models import Task
from clauses.models.asking import TaskState
from organisations.rows import Intake, Row
from records.actions import give
from records.loading import keep_given

from .models import (
    WHYS,
    ActionState,
    CorrectiveAction,
    DecisionKind,
    EffectivenessCheck,
    Improvement,
    ImprovementState,
    ManagementReview,
    ReviewDecision,
    ReviewInput,
    ReviewState,
    Topic,
)


class DecisionStatus(TextChoices):
    """How far a decision of a review is, as files say it: one that is begun is an open action."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    WITHDRAWN = "withdrawn"


def load_improving(intake: Intake) -> None:
    """The review first: corrective actions and improvements may come out of it."""
    known = intake.known.setdefault("management_reviews", {})
    row = intake.root.row("management_review")
    if row:
        known[row.text("id")] = intake.attempt(row, management_review)
    intake.each("corrective_actions", corrective_action)
    intake.each("improvements", improvement)


def corrective_action(row: Row) -> CorrectiveAction:
    finding = row.one("finding", "findings")
    state, owner = row.choice("status", ActionState) or ActionState.OPEN, row.one("owner", "people")
    made = CorrectiveAction(
        remedies=finding,
        decided_in=row.one("review", "management_reviews"),
        complaint=row.text("complaint"),
        problem=row.text("problem") or (finding.observed if finding else ""),
        correction=row.text("correction"),
        root_cause=row.text("root_cause"),
        measure=row.text("action"),
        owner=owner,
        due_on=row.day("due", needed=True),
        recurs=row.one("recurs", "corrective_actions"),
        outcome=row.text("done"),
        done_on=row.day("done_on"),
        check_on=row.day("effectiveness_check"),
        checker=row.one("checker", "people"),
    )
    answer_whys(made, row)
    made.title = (row.text("title") or (finding.title if finding else "") or made.problem or made.correction)[:200]
    if state in {ActionState.DONE, ActionState.CLOSED}:
        made.state, made.done_by = ActionState.DONE, row.one("done_by", "people") or owner
    else:
        made.state = ActionState(state)
    incidents, concerns = row.many("incidents", "incidents"), row.many("concerns", "concerns")
    ending = row.row("closed")
    closed = {"checked_by": ending.one("by", "people"), "checked_on": ending.day("on"), "result": ending.text("result")}
    if state == ActionState.CLOSED and not all(closed.values()):
        row.refuse("closed", _("says by whom, on which day and with what result it was found effective"))
    keep_given(row, made, title="title", due_on="due", measure="action", state="status", check_on="effectiveness_check")
    made.incidents.set(incidents)
    made.concerns.set(concerns)
    if state == ActionState.CLOSED:
        close(made, closed)
    elif made.checker:
        give(made, to=made.checker, change=False)
    return made


def answer_whys(action: CorrectiveAction, row: Row) -> None:
    whys = row.texts("whys")
    if len(whys) > len(WHYS):
        row.refuse("whys", _("five are enough"))
    for name, text in zip(WHYS, whys, strict=False):
        setattr(action, name, text)


def close(action: CorrectiveAction, closed: dict[str, Any]) -> None:
    EffectivenessCheck.objects.create(corrective_action=action, is_effective=True, **closed)
    action.state, action.closed_by, action.closed_on = ActionState.CLOSED, closed["checked_by"], closed["checked_on"]
    action.save()


def improvement(row: Row) -> Improvement:
    made = Improvement(
        title=row.text("title", needed=True),
        what=row.text("what") or row.text("title"),
        benefit=row.text("benefit"),
        follows=row.one("finding", "findings"),
        decided_in=row.one("review", "management_reviews"),
        suggested_by=row.text("suggested_by"),
        owner=row.one("owner", "people"),
        due_on=row.day("due"),
        state=row.choice("status", ImprovementState, needed=False) or ImprovementState.PROPOSED,
        result=row.text("result"),
        settled_on=row.day("on"),
    )
    keep_given(row, made, due_on="due", state="status", settled_on="on")
    return made


def management_review(row: Row) -> ManagementReview:
    """One review with its inputs and decisions; with a conclusion its minutes count as issued on its day."""
    held_on, ending = row.day("held_on", needed=True), row.row("conclusion")
    title = row.text("title") or _("Management review of %(day)s") % {
        "day": date_format(held_on, "j F Y") if held_on else ""
    }
    made = ManagementReview(
        title=title,
        owner=row.one("owner", "people"),
        held_on=held_on,
        state=ReviewState.PREPARED,
        suitable=ending.flag("suitable") if "suitable" in ending else None,
        adequate=ending.flag("adequate") if "adequate" in ending else None,
        effective=ending.flag("effective") if "effective" in ending else None,
        conclusion=ending.text("text"),
    )
    if chair := row.one("chair", "people", needed=True):
        made.chair = chair
    attendees = row.many("attendees", "people")
    inputs = [review_input(one) for one in row.rows("inputs")]
    outputs = row.rows("outputs")
    decisions = [(one, *decision(one)) for one in outputs]
    keep_given(row, made, without=["title"])
    made.attendees.set(attendees)
    for person in {made.chair, *attendees}:
        give(made, to=person, change=False)
    for spoken in inputs:
        spoken.review = made
        spoken.save()
    for one, task, what in decisions:
        task.about, task.asked_by = made, made.chair
        kept(one, task, title="decision", due_on="due", state="status")
        what.review, what.task = made, task
        what.save()
    if made.conclusion:
        made.state, made.issued_by, made.issued_on = ReviewState.ISSUED, made.chair, held_on
        made.save()
    return made


def review_input(row: Row) -> ReviewInput:
    """What was said about one input; its topic is a code, or its title."""
    row.text("ref")
    titles = {str(topic.label).lower(): topic for topic in Topic}
    said = row.text("topic", needed=True)
    topic = titles.get(said.lower()) or row.chosen("topic", said, Topic)
    made = ReviewInput(topic=topic, summary=row.text("summary"), remark=row.text("remark"))
    row.check(made, without=["review", "figures"])
    return made


def decision(row: Row) -> tuple[Task, ReviewDecision]:
    """The action that a decision is, and the line of the minutes."""
    status = row.choice("status", DecisionStatus, needed=False) or DecisionStatus.OPEN
    state = TaskState.OPEN if status in {DecisionStatus.OPEN, DecisionStatus.IN_PROGRESS} else TaskState(status)
    text, owner, due_on = row.text("decision", needed=True), row.one("owner", "people"), row.day("due", needed=True)
    kind = row.choice("kind", DecisionKind) or DecisionKind.CHANGE
    task = Task(title=text[:200], what=text, owner=owner, due_on=due_on, state=state, result=row.text("result"))
    if state != TaskState.OPEN:
        task.closed_on, task.closed_by = row.day("done_on"), owner
    return task, ReviewDecision(text=text, kind=kind, owner=owner, due_on=due_on)
