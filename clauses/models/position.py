"""An organisation's position: where it stands on one requirement, and what it says and shows for it."""

from __future__ import annotations

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evidence.models import Evidence
from organisations.history import tracked
from records.models import Record, RecordQuerySet
from records.searching import searched
from systems.models import AISystem

from .catalogue import ExpectedEvidence, Question, Requirement


class Status(models.TextChoices):
    """Where a requirement stands. Clauses are met, controls are implemented; the two share their weight."""

    MET = "met", _("Met")
    PARTLY = "partly", _("Partly met")
    NOT_MET = "not_met", _("Not met")
    IMPLEMENTED = "implemented", _("Implemented")
    IN_PROGRESS = "in_progress", _("In progress")
    NOT_STARTED = "not_started", _("Not started")


CLAUSE_STATUSES = (Status.MET, Status.PARTLY, Status.NOT_MET)
CONTROL_STATUSES = (Status.IMPLEMENTED, Status.IN_PROGRESS, Status.NOT_STARTED)


class Basis(models.TextChoices):
    """Why a control is included (ISO 42001 6.1.3)."""

    RISK = "risk", _("Risk")
    LEGAL = "legal", _("Law")
    CONTRACT = "contract", _("Contract")
    BUSINESS = "business", _("Business")


class PositionQuerySet(RecordQuerySet["Position"]):
    def in_order(self) -> PositionQuerySet:
        return self.select_related("requirement").order_by("requirement__order")

    def clauses(self) -> PositionQuerySet:
        return self.filter(requirement__kind=Requirement.Kind.CLAUSE)

    def controls(self) -> PositionQuerySet:
        return self.filter(requirement__kind=Requirement.Kind.CONTROL)


CLAUSES_ALWAYS_APPLY = """
    IF NEW.applicable IS DISTINCT FROM TRUE AND EXISTS (
        SELECT 1 FROM clauses_requirement WHERE id = NEW.requirement_id AND kind = 'clause'
    ) THEN
        RAISE EXCEPTION 'a clause cannot be excluded (ISO 42001 clauses 4-10)' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
CATALOGUE_WORDS = """(
    SELECT concat_ws(' ', requirement.intent, string_agg(question.text, ' ')) FROM clauses_requirement requirement
    LEFT JOIN clauses_question question ON question.requirement_id = requirement.id
    WHERE requirement.id = NEW.requirement_id GROUP BY requirement.id
)"""


@tracked()
@searched("narrative", "justification", also=CATALOGUE_WORDS)
class Position(Record):
    """Where the organisation stands on one requirement; its reference is the requirement's number."""

    KIND: ClassVar[str] = "position"

    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="positions")
    status = models.CharField(_("status"), max_length=20, choices=Status, blank=True)
    status_on = models.DateField(_("status of"), null=True, blank=True, editable=False)
    narrative = models.TextField(_("how we meet it"), blank=True)
    applicable = models.BooleanField(_("applicable"), null=True, blank=True)
    justification = models.TextField(_("justification"), blank=True)
    basis = ArrayField(
        models.CharField(max_length=20, choices=Basis), default=list, blank=True, verbose_name=_("basis")
    )
    systems = models.ManyToManyField(
        AISystem, verbose_name=_("AI systems"), blank=True, related_name="positions", through="PositionSystem"
    )

    objects = PositionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        triggers = [
            pgtrigger.Trigger(
                name="clauses_always_apply",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=CLAUSES_ALWAYS_APPLY,
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.reference:
            self.reference, self.title = self.requirement.number, self.requirement.title
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if not self.requirement.is_control:
            if self.applicable is not True:
                raise ValidationError({"applicable": _("A clause always applies; only controls can be excluded.")})
        elif self.applicable is not None and not self.justification.strip():
            raise ValidationError(
                {"justification": _("Say why: an auditor reads a reason for every yes and every no.")}
            )
        if self.status and self.status not in self.statuses:
            raise ValidationError({"status": _("This status does not belong to this kind of requirement.")})

    @property
    def statuses(self) -> tuple[Status, ...]:
        return CONTROL_STATUSES if self.requirement.is_control else CLAUSE_STATUSES


@tracked()
class PositionSystem(models.Model):
    """That a position concerns an AI system."""

    position = models.ForeignKey(Position, on_delete=models.CASCADE)
    aisystem = models.ForeignKey(AISystem, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["position", "aisystem"], name="names_a_system_once")]

    def __str__(self) -> str:
        return f"{self.position_id} → {self.aisystem_id}"


class GivenAnswer(models.Model):
    """An answer to one question of the catalogue, with its note, and who gave it when."""

    class Value(models.TextChoices):
        MET = "met", _("Met")
        PARTLY = "partly", _("Partly")
        NOT_MET = "not_met", _("Not met")
        NOT_APPLICABLE = "not_applicable", _("N/A")

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="%(class)ss")
    value = models.CharField(_("answer"), max_length=20, choices=Value, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.question_id}: {self.value}"


@tracked()
class Answer(GivenAnswer):
    """What the organisation answers on the page of a requirement, as of today."""

    position = models.ForeignKey(Position, on_delete=models.CASCADE, related_name="answers")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["position", "question"], name="one_answer_each")]
        verbose_name = _("answer")
        verbose_name_plural = _("answers")


@tracked()
class ExpectedProof(models.Model):
    """That an item of evidence is what the catalogue expects for this position."""

    position = models.ForeignKey(Position, on_delete=models.CASCADE, related_name="expected_proofs")
    expected = models.ForeignKey(ExpectedEvidence, on_delete=models.PROTECT, related_name="proofs")
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="expected_proofs")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["position", "expected", "evidence"], name="counts_once"),
        ]

    def __str__(self) -> str:
        return f"{self.evidence_id} ⊨ {self.expected_id}"
