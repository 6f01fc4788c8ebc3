"""Verbs of an issued finding: answered → plan accepted → corrected → verified and closed, or returned to its owner.

Each locks the finding and compares the version that was shown (`seen`), so that of two at once one is refused. All
raise ValidationError with the reason. Who answers never judges (`audits.rights`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audits.models import ActionState, Finding, FindingState, Grade
from audits.rights import may_answer, no_judge
from organisations.models import User
from records.actions import keep, locked

ANSWERABLE = (FindingState.OPEN, FindingState.RESPONDED)


def at(finding: Finding, states: Collection[str], seen: int | None) -> Finding:
    """The finding as it stands, locked. Refuses one that is not issued, or stands elsewhere."""
    finding = locked(finding, seen)
    if finding.issued_on is None:
        raise ValidationError(_("The report is not issued yet: there is nothing to answer."))
    if finding.state not in states:
        raise ValidationError(_("This cannot be done now. The finding is: %(state)s.") % words_of(finding))
    return finding


def words_of(finding: Finding) -> dict[str, str]:
    return {"state": str(finding.get_state_display()).lower()}


def refuse_stranger(user: User, finding: Finding) -> None:
    if not may_answer(user, finding):
        raise ValidationError(_("Only its owner or the compliance officer answers a finding."))


def refuse_judge(user: User, finding: Finding) -> None:
    if why := no_judge(user, finding):
        raise ValidationError(why)


@transaction.atomic
def respond(finding: Finding, *, by: User, seen: int | None = None, **said: str) -> None:
    """Answers a nonconformity with `correction`, `cause` and `measure`; anything else with `response`."""
    if not finding.is_nonconformity:
        return reply(finding, by=by, response=said.get("response", ""), seen=seen)
    finding = at(finding, ANSWERABLE, seen)
    refuse_stranger(by, finding)
    lacking = {
        name: words
        for name, words in (
            ("correction", _("Say what is mended at once.")),
            ("cause", _("Say why it could happen.")),
            ("measure", _("Say what keeps it from happening again.")),
        )
        if not said.get(name, "").strip()
    }
    if lacking:
        raise ValidationError(lacking)
    for name in ("correction", "cause", "measure"):
        setattr(finding, name, said[name].strip())
    answered(finding, by=by)
    finding.state, finding.remark = FindingState.RESPONDED, ""
    keep(finding, by=by)
    return None


def reply(finding: Finding, *, by: User, response: str, seen: int | None) -> None:
    """What is said of an opportunity, an observation or a strength. Nobody has to."""
    finding = at(finding, [FindingState.NOTED], seen)
    refuse_stranger(by, finding)
    if not response.strip():
        raise ValidationError({"response": _("Say what you make of it.")})
    finding.response = response.strip()
    answered(finding, by=by)
    keep(finding, by=by)


def answered(finding: Finding, *, by: User) -> None:
    finding.responded_by, finding.responded_on = by, finding.organisation.today()


@transaction.atomic
def accept_plan(finding: Finding, *, by: User, remark: str = "", seen: int | None = None) -> None:
    """Accepts the answer of a nonconformity."""
    finding = at(finding, [FindingState.RESPONDED], seen)
    refuse_judge(by, finding)
    finding.state, finding.remark = FindingState.PLAN_ACCEPTED, remark.strip()
    keep(finding, by=by)


@transaction.atomic
def return_plan(finding: Finding, *, by: User, reason: str, seen: int | None = None) -> None:
    """Returns the answer, with the reason; the finding is open again."""
    finding = at(finding, [FindingState.RESPONDED], seen)
    refuse_judge(by, finding)
    send_back(finding, by=by, reason=reason)


@transaction.atomic
def mark_corrected(finding: Finding, *, by: User, done: str, seen: int | None = None) -> None:
    """Says that what was planned is done, and what was done."""
    finding = at(finding, [FindingState.PLAN_ACCEPTED], seen)
    refuse_stranger(by, finding)
    if not done.strip():
        raise ValidationError({"done": _("Say what was done.")})
    finding.state, finding.done = FindingState.CORRECTED, done.strip()
    finding.corrected_by, finding.corrected_on = by, finding.organisation.today()
    keep(finding, by=by)


@transaction.atomic
def verify(finding: Finding, *, by: User, saw: str, seen: int | None = None) -> None:
    """Closes a corrected finding with what the auditor `saw`. A major only once its effect was checked by another."""
    finding = at(finding, [FindingState.CORRECTED], seen)
    refuse_judge(by, finding)
    if not saw.strip():
        raise ValidationError({"remark": _("Say what you saw that shows it.")})
    if why := unchecked(finding):
        raise ValidationError(why)
    finding.state, finding.remark, finding.verified_by = FindingState.CLOSED, saw.strip(), by
    finding.verified_on = finding.closed_on = finding.organisation.today()
    keep(finding, by=by)


def unchecked(finding: Finding) -> str:
    """Why a major cannot be closed yet: the effect of its corrective action was not checked; else empty."""
    if finding.grade != Grade.MAJOR:
        return ""
    actions: Any = finding.corrective_actions.order_by("reference")
    open_ones = list(actions.exclude(state=ActionState.CLOSED).values_list("reference", flat=True))
    if open_ones:
        words = _("A major is closed only once another person checked that its corrective action works: %(open)s.")
        return words % {"open": ", ".join(open_ones)}
    if not actions.exists():
        return _("A major is closed only once a corrective action was taken and another person checked that it works.")
    return ""


@transaction.atomic
def reject(finding: Finding, *, by: User, reason: str, seen: int | None = None) -> None:
    """Does not accept what was done, with the reason; the finding is open again."""
    finding = at(finding, [FindingState.CORRECTED], seen)
    refuse_judge(by, finding)
    send_back(finding, by=by, reason=reason)


def send_back(finding: Finding, *, by: User, reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"remark": _("Say why, so that it can be mended.")})
    finding.state, finding.remark = FindingState.OPEN, reason.strip()
    keep(finding, by=by)
