"""Mail that must arrive: a row for each, claimed by one worker, handed to the mail server, marked; or tried again.

The row is locked while the mail is under way, so that nobody else can send it however long that takes; a worker that
is killed lets go of it. What the mail server took in the instant before a worker died is sent once more, under the same
Message-ID, by which mail programs show it once (docs/decisions/0009-reminders.md).
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Organisation
from .workers import tell_workers

logger = logging.getLogger(__name__)

# A worker that has not finished by then is taken for dead; if it is not, the lock on the row still keeps others away.
LEASE = timedelta(minutes=2)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
# Given up after both: so many attempts, and so long.
ATTEMPTS, GIVEN_UP_AFTER = 6, timedelta(days=2)
REFUSED = 500
# How old a queued mail must be before its message is taken for lost, and how long a second message is good for.
PATIENCE = timedelta(seconds=10)
STALE_AFTER = 30


class MailState(models.TextChoices):
    QUEUED = "queued", gettext_lazy("Waiting")
    SENDING = "sending", gettext_lazy("Being sent")
    SENT = "sent", gettext_lazy("Sent")
    KEPT = "kept", gettext_lazy("In the portal only")
    FAILED = "failed", gettext_lazy("Failed")


UNDER_WAY = [MailState.QUEUED, MailState.SENDING]


class MailJobQuerySet(models.QuerySet[Any]):
    def in_trouble(self) -> MailJobQuerySet:
        """Mail that failed, or failed at least once and is being tried again."""
        return self.filter(Q(state=MailState.FAILED) | Q(state__in=UNDER_WAY) & ~Q(error=""))


class MailJob(models.Model):
    """One mail to one person of one organisation. Each kind of mail inherits it and names the task that sends it."""

    TASK: ClassVar[str]
    State = MailState

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="%(class)ss")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="%(class)ss")
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=MailState, default=MailState.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    # While waiting: not before. While being sent: the end of the lease.
    try_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    error = models.TextField(gettext_lazy("reason"), blank=True)
    sent_at = models.DateTimeField(gettext_lazy("sent"), null=True, blank=True)

    objects = MailJobQuerySet.as_manager()

    class Meta:
        abstract = True


J = TypeVar("J", bound=MailJob)


def kinds() -> list[type[MailJob]]:
    """Every kind of mail that is a row first."""
    return MailJob.__subclasses__()


def deliver(model: type[J], job_id: UUID | str, mail_of: Callable[[J], EmailMessage | None]) -> bool:
    """Sends one mail if it is this process's to send; says whether the mail server took it.

    `mail_of` makes the mail from the row, or gives None when there is nothing left to tell or nobody to tell it.
    """
    attempt = claim(model, job_id)
    if attempt is None:
        return False
    try:
        return send(model, job_id, attempt, mail_of)
    except Exception as error:  # whatever a mail server, its library or the network may raise means the same here
        logger.exception("%s %s could not be sent (attempt %s)", model.__name__, job_id, attempt)
        put_off(model, job_id, attempt, error)
        return False


def claim(model: type[MailJob], job_id: UUID | str) -> int | None:
    """Takes a mail whose time has come, or whose worker died, for this process; returns the attempt, else None."""
    now = timezone.now()
    jobs = model._default_manager
    with transaction.atomic():
        free = jobs.select_for_update(skip_locked=True, of=("self",))
        if not free.filter(pk=job_id, state__in=UNDER_WAY, try_at__lte=now).exists():
            return None
        jobs.filter(pk=job_id).update(state=MailState.SENDING, attempt=F("attempt") + 1, try_at=now + LEASE)
        return jobs.values_list("attempt", flat=True).get(pk=job_id)


def send(model: type[J], job_id: UUID | str, attempt: int, mail_of: Callable[[J], EmailMessage | None]) -> bool:
    """Hands the mail to the mail server and marks the row, in one transaction. Raises what the mail server raises."""
    with transaction.atomic():
        held = model._default_manager.select_for_update(of=("self",)).select_related("organisation", "person")
        job: Any = held.filter(pk=job_id, state=MailState.SENDING, attempt=attempt).first()
        if job is None:
            return False
        mail = mail_of(job)
        if mail is not None:
            mail.send()
            job.sent_at = timezone.now()
        job.state = MailState.SENT if mail else MailState.KEPT
        job.error = ""
        job.save(update_fields=["state", "error", "sent_at"])
        return mail is not None


def put_off(model: type[MailJob], job_id: UUID | str, attempt: int, error: Exception) -> None:
    """Tries again after 1, 2, 4 … 60 minutes; gives up what the server refuses for good, or after two days."""
    now = timezone.now()
    jobs = model._default_manager
    pause = min(FIRST_PAUSE * 2 ** min(attempt - 1, 10), LONGEST_PAUSE)
    held = jobs.filter(pk=job_id, state=MailState.SENDING, attempt=attempt)
    held.update(state=MailState.QUEUED, try_at=now + pause, error=reason_of(error))
    too_long = Q(attempt__gte=ATTEMPTS, queued_at__lt=now - GIVEN_UP_AFTER)
    hopeless = Q() if is_refused(error) else too_long
    jobs.filter(hopeless, pk=job_id, state=MailState.QUEUED, attempt=attempt).update(state=MailState.FAILED)


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


def send_after_commit(jobs: Iterable[MailJob]) -> None:
    """Tells the workers of rows once they are saved."""
    waiting = [(job.TASK, job.pk) for job in jobs]

    def tell() -> None:
        # The first that does not reach the broker is the last to try: the sweeper sends them all later.
        all(tell_workers(task, pk) for task, pk in waiting)

    transaction.on_commit(tell)


def try_again(organisation: Organisation) -> int:
    """Queues all mail of an organisation that failed or waits after a failure, to be sent now; returns how many."""
    now, count = timezone.now(), 0
    with transaction.atomic():
        for model in kinds():
            troubled: Any = model._default_manager.filter(organisation=organisation)
            troubled = troubled.in_trouble().exclude(state=MailState.SENDING)
            jobs = list(troubled.select_for_update(skip_locked=True, of=("self",)))
            model._default_manager.filter(pk__in=[job.pk for job in jobs]).update(
                state=MailState.QUEUED, try_at=now, queued_at=now
            )
            send_after_commit(jobs)
            count += len(jobs)
    return count


def in_trouble(organisation: Organisation) -> Any:
    """Rows of mail in trouble, of every kind, newest first: who, state, error, since when, when it is tried again."""
    shown = ("person__name", "person__email", "state", "error", "queued_at", "try_at")
    managers: list[Any] = [model._default_manager for model in kinds()]
    found = [jobs.filter(organisation=organisation).in_trouble().order_by().values(*shown) for jobs in managers]
    return found[0].union(*found[1:], all=True).order_by("-queued_at", "person__name")


def sweep_mail() -> int:
    """Sends the message again for what was forgotten, put off, or left behind by a dead worker; returns how many."""
    now = timezone.now()
    fresh = Q(state=MailState.QUEUED, error="", try_at__gte=now - PATIENCE)
    waiting = Q(state__in=UNDER_WAY, try_at__lte=now)
    sent = 0
    for model in kinds():
        due = model._default_manager.filter(waiting).exclude(fresh).order_by("try_at")
        for job_id in due.values_list("pk", flat=True):
            if not tell_workers(model.TASK, job_id, expires=STALE_AFTER):
                return sent
            sent += 1
    return sent


def message_id(job: MailJob) -> str:
    """The same at every attempt, so that a mail that came twice is shown once."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return f"<{job._meta.model_name}.{job.pk}@{host}>"


def absolute(path: str) -> str:
    """An address that works in a mail, where no request says which host the portal has."""
    return f"{settings.BASE_URL}{path}"
