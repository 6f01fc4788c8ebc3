"""Giving a report to somebody outside: who did it, when, to whom. It stays on record and is not taken back."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from organisations.models import User

from .models import Report, ReportRelease


def release(report: Report, *, by: User, recipient: str, reason: str = "") -> ReportRelease:
    """Raises ValidationError where the report is not of a kind made for people outside, or not ready."""
    if not report.may_be_released:
        raise ValidationError(_("Only a summary for customers that is ready can be released."))
    row = ReportRelease(
        organisation=report.organisation,
        report=report,
        recipient=recipient.strip(),
        reason=reason.strip(),
        released_by=by,
    )
    row.full_clean()
    row.save()
    return row
