"""What an auditor has on their desk. Notes and drafts hang in no history: the organisation must never read them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clauses.models import Requirement
from organisations.history import tracked
from records.approvable import never_deleted
from records.models import Record, RecordQuerySet
from records.searching import searched

from .finding import NONCONFORMITIES, Finding, Grade
from .room import AuditRoom


class RoomSample(models.Model):
    """Records of one register chosen by chance. What was drawn, and from what, nobody changes any more.

    `population` are the references of the filtered register as it was then, in the order of the register;
    `population_sha256` is of these in UTF-8, one on each line. `drawn` are those chosen, in the order of the draw.
    `query` are the filters as they stand in an address. It is the auditor's own, so it hangs in no history.
    """

    room = models.ForeignKey(AuditRoom, on_delete=models.PROTECT, related_name="samples")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=30)
    query = models.CharField(_("filters"), max_length=2000, blank=True)
    seed = models.CharField(_("seed"), max_length=40)
    size = models.PositiveIntegerField(_("how many"))
    population = models.JSONField()
    population_sha256 = models.CharField(max_length=64)
    drawn = models.JSONField()
    drawn_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["room", "number"], name="samples_count_up")]
        triggers = [pgtrigger.Protect(name="samples_stay", operation=pgtrigger.Update | pgtrigger.Delete)]
        verbose_name = _("sample")
        verbose_name_plural = _("samples")

    def __str__(self) -> str:
        return f"{self.kind} {self.seed}"


class RoomNote(models.Model):
    """What an auditor wrote for themselves, about a record, a requirement or neither."""

    LONGEST: ClassVar[int] = 10_000

    room = models.ForeignKey(AuditRoom, on_delete=models.CASCADE, related_name="notes")
    about = models.ForeignKey(Record, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    requirement = models.ForeignKey(
        Requirement,
        verbose_name=_("clause or control"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    text = models.TextField(_("note"), max_length=LONGEST)
    written_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()
        ordering = ["-changed_at", "-pk"]
        verbose_name = _("note")
        verbose_name_plural = _("notes")

    def __str__(self) -> str:
        return self.text[:60]


class DraftFinding(models.Model):
    """A finding that its author has not submitted: nobody else reads it. Once submitted it is a `Finding`."""

    LONGEST: ClassVar[int] = 10_000

    room = models.ForeignKey(AuditRoom, on_delete=models.CASCADE, related_name="drafts")
    grade = models.CharField(_("kind"), max_length=12, choices=Grade, default=Grade.MINOR)
    requirement = models.ForeignKey(
        Requirement,
        verbose_name=_("clause or control"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    demands = models.TextField(_("requirement"), blank=True, max_length=LONGEST)
    observed = models.TextField(_("finding"), blank=True, max_length=LONGEST)
    objective_evidence = models.TextField(_("objective evidence"), blank=True, max_length=LONGEST)
    # References with commas, as they were typed: a draft may name what it does not find yet.
    rests_on = models.CharField(_("records it rests on"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    # Which window of a browser saved it last: what one window sends twice at once is no conflict.
    window = models.CharField(max_length=32, blank=True, editable=False)
    written_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)
    submitted_as = models.OneToOneField(
        Finding, on_delete=models.PROTECT, null=True, editable=False, related_name="drafted_as"
    )

    class Meta:
        default_permissions = ()
        ordering = ["-changed_at", "-pk"]
        verbose_name = _("draft finding")
        verbose_name_plural = _("draft findings")

    def __str__(self) -> str:
        return self.observed[:60]

    @property
    def is_nonconformity(self) -> bool:
        return self.grade in NONCONFORMITIES


class QuestionState(models.TextChoices):
    """Where what the auditor asked for stands."""

    ASKED = "asked", _("Waiting for the organisation")
    ANSWERED = "answered", _("Answered, to be checked")
    RETURNED = "returned", _("Returned")
    ACCEPTED = "accepted", _("Accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Waits for the organisation.
UNANSWERED = (QuestionState.ASKED, QuestionState.RETURNED)
ANSWERING_IS_OVER = (QuestionState.ACCEPTED, QuestionState.WITHDRAWN)


class InformationRequestQuerySet(RecordQuerySet["InformationRequest"]):
    def waiting(self) -> InformationRequestQuerySet:
        return self.filter(state__in=UNANSWERED)

    def overdue(self, on: date) -> InformationRequestQuerySet:
        return self.waiting().filter(due_on__lt=on)


@tracked()
@searched("asks", "answer")
class InformationRequest(Record):
    """What an auditor in a room asks the organisation to show; its owner is who answers (ISO 42001 9.2)."""

    PREFIX: ClassVar[str] = "Q"
    KIND: ClassVar[str] = "information-request"
    # What the mails about it say (see clauses.asking.telling).
    MAIL: ClassVar[str] = "question"
    TOLD_WITH: ClassVar[tuple[str, ...]] = ("in_room", "requirement", "asked_by", "owner", "answered_by")
    HANDED_IN: ClassVar[str] = QuestionState.ANSWERED

    in_room = models.ForeignKey(
        AuditRoom, verbose_name=_("auditor’s room"), on_delete=models.PROTECT, related_name="questions"
    )
    asks = models.TextField(_("what is asked for"), blank=True)
    requirement = models.ForeignKey(
        Requirement,
        verbose_name=_("clause or control"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    due_on = models.DateField(_("due"), db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=QuestionState, default=QuestionState.ASKED)
    answer = models.TextField(_("answer"), blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    decided_on = models.DateField(_("accepted, returned or withdrawn on"), null=True, blank=True)
    # What the auditor said last about the answer. History has all of it.
    remark = models.TextField(_("remark of the auditor"), blank=True)

    objects = InformationRequestQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("information request")
        verbose_name_plural = _("information requests")
        triggers = [never_deleted()]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "accepted"]) | ~Q(answer="") & Q(answered_on__isnull=False),
                name="answered_in_words_on_a_day",
            ),
        ]

    @property
    def is_settled(self) -> bool:
        return self.state in ANSWERING_IS_OVER

    @property
    def what(self) -> str:
        return self.asks
