"""Corrective action: correction, cause, measure, and whether it helped (ISO 42001 10.2)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.approvable import never_deleted
from records.models import Record, RecordQuerySet
from records.searching import searched
from risks.models import Concern, Incident

from .finding import Finding
from .review import ManagementReview


class ActionState(models.TextChoices):
    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done, effect to be checked")
    CLOSED = "closed", _("Closed, effective")


# What is still to be done by its day.
TO_DO = (ActionState.OPEN, ActionState.IN_PROGRESS)
WHYS = ("why_1", "why_2", "why_3", "why_4", "why_5")

# Who owns it stands in the table of all records, which no constraint of this table sees.
CLOSED_BY_ANOTHER = """
    IF TG_OP = 'UPDATE' AND OLD.state = 'closed' THEN
        IF NEW IS DISTINCT FROM OLD THEN
            RAISE EXCEPTION 'a closed corrective action stays as it is' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'closed' THEN
        SELECT owner_id INTO owner FROM records_record WHERE id = NEW.record_ptr_id;
        IF owner = NEW.closed_by_id THEN
            RAISE EXCEPTION 'a corrective action is closed by another than its owner'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (
            SELECT 1 FROM audits_effectivenesscheck checked
            WHERE checked.corrective_action_id = NEW.record_ptr_id AND checked.is_effective
                AND checked.checked_by_id = NEW.closed_by_id
        ) THEN
            RAISE EXCEPTION 'a corrective action is closed by who found it effective'
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
"""


def said_once() -> pgtrigger.Protect:
    """What was said on a day stays as it was said."""
    return pgtrigger.Protect(name="said_once", operation=pgtrigger.Update | pgtrigger.Delete)


class CorrectiveActionQuerySet(RecordQuerySet["CorrectiveAction"]):
    def open(self) -> CorrectiveActionQuerySet:
        return self.exclude(state=ActionState.CLOSED)

    def closed(self) -> CorrectiveActionQuerySet:
        return self.filter(state=ActionState.CLOSED)

    def overdue(self, on: date) -> CorrectiveActionQuerySet:
        """What was to be done before `on` and is not."""
        return self.filter(state__in=TO_DO, due_on__lt=on)

    def to_check(self) -> CorrectiveActionQuerySet:
        return self.filter(state=ActionState.DONE)

    def check_overdue(self, on: date) -> CorrectiveActionQuerySet:
        """What was done, and whose effect was to be checked before `on` and is not."""
        return self.to_check().filter(check_on__lt=on)


@tracked()
@searched("problem", "correction", "root_cause", "measure", "complaint", "outcome")
class CorrectiveAction(Record):
    """What is done about something that went wrong, its cause, and whether it helped; closed by another person."""

    PREFIX: ClassVar[str] = "CA"
    KIND: ClassVar[str] = "corrective-action"
    SHOWN_TO: ClassVar[tuple[str, ...]] = ("checker",)

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
    decided_in = models.ForeignKey(
        ManagementReview,
        verbose_name=_("management review"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrective_actions",
    )
    complaint = models.TextField(_("complaint"), blank=True, help_text=_("Who complained about what, and when."))
    problem = models.TextField(_("what went wrong"), blank=True)
    correction = models.TextField(_("correction"), blank=True, help_text=_("What is mended at once."))
    why_1 = models.CharField(_("why did it happen?"), max_length=300, blank=True)
    why_2 = models.CharField(_("and why that?"), max_length=300, blank=True)
    why_3 = models.CharField(_("third why"), max_length=300, blank=True)
    why_4 = models.CharField(_("fourth why"), max_length=300, blank=True)
    why_5 = models.CharField(_("fifth why"), max_length=300, blank=True)
    root_cause = models.TextField(_("root cause"), blank=True)
    measure = models.TextField(_("corrective action"), blank=True, help_text=_("What keeps it from happening again."))
    # Moved by `extend` alone, with a reason.
    due_on = models.DateField(_("due"), db_index=True)
    recurs = models.ForeignKey(
        "self",
        verbose_name=_("happened before"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="recurred_as",
    )
    state = models.CharField(_("state"), max_length=12, choices=ActionState, default=ActionState.OPEN)
    outcome = models.TextField(_("what was done"), blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_on = models.DateField(_("done on"), null=True, blank=True)
    check_on = models.DateField(_("effect checked on"), null=True, blank=True, db_index=True)
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who checks the effect"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = CorrectiveActionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("corrective action")
        verbose_name_plural = _("corrective actions")
        triggers = [
            never_deleted(),
            pgtrigger.Trigger(
                name="closed_by_another",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("owner", "BIGINT")],
                func=CLOSED_BY_ANOTHER,
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="closed")
                | Q(closed_by__isnull=False, closed_on__isnull=False, done_by__isnull=False)
                & ~Q(closed_by=F("done_by")),
                name="corrective_action_closed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "closed"])
                | ~Q(correction="") & ~Q(root_cause="") & ~Q(measure="") & Q(done_by__isnull=False),
                name="done_with_cause_and_measure",
                violation_error_message=_("It needs correction, root cause and corrective action."),
            ),
        ]

    def clean(self) -> None:
        if self.recurs_id and self.recurs_id == self.pk:
            raise ValidationError({"recurs": _("It cannot be its own recurrence.")})

    @property
    def is_open(self) -> bool:
        return self.state != ActionState.CLOSED

    @property
    def is_to_do(self) -> bool:
        return self.state in TO_DO

    @property
    def whys(self) -> list[str]:
        """The answers to the whys that were given, in order."""
        return [text for name in WHYS if (text := getattr(self, name))]


@tracked()
class DueExtension(models.Model):
    """That a corrective action was given more time, and why."""

    corrective_action = models.ForeignKey(CorrectiveAction, on_delete=models.CASCADE, related_name="extensions")
    was_due_on = models.DateField(_("was due"))
    due_on = models.DateField(_("due"))
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["at", "pk"]
        triggers = [said_once()]
        constraints = [models.CheckConstraint(condition=Q(due_on__gt=F("was_due_on")), name="extended_forward")]
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")

    def __str__(self) -> str:
        return f"{self.was_due_on} → {self.due_on}"


@tracked()
class EffectivenessCheck(models.Model):
    """What one person found when they looked whether a corrective action helped."""

    corrective_action = models.ForeignKey(CorrectiveAction, on_delete=models.CASCADE, related_name="checks")
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checked_on = models.DateField(_("checked on"))
    is_effective = models.BooleanField(_("effective"))
    result = models.TextField(_("result"))

    class Meta:
        default_permissions = ()
        ordering = ["checked_on", "pk"]
        triggers = [said_once()]
        verbose_name = _("effectiveness check")
        verbose_name_plural = _("effectiveness checks")

    def __str__(self) -> str:
        return f"{self.checked_on}: {self.is_effective}"


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
