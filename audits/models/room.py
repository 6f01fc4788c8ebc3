"""The auditor's room: one person, one audit, one scope, from a day until a day."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clauses.models import Requirement
from organisations.history import tracked
from records.approvable import never_deleted
from records.models import Record
from systems.models import AISystem

from .audit import Audit


@tracked()
class AuditRoom(Record):
    """What one auditor from outside, its title, was let into. What they see was granted when it was opened."""

    PREFIX: ClassVar[str] = "INV"
    KIND: ClassVar[str] = "audit-room"

    for_audit = models.ForeignKey(Audit, verbose_name=_("audit"), on_delete=models.PROTECT, related_name="rooms")
    email = models.EmailField(_("mail address"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="rooms"
    )
    systems = models.ManyToManyField(
        AISystem, verbose_name=_("AI systems"), blank=True, related_name="rooms", through="RoomSystem"
    )
    requirements = models.ManyToManyField(
        Requirement, verbose_name=_("clauses and controls"), related_name="rooms", through="RoomRequirement"
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("to"))
    data_as_of = models.DateField(_("data as of"), null=True, blank=True)
    covers_from = models.DateField(_("period audited from"), null=True, blank=True)
    downloads = models.BooleanField(_("files and lists may be downloaded"), default=False)
    # Of whom a record is about, such as a training record, the auditor reads the initials only.
    names_as_initials = models.BooleanField(_("people who were trained are shown by their initials"), default=False)
    confidentiality = models.TextField(_("confidentiality"), blank=True)
    invited_at = models.DateTimeField(null=True, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("auditor’s room")
        verbose_name_plural = _("auditors’ rooms")
        triggers = [never_deleted()]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(since__lte=models.F("until")),
                name="room_closes_after_it_opens",
                violation_error_message=_("It must end after it begins."),
            )
        ]

    @property
    def name(self) -> str:
        """Whom it is for."""
        return self.title

    def stage(self, today: date) -> str:
        """`draft` (nobody was invited yet), `revoked`, `ended` (by the auditor), `over`, `invited` (its terms are not
        accepted yet), `before` (its first day) or `open`.
        """
        if self.invited_at is None:
            return "draft"
        if self.revoked_at:
            return "revoked"
        if self.ended_at:
            return "ended"
        if today > self.until:
            return "over"
        if self.accepted_at is None:
            return "invited"
        return "before" if today < self.since else "open"


@tracked(of_today=True)
class RoomSystem(models.Model):
    """That an AI system is in the scope of a room."""

    room = models.ForeignKey(AuditRoom, on_delete=models.CASCADE)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["room", "system"], name="room_has_system_once")]
        verbose_name = _("AI system")

    def __str__(self) -> str:
        return f"{self.room_id} → {self.system_id}"


@tracked(of_today=True)
class RoomRequirement(models.Model):
    """That a clause or a control is in the scope of a room."""

    room = models.ForeignKey(AuditRoom, on_delete=models.CASCADE)
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["room", "requirement"], name="room_has_requirement_once")]
        verbose_name = _("clause or control")

    def __str__(self) -> str:
        return f"{self.room_id} → {self.requirement_id}"


class RoomVisit(models.Model):
    """One page, file or call of somebody in a room, as it was answered. Written with the answer, changed by nobody."""

    room = models.ForeignKey(AuditRoom, on_delete=models.PROTECT, related_name="visits")
    at = models.DateTimeField(default=timezone.now)
    page = models.CharField(max_length=80)
    method = models.CharField(max_length=7, default="GET")
    path = models.CharField(max_length=500)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, null=True, related_name="+")
    status = models.PositiveSmallIntegerField()
    is_download = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["room", "-at"], name="visits_of_a_room")]
        triggers = [pgtrigger.Protect(name="visits_stay", operation=pgtrigger.Update | pgtrigger.Delete)]
        verbose_name = _("visit")
        verbose_name_plural = _("visits")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.path}"
