"""The checklist of an audit: what was seen and concluded for each requirement in scope (ISO 42001 9.2)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clauses.models import Requirement
from organisations.history import tracked
from records.models import Record

from .audit import Audit
from .locks import clauses_always_apply, link_of_item_stays, only_while_open


class Conclusion(models.TextChoices):
    """What the auditor concluded of one requirement."""

    CONFORMS = "conforms", _("Conforms")
    FINDING = "finding", _("Finding")
    NOT_SAMPLED = "not_sampled", _("Not sampled")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


@tracked()
class ChecklistItem(models.Model):
    """One requirement in one audit, once somebody wrote something of it. `version` counts its saves."""

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="checklist")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="+")
    seen = models.TextField(_("evidence seen"), blank=True)
    conclusion = models.CharField(_("conclusion"), max_length=15, choices=Conclusion, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    records = models.ManyToManyField(
        Record, verbose_name=_("records looked at"), blank=True, related_name="+", through="ChecklistRecord"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    written_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["audit", "requirement"], name="checked_once")]
        triggers = [only_while_open(), clauses_always_apply()]
        verbose_name = _("line of the checklist")
        verbose_name_plural = _("checklist")

    def __str__(self) -> str:
        return f"{self.requirement_id}: {self.conclusion}"


@tracked()
class ChecklistRecord(models.Model):
    """That a record was looked at for a requirement in an audit."""

    item = models.ForeignKey(ChecklistItem, on_delete=models.CASCADE)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["item", "record"], name="looked_at_once")]
        triggers = [link_of_item_stays()]
        verbose_name = _("record looked at")

    def __str__(self) -> str:
        return f"{self.item_id} → {self.record_id}"
