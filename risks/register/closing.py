"""A risk is never deleted: it is closed with a reason, and opened again where that was wrong (ISO 42001 6.1.2)."""

from __future__ import annotations

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clauses.exclusion import told_at
from organisations.models import User
from records.actions import keep, locked
from risks.models import Risk


@transaction.atomic
def close_risk(risk: Risk, *, by: User, reason: str, seen: int | None = None) -> Risk:
    """Closes a risk today; its review is then due no more. Raises ValidationError."""
    risk = locked(risk, seen)
    if not risk.is_open:
        raise ValidationError(_("It is closed already."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is closed.")})
    risk.closed_on, risk.closed_because, risk.review_on = risk.organisation.today(), reason.strip(), None
    risk.acceptance_asked_of, risk.acceptance_asked_on = None, None
    keep(risk, by=by)
    return risk


@transaction.atomic
def reopen_risk(risk: Risk, *, by: User) -> Risk:
    """Opens a closed risk again; history keeps both. Its next review must be set anew. Raises ValidationError."""
    risk = locked(risk)
    if risk.is_open:
        raise ValidationError(_("It is open."))
    risk.closed_on, risk.closed_because = None, ""
    with told_at(NON_FIELD_ERRORS):
        keep(risk, by=by)
    return risk
