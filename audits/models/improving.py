"""Corrective action and improvement (ISO 42001 10.1, 10.2)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.approvable import never_deleted
from records.models import Record, RecordQuerySet
from records.searching import searched
from risks.models import Concern, Incident

from .finding import Finding


class ActionState(models.TextChoices):
    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done, effect to be checked")
    CLOSED = "closed", _("Closed, effective")


class CorrectiveActionQuerySet(RecordQuerySet["CorrectiveAction"]):
    def open(self) -> CorrectiveActionQuerySet:
        return self.exclude(state=ActionState.CLOSED)

    def overdue(self, on: date) -> CorrectiveActionQuerySet:
        """What was to be done before `on` and is not."""
        return self.filter(state__in=[ActionState.OPEN, ActionState.IN_PROGRESS], due_on__lt=on)


@tracked()
@searched("problem", "correction", "root_cause", "measure")
class CorrectiveAction(Record):
    """What is done about something that went wrong, its cause, and whether it helped; closed by another person."""

    PREFIX: ClassVar[str] = "CA"
    KIND: ClassVar[str] = "corrective-action"

    remedies = models.ForeignKey(
        Finding,
        verbose_name=_("finding"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrective_actions",
    )
    incidents = models.ManyToManyField(
        Incident,
        verbose_name=_("incidents"),
        blank=True,
        related_name="corrective_actions",
        through="CorrectiveActionIncident",
    )
    concerns = models.ManyToManyField(
        Concern,
        verbose_name=_("concerns"),
        blank=True,
        related_name="corrective_actions",
        through="CorrectiveActionConcern",
    )
    problem = models.TextField(_("what went wrong"), blank=True)
    correction = models.TextField(_("correction"), blank=True, help_text=_("What is mended at once."))
    root_cause = models.TextField(_("root cause"), blank=True)
    measure = models.TextField(_("corrective action"), blank=True, help_text=_("What keeps it from happening again."))
    due_on = models.DateField(_("due"), db_index=True)
    state = models.CharField(_("state"), max_length=12, choices=ActionState, default=ActionState.OPEN)

    objects = CorrectiveActionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("corrective action")
        verbose_name_plural = _("corrective actions")
        triggers = [never_deleted()]

    @property
    def is_open(self) -> bool:
        return self.state != ActionState.CLOSED


@tracked()
class CorrectiveActionIncident(models.Model):
    """That an incident led to a corrective action."""

    corrective_action = models.ForeignKey(CorrectiveAction, on_delete=models.CASCADE)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["corrective_action", "incident"], name="corrected_once")]
        verbose_name = _("incident")

    def __str__(self) -> str:
        return f"{self.corrective_action_id} → {self.incident_id}"


@tracked()
class CorrectiveActionConcern(models.Model):
    """That a concern led to a corrective action."""

    corrective_action = models.ForeignKey(CorrectiveAction, on_delete=models.CASCADE)
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["corrective_action", "concern"], name="followed_up_once")]
        verbose_name = _("concern")

    def __str__(self) -> str:
        return f"{self.corrective_action_id} → {self.concern_id}"
