"""Loads a file's `actions` and `evidence_requests`: what is asked of people. Nobody is mailed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from clauses.models import EvidenceRequest, Task
from clauses.models.asking import RequestState, TaskState, is_open
from organisations.rows import Intake, Row
from records.loading import keep_given
from records.models import Record

from .telling import let_see


def load_asked(intake: Intake) -> None:
    intake.each("actions", action)
    intake.each("evidence_requests", evidence_request)


def action(row: Row) -> Task:
    state, on = row.choice("status", TaskState, needed=False) or TaskState.OPEN, row.day("done_on")
    made = Task(
        title=row.text("title", needed=True),
        what=row.text("what"),
        about=record_called(row, "about"),
        owner=row.one("owner", "people", needed=True),
        due_on=row.day("due", needed=True),
        asked_by=row.one("asked_by", "people"),
        state=state,
        result=row.text("result"),
    )
    if made.state != TaskState.OPEN:
        made.closed_on, made.closed_by = on, made.owner
    return kept(row, made, due_on="due", state="status", closed_on="done_on")


def evidence_request(row: Row) -> EvidenceRequest:
    """What was delivered is no part of the file: a request is loaded as asked for, or as withdrawn."""
    state = row.choice("status", RequestState, needed=False) or RequestState.ASKED
    if state not in {RequestState.ASKED, RequestState.WITHDRAWN}:
        row.refuse("status", _("must be asked or withdrawn"))
    made = EvidenceRequest(
        title=row.text("title", needed=True),
        asks=row.text("asks"),
        owner=row.one("owner", "people", needed=True),
        due_on=row.day("due", needed=True),
        asked_by=row.one("asked_by", "people"),
        state=state,
    )
    if about := row.one("requirement", "requirements", needed=True):
        made.about = about
    return kept(row, made, due_on="due", state="status", about="requirement")


def record_called(row: Row, key: str) -> Record | None:
    """A record of any kind that was loaded before."""
    reference = row.text(key)
    found = Record.objects.filter(organisation=row.intake.organisation, reference=reference).first()
    if reference and found is None:
        row.refuse(key, _("“%(reference)s” is no record of this file") % {"reference": reference})
    return found


def kept(row: Row, made: Any, **keys: str) -> Any:
    keep_given(row, made, **keys)
    if is_open(made):
        let_see(made, before=[], now=[made.owner])
    return made
