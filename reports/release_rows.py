"""To whom outside a report was given, by whom, and when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from organisations.models import Organisation
from organisations.roles import VIEW_RECORDS


@tracked(seen_with=VIEW_RECORDS, kept_at="report-list", of_today=True)
class ReportRelease(models.Model):
    """One release of one report to one recipient. A further recipient is a further row; none is taken back."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="releases")
    recipient = models.CharField(
        _("recipient"), max_length=200, help_text=_("The person and the company that it is given to.")
    )
    reason = models.CharField(_("what for"), max_length=300, blank=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(_("released"), default=timezone.now, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["-released_at", "-pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(recipient=""), name="released_to_somebody")]
        verbose_name = _("release of a report")
        verbose_name_plural = _("releases of reports")

    def __str__(self) -> str:
        return f"{self.report}: {self.recipient}"
