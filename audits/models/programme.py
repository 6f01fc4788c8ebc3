"""The internal audit programme (ISO 42001 9.2.2)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.models import Record
from records.searching import searched


@tracked()
@searched("objectives", "criteria", "methods")
class AuditProgramme(Record):
    """What is audited how often over which years, and why."""

    PREFIX: ClassVar[str] = "AP"
    KIND: ClassVar[str] = "audit-programme"

    objectives = models.TextField(_("objectives"), blank=True)
    criteria = models.TextField(_("criteria"), blank=True)
    frequency = models.CharField(_("frequency"), max_length=200, blank=True)
    methods = models.TextField(_("methods"), blank=True)
    responsibilities = models.TextField(_("responsibilities"), blank=True)
    begins_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))

    class Meta:
        default_permissions = ()
        verbose_name = _("audit programme")
        verbose_name_plural = _("audit programmes")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(begins_on__lte=models.F("ends_on")),
                name="programme_runs_forward",
                violation_error_message=_("It must end after it begins."),
            )
        ]
