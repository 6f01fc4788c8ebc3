"""Impact of an AI system on individuals, groups and society (ISO 42001 6.1.4, 8.4, A.5)."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.approvable import Approvable, Standing, never_deleted, settled_stays
from records.models import Record, RecordQuerySet
from records.searching import searched
from risks.models.criteria import RiskCriteria
from risks.models.impact_sections import (
    ContextSection,
    DataAndModelSection,
    DpiaSection,
    FailureSection,
    FriaSection,
    ResultSection,
    ScreeningSection,
    SystemSection,
)
from risks.models.risk import Risk
from risks.models.scales import Trigger
from systems.models import AISystem, Stage


class Dimension(models.TextChoices):
    """What an AI system may do to people and society."""

    FAIRNESS = "fairness", _("Fairness and non-discrimination")
    PRIVACY = "privacy", _("Privacy and data protection")
    SAFETY = "safety", _("Safety and health")
    TRANSPARENCY = "transparency", _("Transparency and explainability")
    ACCOUNTABILITY = "accountability", _("Accountability and redress")
    AUTONOMY = "autonomy", _("Human autonomy and oversight")
    RIGHTS = "rights", _("Human and fundamental rights")
    ACCESSIBILITY = "accessibility", _("Accessibility and inclusion")
    ECONOMIC = "economic", _("Economic effect")
    SECURITY = "security", _("Security")
    ENVIRONMENT = "environment", _("Environment")
    SOCIETY = "society", _("Society")


class Scale(models.TextChoices):
    """How many people an impact falls on."""

    FEW = "few", _("A few people")
    MANY = "many", _("Many people")
    GROUP = "group", _("Most of a group")
    SOCIETY = "society", _("Society at large")


class Reversibility(models.TextChoices):
    EASY = "easy", _("Easily undone")
    EFFORT = "effort", _("Undone with effort")
    IRREVERSIBLE = "irreversible", _("Cannot be undone")


class ImpactQuerySet(RecordQuerySet["ImpactAssessment"]):
    def current(self, on: date) -> ImpactQuerySet:
        """Approved and unexpired on a day."""
        return self.filter(state=Standing.APPROVED).filter(Q(review_on=None) | Q(review_on__gte=on))

    def expired(self, on: date) -> ImpactQuerySet:
        return self.filter(state=Standing.APPROVED, review_on__lt=on)

    def to_look_at_again(self) -> ImpactQuerySet:
        """Approved ones whose system is no longer as it was when they were approved."""
        return self.filter(state=Standing.APPROVED).exclude(facts="").exclude(facts=F("system__facts"))


@tracked()
@searched("purpose", "functions", "residual_impacts", "conditions")
class ImpactAssessment(
    Record,
    Approvable,
    ScreeningSection,
    SystemSection,
    DataAndModelSection,
    ContextSection,
    FailureSection,
    ResultSection,
    FriaSection,
    DpiaSection,
):
    """One version of the assessment of one AI system; an approved one is followed by the next version, never edited.

    `review_on` of the record is until when it is current.
    """

    PREFIX: ClassVar[str] = "IA"
    KIND: ClassVar[str] = "impact-assessment"

    system = models.ForeignKey(
        AISystem, verbose_name=_("AI system"), on_delete=models.PROTECT, related_name="impact_assessments"
    )
    system_version = models.CharField(_("version assessed"), max_length=50, blank=True)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="replaced_by"
    )
    trigger = models.CharField(_("trigger"), max_length=12, choices=Trigger, blank=True)
    criteria = models.ForeignKey(RiskCriteria, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    assessed_on = models.DateField(_("assessed on"), null=True, blank=True)
    assessors = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assessors"),
        blank=True,
        related_name="+",
        through="ImpactAssessor",
    )
    risks = models.ManyToManyField(
        Risk, verbose_name=_("risks it feeds"), blank=True, related_name="impact_assessments", through="ImpactRisk"
    )
    # What the system was when this was submitted (AISystem.facts).
    facts = models.CharField(max_length=32, blank=True, editable=False)

    objects = ImpactQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("impact assessment")
        verbose_name_plural = _("impact assessments")
        triggers = [settled_stays(), never_deleted()]

    def clean(self) -> None:
        if self.assessed_on and self.assessed_on > self.organisation.today():
            raise ValidationError({"assessed_on": _("This day lies ahead.")})
        if self.assessed_on and self.review_on and self.review_on <= self.assessed_on:
            raise ValidationError({"review_on": _("The next review comes after the assessment.")})
        if self.is_approved and self.holds_longer():
            raise ValidationError({"review_on": _("It was approved until an earlier day: make its next version.")})

    def holds_longer(self) -> bool:
        """Whether an approved one would be current for longer than it was approved for."""
        approved = ImpactAssessment.objects.filter(pk=self.pk, review_on__isnull=False)
        return approved.filter(review_on__lt=self.review_on).exists() if self.review_on else approved.exists()

    def makers(self) -> set[int | None]:
        return {*super().makers(), *self.assessors.values_list("pk", flat=True)}

    def is_expired(self, on: date) -> bool:
        return self.state == Standing.APPROVED and bool(self.review_on and self.review_on < on)


OF_A_SETTLED_ONE = """
    IF EXISTS (
        SELECT 1 FROM risks_impactassessment
        WHERE record_ptr_id = {which}.assessment_id AND state IN ('approved', 'superseded')
    ) THEN
        RAISE EXCEPTION 'an approved version stays as it was approved' USING ERRCODE = 'check_violation';
    END IF;
