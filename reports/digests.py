"""How a digest is sent: claimed by one worker, handed to the mail server, marked; or tried again later, and shown.

The row is locked while the mail is under way, so that nobody else can send it however long that takes; a worker that
is killed lets go of it. What the mail server took in the instant before a worker died is sent once more, under the same
Message-ID, by which mail programs show it once (docs/decisions/0009-reminders.md).
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from itertools import groupby
from smtplib import SMTPRecipientsRefused
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evidence.models import Evidence
from organisations.mails import write_mail
from organisations.models import Organisation
from records.models import Record

from .actions import PATIENCE, STALE_AFTER, tell_workers
from .due import record_url, up_for_review
from .models import Digest, DigestChoice, Reminder
from .reminding import audience_of, send_after_commit

logger = logging.getLogger(__name__)

# A worker that has not finished by then is taken for dead; if it is not, the lock on the row still keeps others away.
LEASE = timedelta(minutes=2)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
# Given up after both: so many attempts, and so long.
ATTEMPTS, GIVEN_UP_AFTER = 6, timedelta(days=2)
REFUSED = 500


def deliver(digest_id: UUID | str) -> bool:
    """Sends one digest if it is this process's to send; says whether the mail server took it."""
    attempt = claim(digest_id)
    if attempt is None:
        return False
    try:
        return send(digest_id, attempt)
    except Exception as error:  # whatever a mail server, its library or the network may raise means the same here
        logger.exception("digest %s could not be sent (attempt %s)", digest_id, attempt)
        put_off(digest_id, attempt, error)
        return False


def its_time(now: datetime) -> Q:
    """Digests whose time has come; nothing is put off for longer than `LONGEST_PAUSE` but by a clock that ran ahead."""
    return Q(try_at__lte=now) | Q(try_at__gt=now + 2 * LONGEST_PAUSE)


def claim(digest_id: UUID | str) -> int | None:
    """Takes a digest whose time has come, or whose worker died, for this process; returns the attempt, else None."""
    now = timezone.now()
    under_way = [Digest.State.QUEUED, Digest.State.SENDING]
    with transaction.atomic():
        free = Digest.objects.select_for_update(skip_locked=True, of=("self",))
        if not free.filter(its_time(now), pk=digest_id, state__in=under_way).exists():
            return None
        Digest.objects.filter(pk=digest_id).update(
            state=Digest.State.SENDING, attempt=F("attempt") + 1, try_at=now + LEASE
        )
        return Digest.objects.values_list("attempt", flat=True).get(pk=digest_id)


def send(digest_id: UUID | str, attempt: int) -> bool:
    """Hands the mail to the mail server and marks the row, in one transaction. Raises what the mail server raises."""
    with transaction.atomic():
        held = Digest.objects.select_for_update(of=("self",)).select_related("organisation", "person")
        digest = held.filter(pk=digest_id, state=Digest.State.SENDING, attempt=attempt).first()
        if digest is None:
            return False
        mail = mail_of(digest)
        if mail is not None:
            mail.send()
            digest.sent_at = timezone.now()
        digest.state = Digest.State.SENT if mail else Digest.State.KEPT
        digest.error = ""
        digest.save(update_fields=["state", "error", "sent_at"])
        return mail is not None


def put_off(digest_id: UUID | str, attempt: int, error: Exception) -> None:
    """Tries again after 1, 2, 4 … 60 minutes; gives up what the server refuses for good, or after two days."""
    now = timezone.now()
    held = Digest.objects.filter(pk=digest_id, state=Digest.State.SENDING, attempt=attempt)
    pause = min(FIRST_PAUSE * 2 ** min(attempt - 1, 10), LONGEST_PAUSE)
    held.update(state=Digest.State.QUEUED, try_at=now + pause, error=reason_of(error))
    too_long = Q(attempt__gte=ATTEMPTS, queued_at__lt=now - GIVEN_UP_AFTER)
    hopeless = Q() if is_refused(error) else too_long
    Digest.objects.filter(hopeless, pk=digest_id, state=Digest.State.QUEUED, attempt=attempt).update(
        state=Digest.State.FAILED
    )


def is_refused(error: Exception) -> bool:
    """Whether the mail server will never take mail to this address."""
    return isinstance(error, SMTPRecipientsRefused) and all(
        code >= REFUSED for code, _answer in error.recipients.values()
    )


