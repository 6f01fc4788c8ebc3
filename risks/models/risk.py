"""The risk register and its dated assessments (ISO 42001 6.1.2, 8.2)."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.approvable import never_deleted
from records.models import Record, RecordQuerySet
from records.searching import searched
from risks.models.criteria import RiskCriteria
from risks.models.scales import Affected, Category, Confidence, Level, Option, Phase, Process, Source, Trigger
from systems.models import AISystem, Stage

RATED = ("residual", "current", "inherent")


def score_of(phase: Phase) -> Any:
    return models.PositiveSmallIntegerField(phase.label, null=True, editable=False, db_index=True)


def level_of(phase: Phase) -> Any:
    return models.CharField(phase.label, max_length=10, choices=Level, blank=True, editable=False)


# SQL of a risk's newest score or level in a phase.
NEWEST = """COALESCE((SELECT a.{what} FROM risks_riskassessment a
    WHERE a.risk_id = e.pgh_obj_id AND a.phase = '{phase}' ORDER BY a.id DESC LIMIT 1), {none})"""


class RiskQuerySet(RecordQuerySet["Risk"]):
    def open(self) -> RiskQuerySet:
        return self.filter(closed_on=None)

    def rated(self, *levels: str) -> RiskQuerySet:
        return self.filter(level__in=levels)

    def accepted(self, on: date) -> RiskQuerySet:
        """Risks whose residual risk is accepted on that day (see `Acceptance`)."""
        return self.filter(Q(models.Exists(Acceptance.objects.standing(on).filter(risk=models.OuterRef("pk")))))

    def unaccepted(self, on: date) -> RiskQuerySet:
        """Open risks without an acceptance that stands on that day."""
        return self.open().exclude(models.Exists(Acceptance.objects.standing(on).filter(risk=models.OuterRef("pk"))))

    def to_look_at_again(self) -> RiskQuerySet:
        """Open risks of a system that is no longer as it was when they were last assessed."""
        known = ~Q(assessed_facts="") & ~Q(assessed_facts=F("system__facts"))
        return self.open().filter(known, system__isnull=False)


@tracked(without=("score", "level", *(f"{phase}_{what}" for phase in Phase for what in ("score", "level"))))
@searched("cause", "event", "consequence", "existing_controls")
class Risk(Record):
    """One risk: of the AIMS (planning), or of one AI system in operation. Never deleted: closed with a reason.

    Scores and levels are those of its newest assessment of each phase, kept by a trigger; `level` and `score` are the
    residual ones, or what is known before there are any.
    """

    PREFIX: ClassVar[str] = "R"
    KIND: ClassVar[str] = "risk"
    # How they were on a day gone by (records.past): those of the newest assessment of each phase at that time.
    THEN: ClassVar[dict[str, str]] = {
        f"{phase}_{what}": NEWEST.format(what=what, phase=phase, none=none)
        for phase in Phase
        for what, none in (("score", "NULL"), ("level", "''"))
    }

    process = models.CharField(_("process"), max_length=12, choices=Process, default=Process.OPERATIONAL)
    system = models.ForeignKey(
        AISystem, verbose_name=_("AI system"), on_delete=models.PROTECT, null=True, blank=True, related_name="risks"
    )
    trigger = models.CharField(_("trigger"), max_length=12, choices=Trigger, blank=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("planning risk behind it"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    category = models.CharField(_("category"), max_length=20, choices=Category)
    cause = models.TextField(_("cause"))
    event = models.TextField(_("event"), blank=True)
    consequence = models.TextField(_("consequence"))
    source = models.CharField(_("source (Annex C)"), max_length=8, choices=Source, blank=True)
    affects = ArrayField(
        models.CharField(max_length=12, choices=Affected), default=list, blank=True, verbose_name=_("affects")
    )
    stage = models.CharField(_("life-cycle stage"), max_length=40, choices=Stage, blank=True)
    existing_controls = models.TextField(_("controls that work today"), blank=True)
    identified_on = models.DateField(_("identified on"), null=True, blank=True)
    option = models.CharField(_("option"), max_length=10, choices=Option, blank=True)

    inherent_score, inherent_level = score_of(Phase.INHERENT), level_of(Phase.INHERENT)
    current_score, current_level = score_of(Phase.CURRENT), level_of(Phase.CURRENT)
    target_score, target_level = score_of(Phase.TARGET), level_of(Phase.TARGET)
    residual_score, residual_level = score_of(Phase.RESIDUAL), level_of(Phase.RESIDUAL)
    score = models.GeneratedField(
        expression=Coalesce(*(F(f"{phase}_score") for phase in RATED)),
        output_field=models.PositiveSmallIntegerField(null=True),
        db_persist=True,
        db_index=True,
    )
    level = models.GeneratedField(
        expression=Coalesce(*(NullIf(F(f"{phase}_level"), models.Value("")) for phase in RATED), models.Value("")),
        output_field=models.CharField(_("level"), max_length=10, choices=Level, blank=True),
        db_persist=True,
        db_index=True,
    )
    # What the system was when the risk was last assessed (AISystem.facts); empty for a planning risk.
    assessed_facts = models.CharField(max_length=32, blank=True, editable=False)

    # Set by verbs, offered by no form, told in the history.
    acceptance_asked_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked to accept it"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    acceptance_asked_on = models.DateField(_("asked on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    closed_because = models.CharField(_("why closed"), max_length=300, blank=True)

    objects = RiskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("risk")
        verbose_name_plural = _("risks")
        constraints = [
            models.CheckConstraint(
                condition=Q(process=Process.PLANNING) | Q(system__isnull=False),
                name="an_operational_risk_has_a_system",
                violation_error_message=_("An operational risk is about one AI system (8.2)."),
            ),
            models.CheckConstraint(condition=~Q(parent=F("record_ptr")), name="a_risk_is_not_its_own_parent"),
        ]
        triggers = [never_deleted()]

    def clean(self) -> None:
        if self.process == Process.OPERATIONAL and not self.system_id:
            raise ValidationError({"system": _("An operational risk is about one AI system (8.2).")})
        if self.process == Process.PLANNING and self.parent_id:
            raise ValidationError({"parent": _("A planning risk stands by itself (6.1.2).")})
        if self.parent_id and self.parent and self.parent.process != Process.PLANNING:
            raise ValidationError({"parent": _("The risk behind it is one of planning (6.1.2).")})
        if self.identified_on and self.identified_on > self.organisation.today():
            raise ValidationError({"identified_on": _("This day lies ahead.")})

    @property
    def is_open(self) -> bool:
        return self.closed_on is None


KEEP_NEWEST = """
    UPDATE risks_risk SET
        inherent_score = CASE NEW.phase WHEN 'inherent' THEN NEW.score ELSE inherent_score END,
        inherent_level = CASE NEW.phase WHEN 'inherent' THEN NEW.level ELSE inherent_level END,
        current_score = CASE NEW.phase WHEN 'current' THEN NEW.score ELSE current_score END,
        current_level = CASE NEW.phase WHEN 'current' THEN NEW.level ELSE current_level END,
        target_score = CASE NEW.phase WHEN 'target' THEN NEW.score ELSE target_score END,
        target_level = CASE NEW.phase WHEN 'target' THEN NEW.level ELSE target_level END,
        residual_score = CASE NEW.phase WHEN 'residual' THEN NEW.score ELSE residual_score END,
        residual_level = CASE NEW.phase WHEN 'residual' THEN NEW.level ELSE residual_level END
    WHERE record_ptr_id = NEW.risk_id;
    RETURN NULL;
