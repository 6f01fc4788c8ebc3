"""Verbs of an improvement: accept, decline, begin, realise (ISO 42001 10.1)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audits.models import Improvement, ImprovementState
from clauses.asking.verbs import keeps_records, may_answer
from clauses.models import Task
from organisations.authority import Authority
from organisations.models import User
from records.actions import keep, locked

from .actions import holds


def may_decide(improvement: Improvement, user: User) -> bool:
    """Whether somebody may accept or decline it: who keeps the records, and heads of department and above."""
    organisation = improvement.organisation
    return keeps_records(user, organisation) or holds(user, organisation, Authority.HEAD)


def may_act(improvement: Improvement, user: User) -> bool:
    """Whether somebody may begin it and say that it is realised: its owner, whatever their role, and an officer."""
    return may_answer(improvement, user)


@transaction.atomic
def accept(improvement: Improvement, *, by: User, seen: int | None = None) -> None:
    """Says that it is to be done. Raises ValidationError."""
    improvement = locked(improvement, seen)
    if improvement.state != ImprovementState.PROPOSED:
        raise ValidationError(_("It was decided already."))
    if not improvement.owner_id or not improvement.due_on:
        raise ValidationError(_("Say who does it and by when, then accept it."))
    improvement.state, improvement.decided_by = ImprovementState.ACCEPTED, by
    keep(improvement, by=by)


@transaction.atomic
def decline(improvement: Improvement, *, by: User, reason: str, seen: int | None = None) -> None:
    """Says that it is not done, and why. Raises ValidationError."""
    improvement = locked(improvement, seen)
    if not improvement.is_open:
        raise ValidationError(_("It is realised or declined already."))
    if not reason.strip():
        raise ValidationError({"result": _("Say why it is declined.")})
    improvement.decided_by = by
    settle(improvement, ImprovementState.DECLINED, by=by, words=reason)


@transaction.atomic
def begin(improvement: Improvement, *, by: User) -> None:
    """Says that somebody is at it. Raises ValidationError."""
    improvement = locked(improvement)
    if improvement.state != ImprovementState.ACCEPTED:
        raise ValidationError(_("Only an accepted improvement is begun."))
    improvement.state = ImprovementState.IN_PROGRESS
    keep(improvement, by=by)


@transaction.atomic
def realise(improvement: Improvement, *, by: User, result: str, seen: int | None = None) -> None:
    """Says that it is done, and what came of it. Raises ValidationError."""
    improvement = locked(improvement, seen)
    if improvement.state not in {ImprovementState.ACCEPTED, ImprovementState.IN_PROGRESS}:
        raise ValidationError(_("Only an accepted improvement is realised."))
    if not result.strip():
        raise ValidationError({"result": _("Say what came of it.")})
    waiting = Task.objects.filter(about=improvement.pk).open().order_by("reference")
    if names := list(waiting.values_list("reference", flat=True)):
        raise ValidationError(_("Still to be done: %(actions)s.") % {"actions": ", ".join(names)})
    settle(improvement, ImprovementState.REALISED, by=by, words=result)


def settle(improvement: Improvement, state: ImprovementState, *, by: User, words: str) -> None:
    improvement.state, improvement.result = state, words.strip()
    improvement.settled_on = improvement.organisation.today()
    keep(improvement, by=by)
