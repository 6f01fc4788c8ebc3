"""Objectives with their measurements, and planned changes (ISO 42001 6.2, 6.3, 9.1)."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.models import Record, RecordQuerySet
from records.searching import searched


class Direction(models.TextChoices):
    AT_LEAST = "at_least", _("At least")
    AT_MOST = "at_most", _("At most")


class AnnexC(models.TextChoices):
    """Objectives that Annex C of ISO 42001 names (C.2)."""

    ACCOUNTABILITY = "accountability", _("Accountability")
    EXPERTISE = "ai_expertise", _("AI expertise")
    DATA = "training_and_test_data", _("Training and test data")
    ENVIRONMENT = "environmental_impact", _("Environmental impact")
    FAIRNESS = "fairness", _("Fairness")
    MAINTAINABILITY = "maintainability", _("Maintainability")
    PRIVACY = "privacy", _("Privacy")
    ROBUSTNESS = "robustness", _("Robustness")
    SAFETY = "safety", _("Safety")
    SECURITY = "security", _("Security")
    TRANSPARENCY = "transparency", _("Transparency and explainability")


class Frequency(models.TextChoices):
    WEEKLY = "weekly", _("Weekly")
    MONTHLY = "monthly", _("Monthly")
    QUARTERLY = "quarterly", _("Quarterly")
    HALF_YEARLY = "half_yearly", _("Twice a year")
    YEARLY = "yearly", _("Yearly")


REACHED = Q(direction=Direction.AT_LEAST, newest__gte=F("target")) | Q(
    direction=Direction.AT_MOST, newest__lte=F("target")
)


class ObjectiveQuerySet(RecordQuerySet["Objective"]):
    def with_newest(self) -> ObjectiveQuerySet:
        """Each with `newest` and `newest_on`: its last measurement, None where there is none."""
        last = Measurement.objects.filter(objective=OuterRef("pk")).order_by("-on")
        return self.annotate(newest=Subquery(last.values("value")[:1]), newest_on=Subquery(last.values("on")[:1]))

    def reached(self) -> ObjectiveQuerySet:
        """Those whose newest measurement meets the target."""
        return self.with_newest().filter(REACHED)

    def not_reached(self) -> ObjectiveQuerySet:
        """Those whose newest measurement misses the target, and those never measured."""
        return self.with_newest().filter(~REACHED | Q(newest=None))

    def overdue(self, on: date) -> ObjectiveQuerySet:
        return self.not_reached().filter(due_on__lt=on)


@tracked()
@searched("what", "plan", "resources", "how_judged")
class Objective(Record):
    """An AI objective with its target and the plan to reach it (ISO 42001 6.2, A.6.1.2, A.9.3)."""

    PREFIX: ClassVar[str] = "OBJ"
    KIND: ClassVar[str] = "objective"

    what = models.TextField(_("what is to be achieved"), blank=True)
    annex_c = models.CharField(_("objective of Annex C"), max_length=30, choices=AnnexC, blank=True)
    unit = models.CharField(_("unit"), max_length=40)
    target = models.DecimalField(_("target"), max_digits=14, decimal_places=4)
    direction = models.CharField(_("at least or at most"), max_length=10, choices=Direction)
    due_on = models.DateField(_("due"), null=True, blank=True, db_index=True)
    frequency = models.CharField(_("measured"), max_length=12, choices=Frequency, blank=True)
    plan = models.TextField(_("what will be done"), blank=True)
    resources = models.TextField(_("resources"), blank=True)
    how_judged = models.TextField(_("how the result is judged"), blank=True)

    objects = ObjectiveQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("AI objective")
        verbose_name_plural = _("AI objectives")

    def is_reached_by(self, value: Any) -> bool:
        """Whether a measured value meets the target; None never does."""
        if value is None:
            return False
        return bool(value >= self.target if self.direction == Direction.AT_LEAST else value <= self.target)

    @property
    def state(self) -> str:
        """`reached`, `missed` or `unmeasured`, of an objective `with_newest`."""
        newest = getattr(self, "newest", None)
        return "unmeasured" if newest is None else "reached" if self.is_reached_by(newest) else "missed"


@tracked()
class Measurement(models.Model):
    """One measured value of an objective (ISO 42001 9.1)."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="measurements")
    on = models.DateField(_("measured on"))
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        default_permissions = ()
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["objective", "on"], name="measured_once_a_day")]
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")

    def __str__(self) -> str:
        return f"{self.objective_id} {self.on}: {self.value}"

    def clean(self) -> None:
        if self.on and self.on > self.objective.organisation.today():
            raise ValidationError({"on": _("This day lies ahead; only what was measured is entered.")})
        others = Measurement.objects.filter(objective=self.objective, on=self.on).exclude(pk=self.pk)
        if others.exists():
            raise ValidationError({"on": _("There is a measurement of this day already. Remove it first.")})


class ChangeState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    APPROVED = "approved", _("Approved")
    DONE = "done", _("Done")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# What was approved stays as it was approved; only its state, and who set it, moves on.
APPROVED_STAYS = """
    IF OLD.state <> 'planned' AND
        (NEW.purpose, NEW.consequences, NEW.resources, NEW.responsibilities, NEW.planned_on, NEW.approved_by_id)
        IS DISTINCT FROM
        (OLD.purpose, OLD.consequences, OLD.resources, OLD.responsibilities, OLD.planned_on, OLD.approved_by_id)
    THEN
        RAISE EXCEPTION 'an approved change stays as it was approved' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class PlannedChangeQuerySet(RecordQuerySet["PlannedChange"]):
    def open(self) -> PlannedChangeQuerySet:
        return self.filter(state__in=[ChangeState.PLANNED, ChangeState.APPROVED])

    def overdue(self, on: date) -> PlannedChangeQuerySet:
        return self.open().filter(planned_on__lt=on)


@tracked()
@searched("purpose", "consequences", "resources", "responsibilities")
class PlannedChange(Record):
    """A change to the AIMS, planned and approved before it is made (ISO 42001 6.3)."""

    PREFIX: ClassVar[str] = "CHG"
    KIND: ClassVar[str] = "planned-change"

    purpose = models.TextField(_("purpose"))
    consequences = models.TextField(_("possible consequences"))
    resources = models.TextField(_("resources"), blank=True)
    responsibilities = models.TextField(_("who does what"), blank=True)
    planned_on = models.DateField(_("planned for"), null=True, blank=True, db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=ChangeState, default=ChangeState.PLANNED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    closed_on = models.DateField(_("done or withdrawn on"), null=True, blank=True)
    remark = models.TextField(_("reason or remark"), blank=True)
    touches = models.ManyToManyField(
        Record,
        verbose_name=_("what it touches"),
        blank=True,
        through="ChangeTouch",
        through_fields=("change", "record"),
        related_name="planned_changes",
    )

    objects = PlannedChangeQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("planned change")
        verbose_name_plural = _("planned changes")
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(proposed_by=None) | ~Q(approved_by=F("proposed_by")),
                name="change_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "done"]) | Q(approved_by__isnull=False, approved_on__isnull=False),
                name="change_approved_by_somebody",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="approved_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=APPROVED_STAYS
            )
        ]


@tracked()
class ChangeTouch(models.Model):
    """That a planned change touches a record."""

    change = models.ForeignKey(PlannedChange, on_delete=models.CASCADE, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["change", "record"], name="touches_once")]

    def __str__(self) -> str:
        return f"{self.change_id} → {self.record_id}"
