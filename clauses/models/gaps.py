"""Gap analysis runs: every question of the catalogue answered as of one time, then frozen (ISO 42001, 4–10 and A)."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evidence.models import Evidence
from organisations.history import tracked
from records.models import Record, RecordQuerySet
from records.searching import searched

from .catalogue import Question, Requirement
from .position import GivenAnswer


class Outcome(models.TextChoices):
    """What a run found for one requirement."""

    MET = "met", _("Met")
    PARTLY = "partly", _("Partly met")
    NOT_MET = "not_met", _("Not met")
    UNANSWERED = "unanswered", _("Not answered")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class Priority(models.TextChoices):
    """How soon a gap is to be closed."""

    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


# Whoever answers while somebody closes the run waits for that here, and is then refused.
ONLY_WHILE_OPEN = """
    IF TG_OP <> 'INSERT' THEN
        SELECT closed_on INTO closed FROM clauses_gaprun WHERE record_ptr_id = OLD.run_id FOR SHARE;
    END IF;
    IF closed IS NULL AND TG_OP <> 'DELETE' THEN
        SELECT closed_on INTO closed FROM clauses_gaprun WHERE record_ptr_id = NEW.run_id FOR SHARE;
    END IF;
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION 'a closed gap analysis run cannot change' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
"""
CLOSED_STAYS = """
    IF OLD.closed_on IS NULL THEN
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a closed gap analysis run cannot change' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
CLAUSES_ALWAYS_APPLY = """
    IF NEW.value = 'not_applicable' AND EXISTS (
        SELECT 1 FROM clauses_question question
        JOIN clauses_requirement requirement ON requirement.id = question.requirement_id
        WHERE question.id = NEW.question_id AND requirement.kind = 'clause'
    ) THEN
        RAISE EXCEPTION 'a clause always applies (ISO 42001 clauses 4-10)' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


def frozen_with_run() -> pgtrigger.Trigger:
    """Refuses any change of what belongs to a closed run, on whatever path."""
    return pgtrigger.Trigger(
        name="only_while_open",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("closed", "DATE")],
        func=ONLY_WHILE_OPEN,
    )


class GapRunQuerySet(RecordQuerySet["GapRun"]):
    def open(self) -> GapRunQuerySet:
        return self.filter(closed_on=None)

    def closed(self) -> GapRunQuerySet:
        return self.exclude(closed_on=None)

    def with_progress(self) -> GapRunQuerySet:
        """Each with `answered` and `asked`, numbers of questions. What a closed run asked is what it kept."""
        of_run = GapAnswer.objects.filter(run=models.OuterRef("pk")).order_by().values("run")

        def counted(rows: Any) -> Any:
            return Coalesce(models.Subquery(rows.annotate(n=Count("pk")).values("n")), 0)

        now_asked = Question.objects.asked().order_by().values("requirement__framework").annotate(n=Count("pk"))
        return self.annotate(
            answered=counted(of_run.exclude(value="")),
            asked=models.Case(
                models.When(closed_on=None, then=Coalesce(models.Subquery(now_asked.values("n")[:1]), 0)),
                default=counted(of_run),
            ),
        )


@tracked()
@searched("purpose")
class GapRun(Record):
    """One gap analysis: where the organisation stood on every requirement while it was open."""

    PREFIX: ClassVar[str] = "GAP"
    KIND: ClassVar[str] = "gap-run"

    purpose = models.TextField(_("what for"), blank=True)
    began_on = models.DateField(_("begun"))
    closed_on = models.DateField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = GapRunQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("gap analysis")
        verbose_name_plural = _("gap analyses")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=models.F("began_on")), name="gap_run_closed_after_begun"
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="closed_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=CLOSED_STAYS,
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.began_on = self.began_on or self.organisation.today()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.began_on and self.began_on > self.organisation.today():
            raise ValidationError({"began_on": _("This day lies ahead.")})

    @property
    def is_open(self) -> bool:
        return self.closed_on is None

    @property
    def as_of(self) -> date:
        """The day whose state it tells."""
        return self.closed_on or self.began_on


@tracked()
class GapAnswer(GivenAnswer):
    """One answer within a run."""

    run = models.ForeignKey(GapRun, on_delete=models.CASCADE, related_name="answers")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "question"], name="one_gap_answer_each"),
            models.CheckConstraint(
                condition=~Q(value="not_applicable") | ~Q(comment=""), name="gap_not_applicable_has_a_reason"
            ),
        ]
        triggers = [
            frozen_with_run(),
            pgtrigger.Trigger(
                name="clauses_always_apply",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=CLAUSES_ALWAYS_APPLY,
            ),
        ]
        verbose_name = _("answer")
        verbose_name_plural = _("answers")


@tracked()
class GapProof(models.Model):
    """That an item of evidence was looked at for a requirement in a run."""

    run = models.ForeignKey(GapRun, on_delete=models.CASCADE, related_name="proofs")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="+")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="gap_proofs")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "requirement", "evidence"], name="gap_proof_once")]
        triggers = [frozen_with_run()]
        verbose_name = _("evidence looked at")
        verbose_name_plural = _("evidence looked at")

    def __str__(self) -> str:
        return f"{self.evidence_id} ⊨ {self.requirement_id}"


@tracked()
class GapResult(models.Model):
    """What a run says of one requirement: while it is open a priority that somebody set, then all that it found."""

    run = models.ForeignKey(GapRun, on_delete=models.CASCADE, related_name="results")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="gap_results")
    outcome = models.CharField(_("result"), max_length=20, choices=Outcome, blank=True)
    met = models.PositiveSmallIntegerField(_("met"), default=0)
    partly = models.PositiveSmallIntegerField(_("partly"), default=0)
    not_met = models.PositiveSmallIntegerField(_("not met"), default=0)
    not_applicable = models.PositiveSmallIntegerField(_("not applicable"), default=0)
    unanswered = models.PositiveSmallIntegerField(_("not answered"), default=0)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "requirement"], name="one_gap_result_each")]
        triggers = [frozen_with_run()]
        verbose_name = _("result")
        verbose_name_plural = _("results")

    def __str__(self) -> str:
        return f"{self.requirement_id}: {self.outcome}"
