"""Risk criteria: scales, thresholds, who may accept what, and how often to look again (ISO 42001 6.1.1, 6.1.2)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.authority import Authority
from organisations.history import tracked
from records.approvable import Approvable, never_deleted, settled_stays
from records.models import Record
from records.searching import searched
from risks.models.scales import LEVELS, Level
from systems.models import RiskClass


class Size(models.IntegerChoices):
    THREE = 3, _("3 × 3")
    FIVE = 5, _("5 × 5")


def words(label: Any) -> Any:
    """A scale: what each of its steps means, the least first."""
    return ArrayField(models.CharField(max_length=200), verbose_name=label, default=list)


def acceptor(label: Any, default: Authority) -> Any:
    return models.CharField(label, max_length=20, choices=Authority, default=default)


def months(label: Any, default: int) -> Any:
    return models.PositiveSmallIntegerField(label, default=default)


@tracked()
@searched("method")
class RiskCriteria(Record, Approvable):
    """One version of the criteria. Every score names the version it was made with, so that old ones stay readable."""

    PREFIX: ClassVar[str] = "CRIT"
    KIND: ClassVar[str] = "risk-criteria"

    size = models.PositiveSmallIntegerField(_("scale"), choices=Size, default=Size.FIVE)
    likelihood = words(_("likelihood"))
    organisation_scale = words(_("consequence for the organisation"))
    individuals_scale = words(_("consequence for individuals and groups"))
    society_scale = words(_("consequence for society and environment"))
    medium_from = models.PositiveSmallIntegerField(_("medium from"), default=5)
    high_from = models.PositiveSmallIntegerField(_("high from"), default=10)
    critical_from = models.PositiveSmallIntegerField(_("critical from"), default=15)
    individuals_override = models.BooleanField(
        _("the gravest consequence for individuals is at least high, however unlikely"), default=True
    )
    accepts_low = acceptor(_("who may accept a low risk"), Authority.OWNER)
    accepts_medium = acceptor(_("who may accept a medium risk"), Authority.HEAD)
    accepts_high = acceptor(_("who may accept a high risk"), Authority.DESIGNATED)
    accepts_critical = acceptor(_("who may accept a critical risk"), Authority.TOP)
    months_planning = months(_("planning risks, months"), 12)
    months_high = months(_("high-risk systems, months"), 6)
    months_limited = months(_("limited-risk systems, months"), 12)
    months_minimal = months(_("minimal-risk systems, months"), 24)
    method = models.TextField(_("method"), blank=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("risk criteria")
        verbose_name_plural = _("risk criteria")
        triggers = [settled_stays(), never_deleted()]

    def clean(self) -> None:
        for name in ("likelihood", "organisation_scale", "individuals_scale", "society_scale"):
            if len(getattr(self, name)) != self.size:
                raise ValidationError({name: _("Say what each of the %(n)s steps means.") % {"n": self.size}})
        if not 1 < self.medium_from < self.high_from < self.critical_from <= self.size**2:
            text = _("The thresholds rise from medium to critical, and stay within %(n)s, the highest score.")
            raise ValidationError({"critical_from": text % {"n": self.size**2}})

    def level_of(self, likelihood: int, consequence: int, *, individuals: int | None = None) -> Level:
        """The level of likelihood × the highest consequence, with the override for individuals."""
        score = likelihood * consequence
        thresholds = (self.medium_from, self.high_from, self.critical_from)
        level = LEVELS[sum(score >= threshold for threshold in thresholds)]
        is_grave = self.individuals_override and individuals == self.size
        return max(level, Level.HIGH, key=LEVELS.index) if is_grave else level

    def acceptor_of(self, level: str) -> Authority:
        """The least authority that may accept a residual risk of a level."""
        return Authority(getattr(self, f"accepts_{level}"))

    def months_for(self, risk_class: str | None) -> int:
        """Months between two assessments: of a planning risk (None), or of a system by its EU AI Act class."""
        if risk_class is None:
            return self.months_planning
        if risk_class in {RiskClass.PROHIBITED, RiskClass.HIGH}:
            return self.months_high
        return self.months_limited if risk_class == RiskClass.LIMITED else self.months_minimal
