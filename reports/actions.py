"""What happens to a report: it is asked for, claimed by one worker, made and kept; or it fails and says why.

The row is the truth. A message to the worker is a hint that may get lost or come twice: the claim decides who makes a
report, and what a worker that died left behind is claimed again once its lease has run out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.models import Organisation, User
from organisations.workers import tell_workers
from records.models import Record

from .filing import Finished, forget, move, put
from .models import Report

# A worker that says nothing for so long is taken for dead; while it works it says something with every page.
LEASE = timedelta(seconds=60)
A_PAGE = timedelta(seconds=1)
ATTEMPTS = 3
# No lease lasts so long: one that seems to was given while the clock ran ahead.
LONGEST = timedelta(hours=1)
# How old a queued report must be before its message is taken for lost, and how long a second message is good for.
PATIENCE = timedelta(seconds=10)
STALE_AFTER = 30


class Lost(Exception):
    """The report belongs to another attempt by now: this one stops and leaves nothing behind."""


def ask_for_report(
    organisation: Organisation,
    *,
    kind: str,
    by: User,
    key: str,
    subject: Record | None = None,
    format: str = Report.Format.PDF,
    parameters: dict[str, Any] | None = None,
) -> Report:
    """Puts a report into the queue and returns it. Raises ValidationError where it is not about what its kind is about.

    The same `key` (one for each form that was shown) gives the same report however often it is sent, and somebody
    whose report of this kind, subject, format and parameters is still being made gets that one.
    """
    fitting(kind, subject, parameters or {})
    if format not in Report.formats_of(kind):
        raise ValidationError({"format": _("This report is not made in such a format.")})
    wanted = {"kind": kind, "subject": subject, "format": format, "parameters": parameters or {}}
    own_key = key_of(organisation, by, wanted, key)
    with transaction.atomic():
        # Whoever asks next for this organisation waits here: numbers count up and none is given twice.
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        waiting = Q(state__in=[Report.State.QUEUED, Report.State.RUNNING])
        theirs = Report.objects.filter(organisation=organisation, requested_by=by, **wanted)
        found = theirs.filter(Q(idempotency_key=own_key) | waiting).first()
        if found:
            return found
        last = Report.objects.filter(organisation=organisation, kind=kind).aggregate(last=Max("number"))["last"]
        number = (last or 0) + 1
        report = Report.objects.create(
            organisation=organisation,
            number=number,
            requested_by=by,
            idempotency_key=own_key,
            **wanted,
        )
        transaction.on_commit(lambda: send(report.pk))
    return report


def key_of(organisation: Organisation, by: User, wanted: dict[str, Any], key: str) -> str:
    """What makes two requests with the same `key` the same one: who asks for what."""
    subject = wanted["subject"]
    about = {**wanted, "subject": subject.pk if subject else None}
    asked = json.dumps([organisation.pk, by.pk, about, key], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()


def fitting(kind: str, subject: Record | None, parameters: dict[str, Any]) -> None:
    """Refuses a report without the record or the framework its kind is about, or with another record."""
    if kind == Report.Kind.COVERAGE and not parameters.get("framework"):
        raise ValidationError({"framework": _("Say which framework this report is about.")})
    wanted = Report.SUBJECTS.get(kind)
    if wanted and subject is None:
        raise ValidationError({"subject": _("Say which record this report is about.")})
    if subject is not None and subject.kind != wanted:
        raise ValidationError({"subject": _("This report is not about such a record.")})


def send(report_id: UUID, **options: Any) -> bool:
    """Tells the workers about a report; False where the broker cannot be reached: the sweeper tells them later."""
    return tell_workers("reports.tasks.render_report", report_id, **options)


def claim(report_id: UUID | str) -> int | None:
    """Takes a report that waits, or whose worker died, for this process alone; returns the attempt, else None.

    One conditional UPDATE: of two workers that try at once, the second finds the condition no longer true.
    """
    now = timezone.now()
    free = Q(state=Report.State.QUEUED) | abandoned(now)
    taken = Report.objects.filter(free, pk=report_id, attempt__lt=ATTEMPTS).update(
        state=Report.State.RUNNING, attempt=F("attempt") + 1, lease_until=now + LEASE, progress=0
    )
    return Report.objects.values_list("attempt", flat=True).get(pk=report_id) if taken else None


def abandoned(now: datetime) -> Q:
    """Reports whose worker died: the lease has run out, or a clock that ran ahead gave one that never would."""
    return Q(Q(lease_until__lt=now) | Q(lease_until__gt=now + LONGEST), state=Report.State.RUNNING)


def renew(report_id: UUID | str, attempt: int, progress: int, *, pages: int = 0) -> None:
    """Says that this attempt is alive and how far it is (0–100). Raises Lost when another has taken over.

    `pages` are to be drawn before the next word, so the lease is that much longer.
    """
    held = Report.objects.filter(pk=report_id, state=Report.State.RUNNING, attempt=attempt)
    if not held.update(progress=progress, lease_until=timezone.now() + LEASE + pages * A_PAGE):
        raise Lost(f"{report_id} attempt {attempt}")


def keep(report: Report, attempt: int, content: bytes, **facts: Any) -> None:
    """Stores the file, and with it in one transaction its hash and what is known about it. Raises Lost, OSError."""
    with transaction.atomic():
        held = held_by(report, attempt)
        key = f"{report.organisation_id}/reports/{report.pk}.{report.format}"
        put(key, content)
        finish(held, key=key, size=len(content), sha256=hashlib.sha256(content).hexdigest(), **facts)


def keep_large(report: Report, attempt: int, file: Finished, alive: Callable[[], None], **facts: Any) -> None:
    """As `keep`, for a file on disk that may take long to store. Each attempt has a place of its own in storage, so
    the row is not locked meanwhile and one attempt never touches what another wrote; `alive` renews the lease.
    """
    keys = [f"{report.organisation_id}/reports/{report.pk}-{number}.{report.format}" for number in range(attempt + 1)]
    for left_behind in keys[1:attempt]:
        forget(left_behind)
    move(keys[attempt], file.path, alive)
    try:
        with transaction.atomic():
            finish(held_by(report, attempt), key=keys[attempt], size=file.size, sha256=file.sha256, **facts)
    except Lost:
        forget(keys[attempt])
        raise


def held_by(report: Report, attempt: int) -> Any:
    """The row of a report, locked, while it is this attempt's. Raises Lost."""
    held = Report.objects.select_for_update().filter(pk=report.pk, state=Report.State.RUNNING, attempt=attempt)
    if not held.exists():
        raise Lost(f"{report.pk} attempt {attempt}")
    return held


