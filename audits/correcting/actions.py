"""Verbs of a corrective action: begin, say that it is done, extend, hand over, check the effect (ISO 42001 10.2).

Done it is by its owner or who keeps the records; time is given by who keeps the records or by designated management;
whether it helped says somebody who neither owns it nor said that it was done.
"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audits.models import ActionState, CorrectiveAction, DueExtension, EffectivenessCheck
from clauses.asking.sight import asked_about
from clauses.asking.verbs import keeps_records, may_answer
from clauses.models import Task
from organisations.authority import Authority, held_by, suffices
from organisations.models import Organisation, OrganisationGrant, User
from organisations.roles import AUDIT
from records.actions import keep, let_in, locked


def may_act(action: CorrectiveAction, user: User) -> bool:
    """Whether somebody may begin it and say that it is done: its owner, whatever their role, and an officer."""
    return may_answer(action, user)


def may_give_time(action: CorrectiveAction, user: User) -> bool:
    """Whether somebody may extend it or hand it over: who keeps the records, and designated management."""
    organisation = action.organisation
    return keeps_records(user, organisation) or holds(user, organisation, Authority.DESIGNATED)


def holds(user: User, organisation: Organisation, needed: Authority) -> bool:
    held = held_by(user, organisation)
    return held is not None and suffices(held, needed)


def may_judge(action: CorrectiveAction, user: User) -> bool:
    """Whether somebody is in a position to say if it helped: who was named, officers, auditors, heads and above."""
    organisation = action.organisation
    if user.pk == action.checker_id or keeps_records(user, organisation):
        return bool(organisation.memberships.current().filter(user=user).exists())
    return audits_here(user, organisation) or holds(user, organisation, Authority.HEAD)


def audits_here(user: User, organisation: Organisation) -> bool:
    held = OrganisationGrant.objects.filter(user=user, content_object=organisation, permission__codename=AUDIT)
    return held.exists() and organisation.memberships.current().filter(user=user).exists()


def refusal(action: CorrectiveAction, user: User) -> str:
    """Why somebody may not say whether it helped; empty where they may."""
    if user.pk == action.owner_id:
        return _("Its owner cannot close it: somebody else checks the effect.")
    if user.pk == action.done_by_id:
        return _("Who said that it is done cannot close it: somebody else checks the effect.")
    if not may_judge(action, user):
        return _("Who was named for it, who keeps the records, who audits, or a head of department checks the effect.")
    return ""


def missing(action: CorrectiveAction) -> list[str]:
    """What stands in the way of calling it done, in words."""
    reasons = []
    if not action.correction.strip():
        reasons.append(_("The correction is not written down."))
    if not action.root_cause.strip():
        reasons.append(_("The root cause is not written down."))
    if not action.measure.strip():
        reasons.append(_("The corrective action, which keeps it from happening again, is not written down."))
    waiting = Task.objects.filter(about=action.pk).open().order_by("reference")
    if names := list(waiting.values_list("reference", flat=True)):
        reasons.append(_("Still to be done: %(actions)s.") % {"actions": ", ".join(names)})
    return reasons


@transaction.atomic
def begin(action: CorrectiveAction, *, by: User) -> None:
    """Says that somebody is at it. Raises ValidationError."""
    action = locked(action)
    if action.state != ActionState.OPEN:
        raise ValidationError(_("It was begun already."))
    action.state = ActionState.IN_PROGRESS
    keep(action, by=by)


@transaction.atomic
def finish(
    action: CorrectiveAction, *, by: User, outcome: str, check_on: date, checker: User, seen: int | None = None
) -> None:
    """Says that it is done, and when who looks whether it helped; `seen` is the version shown.

    Raises ValidationError with whatever stands in the way.
    """
    action = locked(action, seen)
    if not action.is_to_do:
        raise ValidationError(_("It is done already."))
    if reasons := missing(action):
        raise ValidationError(reasons)
    if not outcome.strip():
        raise ValidationError({"outcome": _("Say what was done.")})
    today = action.organisation.today()
    if check_on < today:
        raise ValidationError({"check_on": _("This day has passed.")})
    if checker.pk in {action.owner_id, by.pk}:
        raise ValidationError({"checker": _("Somebody else checks it than its owner and who says that it is done.")})
    before = {action.checker} if action.checker and action.checker.pk not in asked_about(action) else set()
    action.state, action.outcome = ActionState.DONE, outcome.strip()
    action.done_by, action.done_on = by, today
    action.check_on, action.checker = check_on, checker
    keep(action, by=by)
    let_in(action, before=before - {checker}, now={checker}, change=False)


@transaction.atomic
def check_effect(
    action: CorrectiveAction, *, by: User, is_effective: bool, result: str, seen: int | None = None
) -> None:
    """Says whether it helped: then it is closed, else it is taken up again. Raises ValidationError with the reason."""
    action = locked(action, seen)
    if action.state != ActionState.DONE:
        raise ValidationError(_("Nothing waits here to be checked."))
    if why := refusal(action, by):
        raise ValidationError(why)
    if not result.strip():
        raise ValidationError({"result": _("Say what you looked at, and what it showed.")})
    today = action.organisation.today()
    EffectivenessCheck.objects.create(
        corrective_action=action, checked_by=by, checked_on=today, is_effective=is_effective, result=result.strip()
    )
    if is_effective:
        action.state, action.closed_by, action.closed_on = ActionState.CLOSED, by, today
    else:
        # Whoever says again that it is done plans the next check with it.
        action.state, action.done_by, action.done_on, action.check_on = ActionState.IN_PROGRESS, None, None, None
    keep(action, by=by)


@transaction.atomic
def extend(action: CorrectiveAction, *, by: User, to: date, reason: str, seen: int | None = None) -> None:
    """Gives it more time, until a later day, with the reason. Raises ValidationError."""
    action = locked(action, seen)
    if not action.is_to_do:
        raise ValidationError(_("It is done: there is nothing to extend."))
    if not may_give_time(action, by):
        raise ValidationError(_("Who keeps the records, or designated management, gives more time."))
    if to <= action.due_on:
        raise ValidationError({"due_on": _("More time is a later day than the one it is due now.")})
    if to < action.organisation.today():
        raise ValidationError({"due_on": _("This day has passed.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it needs more time.")})
    DueExtension.objects.create(
        corrective_action=action, was_due_on=action.due_on, due_on=to, reason=reason.strip(), by=by
    )
    action.due_on = to
    keep(action, by=by)


@transaction.atomic
def hand_over(action: CorrectiveAction, *, by: User, to: User, seen: int | None = None) -> None:
    """Makes somebody else its owner; history tells who was. Raises ValidationError."""
    action = locked(action, seen)
    if not action.is_open:
        raise ValidationError(_("It is closed; nothing in it changes any more."))
    if not may_give_time(action, by):
        raise ValidationError(_("Who keeps the records, or designated management, hands it over."))
    if to.pk == action.checker_id:
        raise ValidationError({"owner": _("They are to check the effect, so they cannot own it.")})
    if to.pk == action.owner_id:
        raise ValidationError({"owner": _("They own it already.")})
    action.owner = to
    keep(action, by=by)
