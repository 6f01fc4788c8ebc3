"""Verbs of an audit: it begins, its report is issued and everything in it is locked, or it is cancelled."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audits.models import NONCONFORMITIES, Audit, AuditState, CorrectiveAction, Finding, FindingState, rules_of
from organisations.models import User
from records.actions import keep, locked, touch

from .impartiality import open_conflicts


def refuse_if_over(audit: Audit) -> None:
    if not audit.is_open:
        raise ValidationError(_("The audit is over; nothing in it changes any more."))


def begin(audit: Audit, *, by: User | None) -> None:
    """Marks a planned audit as under way: something was seen or found. One under way stays as it is."""
    planned = Audit.objects.filter(pk=audit.pk, state=AuditState.PLANNED)
    if planned.update(state=AuditState.UNDER_WAY):
        touch(audit, by=by)


def missing(audit: Audit) -> list[str]:
    """What stands in the way of issuing the report, in words."""
    reasons = []
    if not audit.summary.strip():
        reasons.append(_("The conclusion of the audit is not written."))
    if not audit.is_external and audit.lead_id is None:
        reasons.append(_("Nobody is named as lead auditor."))
    graves = Finding.objects.filter(found_in=audit, grade__in=NONCONFORMITIES).select_related("owner")
    reasons += [
        _("%(finding)s: nobody is named to answer for it.") % {"finding": one.reference}
        for one in graves.order_by("reference")
        if one.owner is None
    ]
    unexplained = len(open_conflicts(audit))
    if unexplained:
        reasons.append(
            ngettext(
                "%(n)d warning about impartiality has no reason yet.",
                "%(n)d warnings about impartiality have no reason yet.",
                unexplained,
            )
            % {"n": unexplained}
        )
    return reasons


@transaction.atomic
def issue_report(audit: Audit, *, by: User, seen: int | None = None) -> None:
    """Issues the report: audit, checklist and findings stay as they are, each nonconformity has a corrective action.

    `seen` is the version that was shown. Raises ValidationError with every reason where it is not complete.
    """
    audit = locked(audit, seen)
    # Whoever adds something to the audit by any way waits here as well, and is then refused by the database.
    Audit.objects.select_for_update(of=("self",)).get(pk=audit.pk)
    refuse_if_over(audit)
    if reasons := missing(audit):
        raise ValidationError(reasons)
    for finding in Finding.objects.filter(found_in=audit, issued_on=None).order_by("pk"):
        issue_finding(finding, by=by)
    audit.state, audit.issued_by, audit.report_on = AuditState.REPORT_ISSUED, by, audit.organisation.today()
    keep(audit, by=by)


@transaction.atomic
def issue_finding(finding: Finding, *, by: User | None) -> None:
    """Hands a finding to its owner: from now on its text stays, and the days to respond and to close it run."""
    given, finding = finding, locked(finding)
    today, rules = finding.organisation.today(), rules_of(finding.organisation)
    finding.issued_on, finding.raised_on = today, finding.raised_on or today
    if finding.is_nonconformity:
        finding.state = FindingState.OPEN
        finding.respond_by = today + timedelta(days=rules.response_days)
        finding.due_on = finding.due_on or today + timedelta(days=rules.closure_days)
    else:
        finding.state = FindingState.NOTED
    keep(finding, by=by)
    if finding.is_nonconformity and not finding.corrective_actions.exists():
        open_corrective_action(finding, by=by)
    given.refresh_from_db()


def open_corrective_action(finding: Finding, *, by: User | None) -> CorrectiveAction:
    assert finding.due_on
    made = CorrectiveAction(
        organisation=finding.organisation,
        title=finding.title,
        owner=finding.owner,
        remedies=finding,
        problem=finding.observed,
        due_on=finding.due_on,
        changed_by=by,
    )
    made.save()
    return made


@transaction.atomic
def cancel(audit: Audit, *, by: User, reason: str, seen: int | None = None) -> None:
    """Calls an audit off, with the reason. Not one that found something already. Raises ValidationError."""
    audit = locked(audit, seen)
    refuse_if_over(audit)
    if not reason.strip():
        raise ValidationError(_("Say why it is cancelled."))
    if audit.findings.exists():
        raise ValidationError(_("It has findings; issue its report instead."))
    audit.state, audit.cancelled_because = AuditState.CANCELLED, reason.strip()
    keep(audit, by=by)
