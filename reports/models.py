"""A report is first a row: asked for, queued, claimed, rendered, kept. The row is the truth, the message a hint."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from organisations.models import Organisation
from organisations.roles import VIEW_RECORDS
from records.grants import belongs, holds


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: Any) -> ReportQuerySet:
        """Reports tell about the whole organisation, so they are for those who may read all of it."""
        if not getattr(user, "is_active", False):
            return self.none()
        return self.filter(belongs(user), holds(user, VIEW_RECORDS))


@tracked(without=("progress", "lease_until", "attempt", "figures"))
class Report(models.Model):
    """One report asked for by one person, and the file that came of it."""

    class Kind(models.TextChoices):
        READINESS = "readiness", _("Certification readiness")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Being made")
        DONE = "done", _("Ready")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(_("report"), max_length=30, choices=Kind, default=Kind.READINESS)
    number = models.PositiveIntegerField(_("version"))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    idempotency_key = models.CharField(max_length=64, unique=True)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    as_of = models.DateTimeField(_("data as of"), null=True, blank=True)
    figures = models.JSONField(default=dict)
    code = models.CharField(_("verification code"), max_length=14, blank=True, db_index=True)
    key = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    pages = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]
        constraints = [models.UniqueConstraint(fields=["organisation", "kind", "number"], name="reports_count_up")]
        verbose_name = _("report")
        verbose_name_plural = _("reports")

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("report-detail", kwargs={"organisation": self.organisation.slug, "report_id": self.pk})

    @property
    def reference(self) -> str:
        return f"RDY-{self.number:04d}"

    @property
    def is_waiting(self) -> bool:
        return self.state in {self.State.QUEUED, self.State.RUNNING}
