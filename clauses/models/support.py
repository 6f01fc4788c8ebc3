"""Support: resources, competence, training, awareness, communication (ISO 42001 7.1–7.4)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.models import Record, RecordQuerySet
from records.searching import searched


class TrainingState(models.TextChoices):
    """Derived, never typed: see `TrainingRecord.state`."""

    NOT_COMPLETED = "not_completed", _("Not completed")
    EXPIRED = "expired", _("Expired")
    NOT_CHECKED = "not_checked", _("Not checked")
    COMPLETED = "completed", _("Completed")


class TrainingQuerySet(RecordQuerySet["TrainingRecord"]):
    def not_completed(self) -> TrainingQuerySet:
        return self.filter(completed_on=None)

    def expired(self, on: date) -> TrainingQuerySet:
        return self.filter(completed_on__isnull=False, expires_on__lt=on)

    def in_state(self, state: str, on: date) -> TrainingQuerySet:
        if state == TrainingState.NOT_COMPLETED:
            return self.not_completed()
        if state == TrainingState.EXPIRED:
            return self.expired(on)
        valid = self.filter(Q(expires_on=None) | Q(expires_on__gte=on), completed_on__isnull=False)
        if state == TrainingState.NOT_CHECKED:
            return valid.filter(effective_check="")
        return valid.exclude(effective_check="")


@tracked()
@searched("effective_check")
class TrainingRecord(Record):
    """One person's training in one course, and whether it worked (ISO 42001 7.2). Its owner is the person."""

    PREFIX: ClassVar[str] = "TR"
    KIND: ClassVar[str] = "training-record"

    due_on = models.DateField(_("to be completed by"), null=True, blank=True, db_index=True)
    completed_on = models.DateField(_("completed on"), null=True, blank=True)
    score = models.PositiveSmallIntegerField(
        _("score"), null=True, blank=True, validators=[MaxValueValidator(100)], help_text=_("0 to 100.")
    )
    effective_check = models.TextField(
        _("effectiveness"), blank=True, help_text=_("How it was checked whether it worked, and what that showed.")
    )
    expires_on = models.DateField(_("valid until"), null=True, blank=True, db_index=True)

    objects = TrainingQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("training record")
        verbose_name_plural = _("training records")

    def clean(self) -> None:
        if self.completed_on and self.completed_on > self.organisation.today():
            raise ValidationError({"completed_on": _("This day lies ahead; it is not completed yet.")})
        if self.completed_on and self.expires_on and self.expires_on < self.completed_on:
            raise ValidationError({"expires_on": _("It cannot end before it was completed.")})
        if not self.completed_on and (self.score is not None or self.effective_check.strip()):
            raise ValidationError({"completed_on": _("Say when it was completed.")})

    def state(self, on: date) -> TrainingState:
        if self.completed_on is None:
            return TrainingState.NOT_COMPLETED
        if self.expires_on and self.expires_on < on:
            return TrainingState.EXPIRED
        return TrainingState.COMPLETED if self.effective_check else TrainingState.NOT_CHECKED


class Level(models.IntegerChoices):
    NONE = 0, _("None")
    BASIC = 1, _("Basic")
    WORKING = 2, _("Working")
    ADVANCED = 3, _("Advanced")
    EXPERT = 4, _("Expert")


class CompetenceQuerySet(RecordQuerySet["Competence"]):
    def with_gap(self) -> CompetenceQuerySet:
        return self.filter(level_held__lt=F("level_required"))


