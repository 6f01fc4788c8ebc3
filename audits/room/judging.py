"""What an auditor decides on the answer to a finding of their own: accept or return the plan, verify the correction.

The same verbs as for internal audits (`audits.findings`), for nobody but who raised the finding.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audits.models import Finding, FindingState
from organisations.models import User
from records.actions import keep, locked


def at(finding: Finding, state: str, *, by: User, seen: int | None) -> Any:
    """The finding as it stands, locked. Raises ValidationError where it stands elsewhere or is not their own."""
    found = locked(finding, seen)
    if found.raised_by_id != by.pk:
        raise ValidationError(_("Only who raised a finding decides on its answer."))
    if found.state != state:
        words = {"state": str(found.get_state_display()).lower()}
        raise ValidationError(_("This cannot be done now. The finding is: %(state)s.") % words)
    return found


@transaction.atomic
def accept_plan(finding: Finding, *, by: User, remark: str = "", seen: int | None = None) -> None:
    """Accepts the answer: what the organisation will do suffices."""
    finding = at(finding, FindingState.RESPONDED, by=by, seen=seen)
    finding.state, finding.remark = FindingState.PLAN_ACCEPTED, remark.strip()
    keep(finding, by=by)


@transaction.atomic
def return_plan(finding: Finding, *, by: User, reason: str, seen: int | None = None) -> None:
    """Returns the answer, with the reason; the finding is open again."""
    finding = at(finding, FindingState.RESPONDED, by=by, seen=seen)
    if not reason.strip():
        raise ValidationError({"remark": _("Say why, so that it can be mended.")})
    finding.state, finding.remark = FindingState.OPEN, reason.strip()
    keep(finding, by=by)


@transaction.atomic
def verify(finding: Finding, *, by: User, saw: str, seen: int | None = None) -> None:
    """Closes a corrected finding with what the auditor `saw`."""
    finding = at(finding, FindingState.CORRECTED, by=by, seen=seen)
    if not saw.strip():
        raise ValidationError({"remark": _("Say what you saw that shows it.")})
    finding.state, finding.remark, finding.verified_by = FindingState.CLOSED, saw.strip(), by
    finding.verified_on = finding.closed_on = finding.organisation.today()
    keep(finding, by=by)
