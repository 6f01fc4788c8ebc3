"""The deadlines of certification and the words for findings, as one organisation has them, and its certificate."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.history import tracked
from organisations.models import Organisation
from organisations.roles import VIEW_RECORDS
from records.months import months_after

from .audit import AuditKind
from .finding import Grade

# No contract is longer.
LONGEST_YEARS = 10


def number(words: Any, default: int, most: int) -> models.PositiveSmallIntegerField:
    limits = [MinValueValidator(1), MaxValueValidator(most)]
    return models.PositiveSmallIntegerField(words, default=default, validators=limits)


def word(words: Any) -> models.CharField:
    return models.CharField(words, max_length=60, blank=True)


@tracked(seen_with=VIEW_RECORDS, kept_at="audit-rules")
class AuditRules(models.Model):
    """Deadlines in days, months and years, as ISO/IEC 17021-1 and the contract with the certification body have them.

    A word that is empty is our own (`Grade`).
    """

    WORDS: ClassVar[dict[str, str]] = {
        Grade.MAJOR: "major_word",
        Grade.MINOR: "minor_word",
        Grade.OPPORTUNITY: "opportunity_word",
        Grade.OBSERVATION: "observation_word",
        Grade.STRENGTH: "strength_word",
    }

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="audit_rules")
    certified_on = models.DateField(gettext_lazy("certified on"), null=True, blank=True)
    expires_on = models.DateField(gettext_lazy("certificate expires on"), null=True, blank=True)
    certificate = models.CharField(gettext_lazy("number of the certificate"), max_length=60, blank=True)
    response_days = number(gettext_lazy("days for a response"), 30, 365)
    closure_days = number(gettext_lazy("days until a finding is closed"), 90, 365)
    major_months = number(gettext_lazy("months to verify a major of stage 2"), 6, 36)
    surveillance_months = number(gettext_lazy("months until the first surveillance"), 12, 36)
    restore_months = number(gettext_lazy("months in which an expired certificate can be restored"), 6, 36)
    certificate_years = number(gettext_lazy("years that a certificate lasts"), 3, LONGEST_YEARS)
    major_word = word(gettext_lazy("major nonconformity"))
    minor_word = word(gettext_lazy("minor nonconformity"))
    opportunity_word = word(gettext_lazy("opportunity for improvement"))
    observation_word = word(gettext_lazy("observation"))
    strength_word = word(gettext_lazy("strength"))
    stage_1_word = word(gettext_lazy("observation at stage 1"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        default_permissions = ()
        verbose_name = gettext_lazy("rules of certification")
        verbose_name_plural = gettext_lazy("rules of certification")

    def __str__(self) -> str:
        return _("Rules of certification")

    def clean(self) -> None:
        if self.expires_on and not self.certified_on:
            raise ValidationError({"certified_on": _("Say since when the certificate holds.")})
        if self.certified_on and self.certified_on > self.organisation.today():
            raise ValidationError({"certified_on": _("This day lies ahead.")})
        if self.expires_on and self.certified_on and self.expires_on.year - self.certified_on.year > LONGEST_YEARS:
            raise ValidationError({"expires_on": _("No certificate lasts so long.")})
        if self.expires_on and self.certified_on and self.expires_on <= self.certified_on:
            raise ValidationError({"expires_on": _("It must end after it begins.")})

    @property
    def expiry(self) -> date | None:
        """The last day of the certificate: as it says, else counted from the day of certification."""
        if self.expires_on or not self.certified_on:
            return self.expires_on
        return months_after(self.certified_on, 12 * self.certificate_years)

    def word_for(self, grade: str, audit_kind: str = "") -> str:
        """What a grade is called here; at stage 1 an observation is an area of concern."""
        if audit_kind == AuditKind.STAGE_1 and grade == Grade.OBSERVATION:
            return self.stage_1_word or _("Area of concern")
        return getattr(self, self.WORDS[grade]) or str(Grade(grade).label)


def rules_of(organisation: Organisation) -> AuditRules:
    """The rules as the organisation keeps them; the usual ones, not stored, where it never did."""
    found: AuditRules | None = AuditRules.objects.filter(organisation=organisation).first()
    return found or AuditRules(organisation=organisation)