def finish(held: Any, **facts: Any) -> None:
    held.update(state=Report.State.DONE, progress=100, lease_until=None, finished_at=timezone.now(), **facts)


def fail(report_id: UUID | str, attempt: int, reason: str) -> None:
    """Ends an attempt that cannot succeed; the person who asked reads the reason and may ask again."""
    Report.objects.filter(pk=report_id, state=Report.State.RUNNING, attempt=attempt).update(
        state=Report.State.FAILED, error=reason, lease_until=None, finished_at=timezone.now()
    )


def sweep() -> int:
    """Sends the message again for what was forgotten, or gives it up after three attempts; returns how many."""
    now = timezone.now()
    reason = _("The worker stopped %(n)s times while it made this report.") % {"n": ATTEMPTS}
    Report.objects.filter(abandoned(now), attempt__gte=ATTEMPTS).update(
        state=Report.State.FAILED, error=reason, lease_until=None, finished_at=now
    )
    unheard = Q(state=Report.State.QUEUED) & ~Q(requested_at__range=(now - PATIENCE, now))
    forgotten = Report.objects.filter(unheard | abandoned(now)).order_by("requested_at").values_list("pk", flat=True)
    sent = 0
    for report_id in forgotten:
        if not send(report_id, expires=STALE_AFTER):
            break
        sent += 1
    return sent
