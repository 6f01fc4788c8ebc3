"""A planned change is approved by designated management, then done; or it is withdrawn (ISO 42001 6.3)."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from organisations.authority import Authority, lacks
from organisations.models import User
from records.actions import CHANGED, keep, locked
from records.versions import writers_of

from .models import PlannedChange
from .models.planning import ChangeState


def refusal(change: PlannedChange, user: User) -> str:
    """Why somebody may not approve a change; empty where they may."""
    if why := lacks(user, change.organisation, Authority.DESIGNATED):
        return why
    if user.pk == change.proposed_by_id:
        return _("Who proposed it cannot approve it: somebody else must.")
    if user.pk in writers_of(change):
        return _("Who wrote in it cannot approve it: somebody else must.")
    return ""


@transaction.atomic
def approve_change(change: PlannedChange, *, by: User, seen: int | None, remark: str = "") -> None:
    """Approves exactly what was shown (`seen` is its version). Raises ValidationError with the reason."""
    change = locked(change)
    if change.state != ChangeState.PLANNED:
        raise ValidationError(_("It was decided already."))
    if seen != change.version:
        raise ValidationError(CHANGED)
    if why := refusal(change, by):
        raise ValidationError(why)
    change.state, change.approved_by, change.approved_on = ChangeState.APPROVED, by, change.organisation.today()
    change.remark = remark.strip()
    keep(change, by=by)


@transaction.atomic
def finish_change(change: PlannedChange, *, by: User, on: date | None = None, remark: str = "") -> None:
    """Says that an approved change was made. Raises ValidationError."""
    change = locked(change)
    if change.state != ChangeState.APPROVED:
        raise ValidationError(_("Only an approved change is done."))
    close(change, ChangeState.DONE, by=by, on=on, remark=remark)


@transaction.atomic
def withdraw_change(change: PlannedChange, *, by: User, remark: str) -> None:
    """Gives a change up, with the reason. Raises ValidationError."""
    change = locked(change)
    if change.state not in {ChangeState.PLANNED, ChangeState.APPROVED}:
        raise ValidationError(_("It is done or withdrawn already."))
    if not remark.strip():
        raise ValidationError(_("Say why it is withdrawn."))
    close(change, ChangeState.WITHDRAWN, by=by, on=None, remark=remark)


def close(change: PlannedChange, state: ChangeState, *, by: User, on: date | None, remark: str) -> None:
    change.state, change.closed_on = state, on or change.organisation.today()
    change.remark = remark.strip() or change.remark
    keep(change, by=by)
