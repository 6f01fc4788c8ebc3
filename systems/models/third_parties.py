"""How suppliers were assessed, and who does what: supplier, we, customers (ISO 42001 A.10.2, A.10.3)."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked

from .inventory import AISystem, Result, Stage, Supplier


@tracked()
class SupplierAssessment(models.Model):
    """One assessment of a supplier; the newest counts, none is ever overwritten (ISO 42001 A.10.3)."""

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="assessments")
    on = models.DateField(_("assessed on"))
    result = models.CharField(_("result"), max_length=30, choices=Result)
    how = models.TextField(_("how it was assessed"), blank=True)
    conditions = models.TextField(_("conditions"), blank=True, help_text=_("One a line."))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        default_permissions = ()
        ordering = ["-on", "-pk"]
        triggers = [pgtrigger.Protect(name="assessment_stays", operation=pgtrigger.Update | pgtrigger.Delete)]
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")

    def __str__(self) -> str:
        return f"{self.supplier_id} {self.on}: {self.result}"

    def clean(self) -> None:
        if self.on and self.on > self.supplier.organisation.today():
            raise ValidationError({"on": _("This day lies ahead. Plan it as the next review.")})
        if self.result == Result.CONDITIONS and not self.conditions.strip():
            raise ValidationError({"conditions": _("Say on which conditions.")})


class Part(models.TextChoices):
    """What a party has to do with a duty."""

    DOES = "does", _("Carries it out")
    ANSWERS = "answers", _("Answers for it")
    SUPPORTS = "supports", _("Supports")
    TOLD = "told", _("Is told")


@tracked()
class Responsibility(models.Model):
    """One line of the responsibility matrix of a supplier, of an AI system, or of both (ISO 42001 A.10.2)."""

    supplier = models.ForeignKey(
        Supplier,
        verbose_name=_("supplier"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="responsibilities",
    )
    system = models.ForeignKey(
        AISystem,
        verbose_name=_("AI system"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="responsibilities",
    )
    duty = models.CharField(_("what is to be done"), max_length=200)
    stage = models.CharField(_("life-cycle stage"), max_length=40, choices=Stage, blank=True)
    supplier_part = models.CharField(_("supplier"), max_length=10, choices=Part, blank=True)
    our_part = models.CharField(_("we"), max_length=10, choices=Part, blank=True)
    customer_part = models.CharField(_("customer"), max_length=10, choices=Part, blank=True)
    agreed_in = models.CharField(_("agreed in"), max_length=200, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(supplier__isnull=False) | Q(system__isnull=False), name="duty_of_something"
            ),
        ]
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")

    def __str__(self) -> str:
        return self.duty

    def clean(self) -> None:
        parts = (self.supplier_part, self.our_part, self.customer_part)
        if Part.DOES not in parts:
            raise ValidationError({"our_part": _("Somebody carries it out: the supplier, we or the customer.")})
        if parts.count(Part.ANSWERS) > 1:
            raise ValidationError({"our_part": _("Only one of them answers for it.")})