def reason_of(error: Exception) -> str:
    if isinstance(error, SMTPRecipientsRefused):
        answers = [f"{code} {text.decode(errors='replace')}" for code, text in error.recipients.values()]
        return _("The mail server refused the address: %(answer)s") % {"answer": "; ".join(answers)}
    return f"{type(error).__name__}: {error}"[:500]


def try_again(organisation: Organisation) -> int:
    """Queues all mail of an organisation that failed or waits after a failure, to be sent now; returns how many."""
    now = timezone.now()
    with transaction.atomic():
        troubled = Digest.objects.in_trouble().filter(organisation=organisation).exclude(state=Digest.State.SENDING)
        digests = list(troubled.select_for_update(skip_locked=True, of=("self",)))
        Digest.objects.filter(pk__in=[digest.pk for digest in digests]).update(
            state=Digest.State.QUEUED, try_at=now, queued_at=now
        )
        send_after_commit(digests)
    return len(digests)


def sweep_digests() -> int:
    """Sends the message again for what was forgotten, put off, or left behind by a dead worker; returns how many."""
    now = timezone.now()
    fresh = Q(state=Digest.State.QUEUED, error="", try_at__gte=now - PATIENCE)
    waiting = its_time(now) & Q(state__in=[Digest.State.QUEUED, Digest.State.SENDING])
    sent = 0
    for digest_id in Digest.objects.filter(waiting).exclude(fresh).order_by("try_at").values_list("pk", flat=True):
        if not tell_workers("send_digest", digest_id, expires=STALE_AFTER):
            break
        sent += 1
    return sent


def mail_of(digest: Digest) -> EmailMessage | None:
    """The mail, or None when nothing in it holds any more or its reader has left in the meantime."""
    organisation = digest.organisation
    lines = standing_lines(digest)
    if not lines or not wants_mail(digest):
        return None
    today = organisation.today()
    groups = [
        {"title": title, "lines": list(group)}
        for title, group in groupby(lines, key=lambda line: heading(line["due_on"], today))
    ]
    mine = absolute(reverse("reminder-list", kwargs={"organisation": organisation.slug}))
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return write_mail(
        "digest",
        to=digest.person.email,
        organisation=organisation,
        context={"person": digest.person, "groups": groups, "count": len(lines), "link": mine, "today": today},
        headers={"Message-ID": f"<digest.{digest.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    )


def wants_mail(digest: Digest) -> bool:
    """Whether its reader is still a member who is reminded, and did not switch the mail off in the meantime."""
    off = DigestChoice.objects.filter(organisation=digest.organisation, person=digest.person, by_mail=False)
    return digest.person_id in audience_of(digest.organisation).people and not off.exists()


def standing_lines(digest: Digest) -> list[dict[str, Any]]:
    """What the digest tells and still holds, by date: dates that were moved and retired systems are left out."""
    told = digest.reminders.values("rule", "record", "due_on", "record__kind", "record__reference", "record__title")
    ids = [row["record"] for row in told]
    reviews = up_for_review(Record.objects.filter(pk__in=ids), date.max).values_list("pk", "review_on")
    evidence = Evidence.objects.filter(pk__in=ids).values_list("pk", "valid_until")
    stands = {(Reminder.Rule.REVIEW.value, *row) for row in reviews}
    stands |= {(Reminder.Rule.VALIDITY.value, *row) for row in evidence}
    # An older digest that this one took over may have told the same date at an earlier slot.
    once = {(row["rule"], row["record"], row["due_on"]): row for row in told}
    rows = sorted(
        (row for key, row in once.items() if key in stands), key=lambda row: (row["due_on"], row["record__reference"])
    )
    return [line(dict(row), digest.organisation) for row in rows]


def line(row: dict[str, Any], organisation: Organisation) -> dict[str, Any]:
    return {
        "words": Reminder.Rule(row["rule"]).label,
        "reference": row["record__reference"],
        "title": row["record__title"],
        "due_on": row["due_on"],
        "when": when(row["due_on"], organisation.today()),
        "url": absolute(record_url(organisation, row["record__kind"], row["record__reference"])),
    }


def heading(due_on: date, today: date) -> str:
    return _("Late") if due_on < today else _("Today") if due_on == today else _("Coming")


def when(due_on: date, today: date) -> str:
    """`8 days late`, `today`, `in 9 days`."""
    days = (due_on - today).days
    if days == 0:
        return _("today")
    if days < 0:
        return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}
    return ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}


def absolute(path: str) -> str:
    """An address that works in a mail, where no request says which host the portal has."""
    return f"{settings.BASE_URL}{path}"
