"""Verbs on what an auditor asks for: ask, pass on, answer, accept, return, withdraw (B7).

Each that decides locks the request and compares the version shown (`seen`); all raise ValidationError with the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audits.models import UNANSWERED, AuditRoom, InformationRequest, QuestionState
from clauses.asking.telling import tell
from clauses.asking.verbs import keeps_records
from clauses.asking.verbs import may_answer as may_answer_asked
from clauses.models import Asking
from evidence.models import Evidence
from organisations.models import User
from organisations.roles import CHANGE_RECORDS
from records.actions import give, keep, locked
from records.forms import people_of


def contact_of(room: AuditRoom) -> User:
    """Whom an auditor asks: the contact of the room, or somebody else who keeps the records if they left."""
    if room.owner and keeps_records(room.owner, room.organisation):
        return room.owner
    members = room.organisation.memberships.current().with_rights().select_related("user").order_by("pk")
    officer = next((one.user for one in members if CHANGE_RECORDS in one.rights), None)
    if officer is None:
        raise ValidationError(_("There is nobody at the organisation who could be asked."))
    return officer


@transaction.atomic
def ask(question: InformationRequest, *, by: User) -> None:
    """Asks the contact of the room; the auditor sees the request, and through it its evidence."""
    room = question.in_room
    question.owner, question.asked_by = contact_of(room), by
    keep(question, by=by)
    give(question, to=by, change=False, since=room.since, until=room.until)
    tell(question, question.owner, Asking.Word.ASKED, by=by)


@transaction.atomic
def pass_on(question: InformationRequest, *, to: User, by: User) -> None:
    """Has somebody else of the organisation answer; they are told at once."""
    question = at(question, UNANSWERED)
    if not keeps_records(by, question.organisation):
        raise ValidationError(_("Only who keeps the records passes it on."))
    if not people_of(question.organisation).filter(pk=to.pk).exists():
        raise ValidationError(_("Choose a member of the organisation."))
    question.owner = to
    keep(question, by=by)
    tell(question, to, Asking.Word.ASKED, by=by)


def may_answer(question: InformationRequest, user: User) -> bool:
    """Who is asked, and who keeps the records; never somebody who audits."""
    return may_answer_asked(question, user)


@transaction.atomic
def answer_question(question: InformationRequest, *, by: User, text: str, seen: int | None = None) -> None:
    """Answers in words; the evidence linked to the request goes with it."""
    question = at(question, UNANSWERED, seen)
    if not may_answer(question, by):
        raise ValidationError(_("Only who is asked, or who keeps the records, answers."))
    if not text.strip():
        raise ValidationError(_("Say what answers it. Evidence you add goes with the answer."))
    question.state, question.answer, question.answered_by = QuestionState.ANSWERED, text.strip(), by
    question.answered_on, question.decided_on = question.organisation.today(), None
    keep(question, by=by)
    tell(question, question.asked_by, Asking.Word.DELIVERED, by=by)


@transaction.atomic
def accept_answer(
    question: InformationRequest, *, by: User, shown: Iterable[str], remark: str = "", seen: int | None = None
) -> None:
    """Accepts the answer with exactly the evidence that was `shown` (references)."""
    question = own(question, by, [QuestionState.ANSWERED], seen)
    if set(shown) != set(evidence_of(question)):
        raise ValidationError(_("Its evidence changed after you opened it. Look at it again, then decide."))
    decide(question, QuestionState.ACCEPTED, by=by, remark=remark)


@transaction.atomic
def return_answer(question: InformationRequest, *, by: User, reason: str, seen: int | None = None) -> None:
    """Returns the answer, with the reason; it waits for the organisation again."""
    question = own(question, by, [QuestionState.ANSWERED], seen)
    if not reason.strip():
        raise ValidationError(_("Say why, so that it can be mended."))
    decide(question, QuestionState.RETURNED, by=by, remark=reason)
    tell(question, question.owner, Asking.Word.RETURNED, by=by)


@transaction.atomic
def withdraw_question(question: InformationRequest, *, by: User, reason: str, seen: int | None = None) -> None:
    """Asks no longer; the request stays, with the reason."""
    question = own(question, by, [*UNANSWERED, QuestionState.ANSWERED], seen)
    if not reason.strip():
        raise ValidationError(_("Say why it is withdrawn."))
    decide(question, QuestionState.WITHDRAWN, by=by, remark=reason)


def at(question: InformationRequest, states: Collection[str], seen: int | None = None) -> Any:
    found = locked(question, seen)
    if found.state not in states:
        words = {"state": str(found.get_state_display()).lower()}
        raise ValidationError(_("This cannot be done now. The request is: %(state)s.") % words)
    return found


def own(question: InformationRequest, by: User, states: Collection[str], seen: int | None) -> Any:
    found = at(question, states, seen)
    if found.asked_by_id != by.pk:
        raise ValidationError(_("Only who asked decides on the answer."))
    return found


def decide(question: InformationRequest, state: str, *, by: User, remark: str) -> None:
    question.state, question.remark = state, remark.strip()
    question.decided_on = question.organisation.today()
    keep(question, by=by)


def evidence_of(question: InformationRequest) -> list[str]:
    """References of the evidence linked to a request."""
    return list(Evidence.objects.filter(proofs__record=question.pk).order_by("pk").values_list("reference", flat=True))