"""


def settled_parts_stay() -> pgtrigger.Trigger:
    """Rows that belong to an approved assessment stay as they are."""
    return pgtrigger.Trigger(
        name="settled_parts_stay",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func="IF TG_OP <> 'DELETE' THEN"
        + OF_A_SETTLED_ONE.format(which="NEW")
        + "END IF; IF TG_OP <> 'INSERT' THEN"
        + OF_A_SETTLED_ONE.format(which="OLD")
        + "END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;",
    )


@tracked()
class ImpactAssessor(models.Model):
    """That somebody did an assessment: they cannot approve it."""

    assessment = models.ForeignKey(ImpactAssessment, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["assessment", "user"], name="an_assessor_once")]
        verbose_name = _("assessor")
        triggers = [settled_parts_stay()]

    def __str__(self) -> str:
        return f"{self.assessment_id}: {self.user_id}"


@tracked()
class ImpactRisk(models.Model):
    """That an assessment feeds a risk of the register (ISO 42001 6.1.2, 6.1.4)."""

    assessment = models.ForeignKey(ImpactAssessment, on_delete=models.CASCADE)
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["assessment", "risk"], name="feeds_a_risk_once")]
        verbose_name = _("risk it feeds")

    def __str__(self) -> str:
        return f"{self.assessment_id} → {self.risk_id}"


def step(label: Any) -> Any:
    return models.PositiveSmallIntegerField(label, null=True, blank=True)


@tracked()
class Impact(models.Model):
    """What the system does to people in one dimension: affected, or not affected because."""

    assessment = models.ForeignKey(ImpactAssessment, on_delete=models.CASCADE, related_name="impacts")
    dimension = models.CharField(_("dimension"), max_length=20, choices=Dimension)
    is_affected = models.BooleanField(_("affected"), null=True, blank=True)
    reason = models.TextField(_("why not"), blank=True)
    benefit = models.TextField(_("benefit"), blank=True)
    harm = models.TextField(_("harm"), blank=True)
    severity, likelihood = step(_("severity")), step(_("likelihood"))
    scale = models.CharField(_("scale"), max_length=10, choices=Scale, blank=True)
    reversibility = models.CharField(_("reversibility"), max_length=12, choices=Reversibility, blank=True)
    shown_by = models.TextField(_("what shows it"), blank=True)
    residual_severity, residual_likelihood = step(_("severity that remains")), step(_("likelihood that remains"))

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["assessment", "dimension"], name="each_dimension_once")]
        triggers = [settled_parts_stay()]
        verbose_name = _("impact")
        verbose_name_plural = _("impacts")

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.dimension}"


@tracked()
class ImpactMeasure(models.Model):
    """What is done about an impact, linked to a control. It stays open after approval, so it may be marked as done."""

    assessment = models.ForeignKey(ImpactAssessment, on_delete=models.CASCADE, related_name="measures")
    dimension = models.CharField(_("dimension"), max_length=20, choices=Dimension)
    measure = models.TextField(_("measure"))
    control = models.ForeignKey(
        Record, verbose_name=_("control"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        verbose_name = _("measure")
        verbose_name_plural = _("measures")

    def __str__(self) -> str:
        return self.measure[:60]


@tracked()
class Consultation(models.Model):
    """Who was heard, when, what they said and what came of it."""

    assessment = models.ForeignKey(ImpactAssessment, on_delete=models.CASCADE, related_name="consultations")
    who = models.CharField(_("who was heard"), max_length=200)
    heard_on = models.DateField(_("when"), null=True, blank=True)
    views = models.TextField(_("what they said"), blank=True)
    use = models.TextField(_("what came of it"), blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        triggers = [settled_parts_stay()]
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")

    def __str__(self) -> str:
        return self.who


@tracked()
@searched("verification", "user_information", "override_reason")
class GoLive(Record):
    """The decision to let a version of a system go live, with what it rests on (ISO 42001 A.6.2.5). Immutable."""

    PREFIX: ClassVar[str] = "GL"
    KIND: ClassVar[str] = "go-live"

    system = models.ForeignKey(AISystem, verbose_name=_("AI system"), on_delete=models.PROTECT, related_name="go_lives")
    system_version = models.CharField(_("version"), max_length=50)
    assessment = models.ForeignKey(
        ImpactAssessment,
        verbose_name=_("impact assessment"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="go_lives",
    )
    verification = models.TextField(_("verification and validation results"), blank=True)
    user_information = models.TextField(_("information for users"), blank=True)
    override_reason = models.TextField(_("why it goes live all the same"), blank=True)
    live_on = models.DateField(_("goes live on"))
    stage = models.CharField(_("stage from then on"), max_length=40, choices=Stage, default=Stage.OPERATION)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField(_("decided on"))

    class Meta:
        default_permissions = ()
        verbose_name = _("go-live decision")
        verbose_name_plural = _("go-live decisions")
        triggers = [
            pgtrigger.Protect(name="decisions_are_immutable", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
