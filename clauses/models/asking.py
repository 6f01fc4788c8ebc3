"""What is asked of a person by a day: an action, or evidence for a requirement (ISO 42001 6.2, 9.1, 10.1)."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from organisations.mail_jobs import MailJob
from records.models import Record, RecordQuerySet
from records.searching import searched

from .gaps import GapResult
from .position import Position


class TaskState(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class TaskQuerySet(RecordQuerySet["Task"]):
    def open(self) -> TaskQuerySet:
        return self.filter(state=TaskState.OPEN)

    def overdue(self, on: date) -> TaskQuerySet:
        return self.open().filter(due_on__lt=on)


@tracked()
@searched("what", "result")
class Task(Record):
    """Something one person does by a day, about any record; its owner is who does it."""

    PREFIX: ClassVar[str] = "ACT"
    KIND: ClassVar[str] = "task"
    # The template of the mails about it, what they name, and the state in which somebody else has to look at it.
    MAIL: ClassVar[str] = "asking"
    TOLD_WITH: ClassVar[tuple[str, ...]] = ("about", "asked_by", "owner", "closed_by")
    HANDED_IN: ClassVar[str] = ""

    what = models.TextField(_("what is to be done"), blank=True)
    about = models.ForeignKey(
        Record, verbose_name=_("about"), on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    gap = models.ForeignKey(
        GapResult, verbose_name=_("gap"), on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    due_on = models.DateField(_("due"), db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=TaskState, default=TaskState.OPEN)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    result = models.TextField(_("result"), blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_on = models.DateField(_("done or withdrawn on"), null=True, blank=True)

    objects = TaskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_on=None) | Q(closed_on__isnull=False) & ~Q(state="open"),
                name="task_closed_on_a_day",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state == TaskState.OPEN


class RequestState(models.TextChoices):
    ASKED = "asked", _("Asked for")
    DELIVERED = "delivered", _("Delivered")
    RETURNED = "returned", _("Returned")
    ACCEPTED = "accepted", _("Accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Waits for the person who was asked.
WAITING = (RequestState.ASKED, RequestState.RETURNED)
SETTLED = (RequestState.ACCEPTED, RequestState.WITHDRAWN)


class EvidenceRequestQuerySet(RecordQuerySet["EvidenceRequest"]):
    def waiting(self) -> EvidenceRequestQuerySet:
        return self.filter(state__in=WAITING)


@tracked()
@searched("asks", "remark")
class EvidenceRequest(Record):
    """Evidence asked of one person for a requirement by a day; what they deliver is accepted or returned."""

    PREFIX: ClassVar[str] = "REQ"
    KIND: ClassVar[str] = "evidence-request"
    MAIL: ClassVar[str] = "asking"
    TOLD_WITH: ClassVar[tuple[str, ...]] = ("about", "asked_by", "owner", "delivered_by")
    HANDED_IN: ClassVar[str] = RequestState.DELIVERED

    about = models.ForeignKey(
        Position, verbose_name=_("requirement"), on_delete=models.PROTECT, related_name="evidence_requests"
    )
    asks = models.TextField(_("what is asked for"), blank=True)
    due_on = models.DateField(_("due"), db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=RequestState, default=RequestState.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    delivered_on = models.DateField(_("delivered"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_on = models.DateField(_("accepted, returned or withdrawn on"), null=True, blank=True)
    # What was said last: with the delivery, or with the decision on it. History has all of it.
    remark = models.TextField(_("remark"), blank=True)

    objects = EvidenceRequestQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("evidence request")
        verbose_name_plural = _("evidence requests")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="accepted")
                | Q(delivered_by__isnull=False, decided_by__isnull=False) & ~Q(decided_by=F("delivered_by")),
                name="delivery_accepted_by_another",
            ),
        ]

    def clean(self) -> None:
        if self.owner_id is None:
            raise ValidationError({"owner": _("Say who is asked.")})

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED

    @property
    def what(self) -> str:
        return self.asks


class Asking(MailJob):
    """That somebody was told at once of something asked of them, or of what became of it: one mail."""

    TASK: ClassVar[str] = "clauses.tasks.send_asking"

    class Word(models.TextChoices):
        ASKED = "asked", _("Asked for")
        DELIVERED = "delivered", _("Delivered")
        RETURNED = "returned", _("Returned")

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="askings")
    word = models.CharField(max_length=10, choices=Word)

    class Meta:
        default_permissions = ()
        ordering = ["-queued_at", "-pk"]
        indexes = [
            models.Index(
                fields=["try_at"], condition=models.Q(state__in=["queued", "sending"]), name="askings_under_way"
            )
        ]
        verbose_name = _("mail about what is asked")
        verbose_name_plural = _("mails about what is asked")

    def __str__(self) -> str:
        return f"{self.record_id} → {self.person_id}: {self.word}"


Asked = Task | EvidenceRequest


def is_open(asked: Any) -> bool:
    """Whether somebody still has to do something about it."""
    return asked.is_open if isinstance(asked, Task) else not asked.is_settled