"""


# A score is told in the history of its risk, not in that of the criteria, which others may read.
@tracked(without=("criteria",))
class RiskAssessment(models.Model):
    """One dated score of a risk. Never changed and never overwritten: a later one stands beside it."""

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="assessments")
    criteria = models.ForeignKey(RiskCriteria, on_delete=models.PROTECT, related_name="assessments", editable=False)
    phase = models.CharField(_("score of"), max_length=10, choices=Phase)
    assessed_on = models.DateField(_("assessed on"))
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    trigger = models.CharField(_("trigger"), max_length=12, choices=Trigger, blank=True)
    likelihood = models.PositiveSmallIntegerField(_("likelihood"))
    for_organisation = models.PositiveSmallIntegerField(_("for the organisation"), null=True, blank=True)
    for_individuals = models.PositiveSmallIntegerField(_("for individuals and groups"), null=True, blank=True)
    for_society = models.PositiveSmallIntegerField(_("for society and environment"), null=True, blank=True)
    score = models.PositiveSmallIntegerField(_("score"), blank=True)
    level = models.CharField(_("level"), max_length=10, choices=Level, blank=True)
    rationale = models.TextField(_("rationale"))
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence, default=Confidence.MEDIUM)
    written_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["assessed_on", "pk"]
        indexes = [models.Index(fields=["risk", "phase", "-id"], name="scores_of_a_risk")]
        triggers = [
            pgtrigger.Protect(name="scores_are_immutable", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="newest_score_counts",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=KEEP_NEWEST,
            ),
        ]
        verbose_name = _("risk assessment")
        verbose_name_plural = _("risk assessments")

    def __str__(self) -> str:
        return f"{self.risk_id} {self.phase}: {self.score}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.rate()
        super().save(*args, **kwargs)

    def rate(self) -> None:
        """Derives score and level from the criteria: likelihood × the highest consequence, never the average."""
        self.score = self.likelihood * self.highest
        self.level = self.criteria.level_of(self.likelihood, self.highest, individuals=self.for_individuals)

    @property
    def highest(self) -> int:
        return max(self.for_organisation or 0, self.for_individuals or 0, self.for_society or 0)

    def clean(self) -> None:
        size = self.criteria.size
        for name in ("likelihood", "for_organisation", "for_individuals", "for_society"):
            value = getattr(self, name)
            if value is not None and not 1 <= value <= size:
                raise ValidationError({name: _("The scale goes from 1 to %(n)s.") % {"n": size}})
        if not self.highest:
            raise ValidationError({"for_organisation": _("Score at least one of the consequences.")})
        if self.assessed_on and self.assessed_on > self.risk.organisation.today():
            raise ValidationError({"assessed_on": _("This day lies ahead.")})


class AcceptanceQuerySet(models.QuerySet["Acceptance"]):
    def standing(self, on: date) -> AcceptanceQuerySet:
        """Those that count on a day: not run out, not lapsed, the score not higher, the system still as it was."""
        same = Q(facts="") | Q(facts=F("risk__system__facts"))
        not_higher = Q(risk__residual_score=None) | Q(risk__residual_score__lte=F("score"))
        return self.filter(same, not_higher, lapsed_on=None, accepted_on__lte=on, until__gte=on)


@tracked()
class Acceptance(models.Model):
    """That residual risk is accepted: by whom, with which authority, until when (ISO 42001 6.1.3, 8.3)."""

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="acceptances")
    assessment = models.ForeignKey(RiskAssessment, on_delete=models.PROTECT, null=True, related_name="+")
    score = models.PositiveSmallIntegerField(_("score"))
    level = models.CharField(_("level"), max_length=10, choices=Level)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    authority = models.CharField(_("as"), max_length=20, blank=True)
    accepted_on = models.DateField(_("accepted on"))
    until = models.DateField(_("until"), help_text=_("The last day it stands."))
    reason = models.TextField(_("reason"))
    conditions = models.TextField(_("conditions"), blank=True)
    facts = models.CharField(max_length=32, blank=True, editable=False)
    lapsed_on = models.DateField(_("lapsed on"), null=True, blank=True)
    lapsed_because = models.CharField(_("why it lapsed"), max_length=300, blank=True)
    written_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AcceptanceQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-accepted_on", "-pk"]
        triggers = [
            pgtrigger.ReadOnly(name="acceptances_stay", exclude=["lapsed_on", "lapsed_because"]),
            never_deleted(),
        ]
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")

    def __str__(self) -> str:
        return f"{self.risk_id} ≤ {self.until}"
