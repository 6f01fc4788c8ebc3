"""Incidents and concerns (ISO 42001 8.2, A.3.3, A.8.4)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.approvable import never_deleted
from records.models import Record, RecordQuerySet
from records.searching import searched
from risks.models.risk import Risk
from risks.models.scales import Level
from systems.models import AISystem


class IncidentQuerySet(RecordQuerySet["Incident"]):
    def open(self) -> IncidentQuerySet:
        return self.filter(closed_on=None)


@tracked()
@searched("description", "affected", "cause", "correction")
class Incident(Record):
    """Something went wrong with an AI system. Closed with a review, never deleted."""

    PREFIX: ClassVar[str] = "INC"
    KIND: ClassVar[str] = "incident"

    system = models.ForeignKey(
        AISystem, verbose_name=_("AI system"), on_delete=models.PROTECT, null=True, blank=True, related_name="incidents"
    )
    happened_on = models.DateField(_("happened on"))
    known_at = models.DateTimeField(
        _("known since"), default=timezone.now, help_text=_("From this moment the time to notify runs.")
    )
    severity = models.CharField(_("severity"), max_length=10, choices=Level)
    is_serious = models.BooleanField(
        _("serious incident in the sense of the EU AI Act (Art. 3(49), 73)"), default=False
    )
    description = models.TextField(_("what happened"), blank=True)
    affected = models.CharField(_("who is affected"), max_length=300, blank=True)
    people_affected = models.PositiveIntegerField(_("people affected"), null=True, blank=True)
    cause = models.TextField(_("cause"), blank=True)
    correction = models.TextField(_("correction"), blank=True)
    risks = models.ManyToManyField(
        Risk, verbose_name=_("risks"), blank=True, related_name="incidents", through="IncidentRisk"
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("closed by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    lessons = models.TextField(_("what we learned"), blank=True)

    objects = IncidentQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        triggers = [never_deleted()]

    def clean(self) -> None:
        if self.happened_on and self.happened_on > self.organisation.today():
            raise ValidationError({"happened_on": _("This day lies ahead.")})

    @property
    def is_open(self) -> bool:
        return self.closed_on is None


@tracked()
class IncidentRisk(models.Model):
    """That an incident is a case of a risk."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE)
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["incident", "risk"], name="a_case_of_a_risk_once")]
        verbose_name = _("risk")

    def __str__(self) -> str:
        return f"{self.incident_id} → {self.risk_id}"


@tracked()
class Notification(models.Model):
    """Somebody who must be told of an incident, by when, and when they were (contract, law)."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="notifications")
    recipient = models.CharField(_("who is told"), max_length=200)
    basis = models.CharField(_("why"), max_length=200, blank=True)
    hours = models.PositiveIntegerField(_("within hours"), null=True, blank=True)
    due_at = models.DateTimeField(_("by"), null=True, blank=True)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    # Not needed after all: then the note says why.
    is_needed = models.BooleanField(_("must be told"), default=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["due_at", "pk"]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")

    def __str__(self) -> str:
        return self.recipient

    @property
    def is_open(self) -> bool:
        return self.is_needed and self.told_at is None

    def is_late(self, at: datetime) -> bool:
        return bool(self.due_at and (self.told_at or at) > self.due_at)


class ConcernState(models.TextChoices):
    RECEIVED = "received", _("Received")
    IN_HAND = "in_hand", _("In hand")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


@tracked(without=("code_hash",))
@searched("text", "answer")
class Concern(Record):
    """What somebody is worried about (A.3.3). Who it was is written nowhere; a code lets them read the answer."""

    PREFIX: ClassVar[str] = "CON"
    KIND: ClassVar[str] = "concern"

    channel = models.CharField(_("came by"), max_length=60, default="anonymous form")
    received_on = models.DateField(_("received on"))
    system = models.ForeignKey(
        AISystem, verbose_name=_("AI system"), on_delete=models.PROTECT, null=True, blank=True, related_name="concerns"
    )
    text = models.TextField(_("concern"))
    state = models.CharField(_("state"), max_length=10, choices=ConcernState, default=ConcernState.RECEIVED)
    answer = models.TextField(_("answer"), blank=True, help_text=_("The reporter reads it with their code."))
    risks = models.ManyToManyField(
        Risk, verbose_name=_("risks"), blank=True, related_name="concerns", through="ConcernRisk"
    )
    code_hash = models.CharField(max_length=64, blank=True, editable=False, db_index=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("concern")
        verbose_name_plural = _("concerns")
        triggers = [never_deleted()]


@tracked()
class ConcernRisk(models.Model):
    """That a concern is about a risk."""

    concern = models.ForeignKey(Concern, on_delete=models.CASCADE)
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["concern", "risk"], name="about_a_risk_once")]
        verbose_name = _("risk")

    def __str__(self) -> str:
        return f"{self.concern_id} → {self.risk_id}"
