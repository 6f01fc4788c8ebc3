"""What readiness was on a day: one row for each organisation and day, for the trend."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation


class ReadinessSnapshot(models.Model):
    """Written once by the scheduler and never changed, so it is its own history.

    `figures` are counts by name (`readiness.snapshots.figures_of`), never anything typed.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="readiness_snapshots")
    on = models.DateField(_("day"))
    verdict = models.CharField(_("verdict"), max_length=12)
    figures = models.JSONField(default=dict)
    made_at = models.DateTimeField(_("taken"), auto_now_add=True)

    class Meta:
        default_permissions = ()
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["organisation", "on"], name="one_snapshot_a_day")]
        verbose_name = _("readiness of a day")
        verbose_name_plural = _("readiness by day")

    def __str__(self) -> str:
        return f"{self.organisation}, {self.on}: {self.verdict}"