@tracked()
@searched("role", "required", "shown_by")
class Competence(Record):
    """What a role needs to be able to do, and what the person in it can (ISO 42001 7.2)."""

    PREFIX: ClassVar[str] = "CMP"
    KIND: ClassVar[str] = "competence"

    role = models.CharField(_("role or function"), max_length=200)
    required = models.TextField(_("what is required"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    level_required = models.PositiveSmallIntegerField(_("level required"), choices=Level, default=Level.WORKING)
    level_held = models.PositiveSmallIntegerField(_("level held"), choices=Level, default=Level.NONE)
    shown_by = models.TextField(_("what shows it"), blank=True)
    closing = models.TextField(_("how the gap is closed"), blank=True)

    objects = CompetenceQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("competence")
        verbose_name_plural = _("competences")

    def clean(self) -> None:
        if self.level_held > Level.NONE and not self.shown_by.strip():
            raise ValidationError({"shown_by": _("Say what shows it: training, education or experience.")})

    @property
    def gap(self) -> int:
        """Levels that are missing; 0 where none is."""
        return max(self.level_required - self.level_held, 0)


@tracked()
@searched("message", "audience", "how_checked", "result")
class Awareness(Record):
    """A campaign that makes people aware of policy, their contribution and consequences (ISO 42001 7.3)."""

    PREFIX: ClassVar[str] = "AW"
    KIND: ClassVar[str] = "awareness"

    message = models.TextField(_("what is conveyed"))
    audience = models.CharField(_("for whom"), max_length=300)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    people = models.PositiveIntegerField(_("people it is for"), null=True, blank=True)
    reached = models.PositiveIntegerField(_("people reached"), null=True, blank=True)
    how_checked = models.TextField(_("how it was checked"), blank=True)
    result = models.TextField(_("what that showed"), blank=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("awareness campaign")
        verbose_name_plural = _("awareness campaigns")
        constraints = [
            models.CheckConstraint(
                condition=Q(reached=None) | Q(people=None) | Q(reached__lte=F("people")),
                name="reaches_no_more_than_there_are",
                violation_error_message=_("It cannot reach more people than it is for."),
            )
        ]

    def clean(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("It cannot end before it begins.")})


class CommunicationSide(models.TextChoices):
    INTERNAL = "internal", _("Internal")
    EXTERNAL = "external", _("External")


@tracked()
@searched("audience", "how", "content")
class Communication(Record):
    """What is told about the AIMS, when, to whom and how (ISO 42001 7.4). Its owner tells it."""

    PREFIX: ClassVar[str] = "COM"
    KIND: ClassVar[str] = "communication"

    content = models.TextField(_("what is told"), blank=True)
    side = models.CharField(_("internal or external"), max_length=10, choices=CommunicationSide)
    audience = models.CharField(_("with whom"), max_length=300)
    when = models.CharField(_("when"), max_length=200, help_text=_("A frequency or an occasion."))
    how = models.CharField(_("how"), max_length=200)
    next_on = models.DateField(_("next on"), null=True, blank=True, db_index=True)
    sent_on = models.DateField(_("last sent"), null=True, blank=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("communication")
        verbose_name_plural = _("communications")

    def clean(self) -> None:
        if self.sent_on and self.sent_on > self.organisation.today():
            raise ValidationError({"sent_on": _("This day lies ahead. Plan it as the next one.")})


class ResourceKind(models.TextChoices):
    PEOPLE = "people", _("People")
    DATA = "data", _("Data")
    TOOLING = "tooling", _("Tooling")
    COMPUTING = "computing", _("Computing")
    MONEY = "money", _("Money")


@tracked()
@searched("purpose", "missing")
class Resource(Record):
    """A resource the AIMS needs, and whether it suffices (ISO 42001 7.1)."""

    PREFIX: ClassVar[str] = "RS"
    KIND: ClassVar[str] = "resource"

    resource_kind = models.CharField(_("kind"), max_length=12, choices=ResourceKind)
    purpose = models.TextField(_("what it is for"))
    is_sufficient = models.BooleanField(_("sufficient"), default=True)
    missing = models.TextField(_("what is missing"), blank=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("resource")
        verbose_name_plural = _("resources")

    def clean(self) -> None:
        if not self.is_sufficient and not self.missing.strip():
            raise ValidationError({"missing": _("Say what is missing.")})
