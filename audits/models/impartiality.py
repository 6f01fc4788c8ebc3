"""That an auditor owns part of what is audited, and why that was accepted (ISO 42001 9.2.2)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.models import Record

from .audit import Audit
from .locks import only_while_open


@tracked()
class ImpartialityNote(models.Model):
    """One warning as it was given: who, what they own, when, and the reason for which it was accepted."""

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="impartiality_notes")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("auditor"), on_delete=models.PROTECT, related_name="+"
    )
    owned = models.ForeignKey(Record, verbose_name=_("owns"), on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("accepted because"))
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["noted_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["audit", "person", "owned"], name="warned_once")]
        triggers = [only_while_open()]
        verbose_name = _("note on impartiality")
        verbose_name_plural = _("notes on impartiality")

    def __str__(self) -> str:
        return f"{self.person_id} → {self.owned_id}"
