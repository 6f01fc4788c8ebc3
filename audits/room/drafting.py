"""Verbs on draft findings: keep, throw away, submit. Until it is submitted nobody but the author reads one."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.conducting.actions import issue_finding
from audits.models import AuditRoom, DraftFinding, Finding
from organisations.models import User
from records.actions import give, keep
from records.models import Record

CHANGED_ELSEWHERE = gettext_lazy(
    "You changed this draft in another window. Open it again; what you typed here is still in the form."
)


def begin_draft(room: AuditRoom, *, rests_on: str = "") -> DraftFinding:
    return DraftFinding.objects.create(room=room, rests_on=rests_on[:500])


@transaction.atomic
def keep_draft(draft: DraftFinding, *, seen: int, window: str) -> None:
    """Saves what was typed in a `window` over the version it has `seen`, or over what it saved itself meanwhile.

    Raises ValidationError where another window saved a newer one.
    """
    stored = DraftFinding.objects.select_for_update().get(pk=draft.pk)
    if stored.submitted_as_id or is_stale(stored, seen=seen, window=window):
        raise ValidationError(CHANGED_ELSEWHERE)
    draft.version, draft.window = stored.version + 1, window
    draft.save()


def is_stale(stored: DraftFinding, *, seen: int, window: str) -> bool:
    """Whether another window saved after this one was opened."""
    return stored.version != seen and (not window or stored.window != window)


@transaction.atomic
def submit_draft(draft: DraftFinding, *, by: User, cites: Iterable[Record]) -> Finding:
    """Makes a finding of the room's audit; from then on nobody changes its words. Submitted twice it stays one.

    Raises ValidationError where the audit takes no findings any more.
    """
    stored = DraftFinding.objects.select_for_update().get(pk=draft.pk)
    if stored.submitted_as_id:
        # Asked for on its own: a join would tell of the time before whoever was faster let go of the row.
        return Finding.objects.select_related("organisation").get(pk=stored.submitted_as_id)
    room = draft.room
    if not room.for_audit.is_open:
        raise ValidationError(_("The report of this audit is issued: it takes no findings any more."))
    finding = Finding(
        organisation=room.organisation,
        title=Truncator(" ".join(draft.observed.split())).chars(120),
        owner=room.owner,
        found_in=room.for_audit,
        grade=draft.grade,
        requirement=draft.requirement,
        demands=draft.demands,
        observed=draft.observed,
        objective_evidence=draft.objective_evidence,
        raised_by=by,
    )
    keep(finding, by=by)
    finding.cites.set(cites)
    issue_finding(finding, by=by)
    give(finding, to=by, change=False, since=room.since, until=room.until)
    draft.submitted_as = finding
    draft.version = stored.version + 1
    draft.save()
    return finding


def discard_draft(draft: DraftFinding) -> None:
    """Throws a draft away; one that was submitted stays."""
    DraftFinding.objects.filter(pk=draft.pk, submitted_as=None).delete()
