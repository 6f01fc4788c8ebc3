"""Treatment of risks: lines with controls, and the plan that is approved as a whole (ISO 42001 6.1.3, 8.3)."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from clauses.models import Basis, Status
from organisations.history import tracked
from records.approvable import Approvable, never_deleted, settled_stays
from records.models import Record, RecordQuerySet, next_reference
from records.searching import searched
from risks.models.criteria import RiskCriteria
from risks.models.risk import Risk
from risks.models.scales import Affected, Level, Option


@tracked()
@searched("description", "justification")
class OwnControl(Record):
    """A control of our own beside Annex A, `X.1` (ISO 42001 6.1.3)."""

    PREFIX: ClassVar[str] = "X"
    KIND: ClassVar[str] = "own-control"

    description = models.TextField(_("what it does"), blank=True)
    justification = models.TextField(_("why we have it"), blank=True)
    basis = models.CharField(_("because of"), max_length=20, choices=Basis, default=Basis.RISK)
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=[(s.value, s.label) for s in (Status.IMPLEMENTED, Status.IN_PROGRESS, Status.NOT_STARTED)],
        default=Status.NOT_STARTED,
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("own control")
        verbose_name_plural = _("own controls")

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.reference:
            number = next_reference(self.organisation, self.PREFIX).rpartition("-")[2]
            self.reference = f"{self.PREFIX}.{int(number)}"
        super().save(*args, **kwargs)


class TreatmentState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    IN_PROGRESS = "in_progress", _("In progress")
    IMPLEMENTED = "implemented", _("Implemented")
    VERIFIED = "verified", _("Verified")
    DROPPED = "dropped", _("Dropped")


UNDER_WAY = (TreatmentState.PLANNED, TreatmentState.IN_PROGRESS)


class TreatmentQuerySet(RecordQuerySet["Treatment"]):
    def under_way(self) -> TreatmentQuerySet:
        return self.filter(status__in=UNDER_WAY, treats__closed_on=None)

    def overdue(self, on: date) -> TreatmentQuerySet:
        return self.under_way().filter(due_on__lt=on)


@tracked()
@searched("action", "resources", "verification")
class Treatment(Record):
    """One line of the treatment plan. Its title is short; `action` says what is done."""

    PREFIX: ClassVar[str] = "T"
    KIND: ClassVar[str] = "treatment"

    treats = models.ForeignKey(Risk, verbose_name=_("risk"), on_delete=models.PROTECT, related_name="treatments")
    option = models.CharField(_("option"), max_length=10, choices=Option, default=Option.REDUCE)
    action = models.TextField(_("what is done"))
    controls = models.ManyToManyField(
        Record,
        verbose_name=_("controls"),
        blank=True,
        through="TreatmentControl",
        through_fields=("treatment", "control"),
        related_name="treated_by",
    )
    resources = models.CharField(_("resources and cost"), max_length=300, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True, db_index=True)
    status = models.CharField(_("status"), max_length=12, choices=TreatmentState, default=TreatmentState.PLANNED)
    expected_likelihood = models.PositiveSmallIntegerField(_("expected likelihood"), null=True, blank=True)
    expected_consequence = models.PositiveSmallIntegerField(_("expected consequence"), null=True, blank=True)
    verification = models.TextField(_("how it is verified"), blank=True)
    result = models.TextField(_("what verification showed"), blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("verified by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    verified_on = models.DateField(_("verified on"), null=True, blank=True)

    objects = TreatmentQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("treatment")
        verbose_name_plural = _("treatments")
        triggers = [never_deleted()]

    def clean(self) -> None:
        if (self.expected_likelihood is None) != (self.expected_consequence is None):
            raise ValidationError({"expected_consequence": _("An expected score has a likelihood and a consequence.")})

    def is_overdue(self, on: date) -> bool:
        return self.status in UNDER_WAY and bool(self.due_on and self.due_on < on)

    @property
    def expected_score(self) -> int | None:
        if self.expected_likelihood is None or self.expected_consequence is None:
            return None
        return self.expected_likelihood * self.expected_consequence

    def expected_level(self, criteria: RiskCriteria) -> Level | None:
        """The level of the expected score; its consequence is one for people where the risk affects people."""
        if self.expected_likelihood is None or self.expected_consequence is None:
            return None
        on_people = {Affected.INDIVIDUALS, Affected.GROUPS} & set(self.treats.affects)
        individuals = self.expected_consequence if on_people else None
        return criteria.level_of(self.expected_likelihood, self.expected_consequence, individuals=individuals)


@tracked()
class TreatmentControl(models.Model):
    """That a treatment rests on a control: one of Annex A (its position), or one of our own."""

    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="links")
    control = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="treatment_links")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["treatment", "control"], name="rests_on_a_control_once")]
        verbose_name = _("control")

    def __str__(self) -> str:
        return f"{self.treatment_id} → {self.control_id}"


@tracked()
class TreatmentPlan(Record, Approvable):
    """The plan as designated management approves it: a snapshot of the lines that were open (ISO 42001 6.1.3)."""

    PREFIX: ClassVar[str] = "RTP"
    KIND: ClassVar[str] = "treatment-plan"

    # Lines as they stood when it was submitted; empty until then, when the plan shows the lines of today.
    content = models.JSONField(default=list, editable=False)
    fingerprint = models.CharField("SHA-256", max_length=64, blank=True, editable=False)

    class Meta:
        default_permissions = ()
        verbose_name = _("treatment plan")
        verbose_name_plural = _("treatment plans")
        triggers = [settled_stays(), never_deleted()]
