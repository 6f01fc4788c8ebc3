"""Verbs on positions: opening them, answering questions, counting evidence as what is expected."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evidence.actions import link
from evidence.models import Evidence
from organisations.models import Organisation, User
from records.actions import touch
from records.bulk import create_records

from .models import ExpectedEvidence, ExpectedProof, GapRun, Position, Question, Requirement
from .models.position import GivenAnswer


@transaction.atomic
def open_positions(organisation: Organisation) -> int:
    """Opens a position on every assessable requirement that has none yet; returns how many were opened."""
    positions = unopened_positions(organisation)
    create_records(positions)
    return len(positions)


def unopened_positions(organisation: Organisation) -> list[Position]:
    """Unsaved positions on the requirements that have none yet, in the order of the standard.

    Clauses 4-10 always apply; whether a control applies is for the organisation to say (ISO 42001 6.1.3).
    """
    missing = Requirement.objects.assessable().exclude(positions__organisation=organisation)
    return [
        Position(
            organisation=organisation,
            requirement=requirement,
            reference=requirement.number,
            title=requirement.title,
            applicable=None if requirement.is_control else True,
        )
        for requirement in missing
    ]


class Stale(Exception):
    """Somebody else answered this question after the page was opened."""

    def __init__(self, answer: GivenAnswer) -> None:
        super().__init__(str(answer))
        self.answer = answer


def token(answer: GivenAnswer | None) -> str:
    """Names the state of an answer, so that a later save can tell whether it changed meanwhile."""
    return str(int(answer.answered_at.timestamp() * 1_000_000)) if answer else "0"


@transaction.atomic
def answer_question(
    record: Position | GapRun, question: Question, *, value: str, comment: str, by: User, seen: str | None = None
) -> GivenAnswer:
    """Keeps an answer, on the page of a requirement or within a gap analysis run.

    Raises Stale when `seen` is not its state any more, ValidationError for a value out of place.
    """
    answers: Any = record.answers
    now = type(record)._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
    answer = answers.filter(question=question).first()
    new = answers.model(**{answers.field.name: record}, question=question)
    if seen is not None and seen != token(answer):
        raise Stale(answer or new)
    if value and value not in GivenAnswer.Value:
        raise ValidationError(_("Choose one of the answers."))
    if value == GivenAnswer.Value.NOT_APPLICABLE and not question.requirement.is_control:
        raise ValidationError(_("A clause always applies; only questions on a control can be not applicable."))
    if isinstance(now, GapRun):
        fits_run(now, value, comment)
    answer = answer or new
    answer.value, answer.comment, answer.answered_by, answer.answered_at = value, comment.strip(), by, timezone.now()
    answer.save()
    touch(record, by=by)
    return cast(GivenAnswer, answer)


def fits_run(run: GapRun, value: str, comment: str) -> None:
    """Refuses what a run cannot take: anything once it is closed, and “not applicable” without a reason."""
    if not run.is_open:
        raise ValidationError(_("This gap analysis is closed: its answers stay as they are."))
    if value == GivenAnswer.Value.NOT_APPLICABLE and not comment.strip():
        raise ValidationError(_("Say in the note why it does not apply; answer and note are then saved together."))


@transaction.atomic
def count_as(position: Position, expected: ExpectedEvidence, evidence: Evidence, *, by: User) -> None:
    """Says that this evidence is what the catalogue expects here; links it to the position if it was not."""
    link(evidence, position, by=by)
    ExpectedProof.objects.get_or_create(
        position=position, expected=expected, evidence=evidence, defaults={"added_by": by}
    )
    touch(position, by=by)


@transaction.atomic
def no_longer_count(position: Position, expected: ExpectedEvidence, evidence: Evidence, *, by: User) -> None:
    ExpectedProof.objects.filter(position=position, expected=expected, evidence=evidence).delete()
    touch(position, by=by)
