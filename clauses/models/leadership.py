"""Processes of the AIMS, and who has which role in it (ISO 42001 4.4, 5.3)."""

from __future__ import annotations

import re
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.models import Record
from records.searching import searched

from .catalogue import Requirement

# Characters that the numbers of a process may take, with their commas.
NUMBERS = 200


@tracked()
@searched("purpose", "inputs", "outputs", "criteria", "resources")
class AIMSProcess(Record):
    """A process the AIMS needs, with its interactions (ISO 42001 4.4)."""

    PREFIX: ClassVar[str] = "PR"
    KIND: ClassVar[str] = "aims-process"

    purpose = models.TextField(_("purpose"))
    inputs = models.TextField(_("inputs"), blank=True, help_text=_("One a line."))
    outputs = models.TextField(_("outputs"), blank=True, help_text=_("One a line."))
    criteria = models.TextField(_("criteria"), blank=True)
    resources = models.TextField(_("resources"), blank=True)
    interacts_with = models.ManyToManyField(
        "self",
        verbose_name=_("interacts with"),
        blank=True,
        symmetrical=False,
        through="ProcessInteraction",
        related_name="asked_by",
    )
    clauses = models.CharField(
        _("clauses"), max_length=NUMBERS, blank=True, help_text=_("Numbers with commas, for example 6.1.2, A.5.2.")
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("process of the AIMS")
        verbose_name_plural = _("processes of the AIMS")

    def clean(self) -> None:
        numbers = list(dict.fromkeys(number for number in re.split(r"[,;\s]+", self.clauses) if number))
        self.clauses = ", ".join(numbers)
        if len(self.clauses) > NUMBERS:
            raise ValidationError({"clauses": _("At most %(n)s characters.") % {"n": NUMBERS}})
        known = set(Requirement.objects.filter(number__in=numbers).values_list("number", flat=True))
        if unknown := [number for number in numbers if number not in known]:
            message = _("There is no clause or control %(numbers)s.") % {"numbers": ", ".join(unknown)}
            raise ValidationError({"clauses": message})


@tracked()
class ProcessInteraction(models.Model):
    """That a process hands something to another, or takes something from it."""

    process = models.ForeignKey(AIMSProcess, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(AIMSProcess, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["process", "other"], name="interacts_once"),
            models.CheckConstraint(condition=~models.Q(process=models.F("other")), name="interacts_with_others"),
        ]

    def __str__(self) -> str:
        return f"{self.process_id} → {self.other_id}"


@tracked()
@searched("responsibilities", "authority", "competence_required")
class RoleAssignment(Record):
    """Who holds a role of the AIMS, with which responsibility and authority (ISO 42001 5.3)."""

    PREFIX: ClassVar[str] = "RA"
    KIND: ClassVar[str] = "role-assignment"

    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who holds it"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("deputy"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    responsibilities = models.TextField(_("responsibilities"))
    authority = models.TextField(_("what they may decide"), blank=True)
    competence_required = models.TextField(_("competence required"), blank=True)
    assigned_on = models.DateField(_("assigned on"), null=True, blank=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("role in the AIMS")
        verbose_name_plural = _("roles in the AIMS")

    def clean(self) -> None:
        if self.holder_id and self.holder_id == self.deputy_id:
            raise ValidationError({"deputy": _("A deputy is somebody else.")})
