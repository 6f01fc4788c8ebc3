"""The management review (ISO 42001 9.3)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.approvable import never_deleted
from records.models import Record
from records.searching import searched


class ReviewState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    PREPARED = "prepared", _("Prepared")
    ISSUED = "issued", _("Minutes issued")


@tracked()
@searched("conclusion")
class ManagementReview(Record):
    """One management review; once its minutes are issued nothing in it changes."""

    PREFIX: ClassVar[str] = "MR"
    KIND: ClassVar[str] = "management-review"

    held_on = models.DateField(_("held on"), db_index=True)
    chair = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("chair"), on_delete=models.PROTECT, related_name="+"
    )
    attendees = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("present"), blank=True, related_name="+", through="ReviewAttendee"
    )
    state = models.CharField(_("state"), max_length=10, choices=ReviewState, default=ReviewState.PLANNED)
    suitable = models.BooleanField(_("suitable"), null=True, blank=True)
    adequate = models.BooleanField(_("adequate"), null=True, blank=True)
    effective = models.BooleanField(_("effective"), null=True, blank=True)
    conclusion = models.TextField(_("conclusion"), blank=True)
    issued_on = models.DateField(_("minutes issued on"), null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("management review")
        verbose_name_plural = _("management reviews")
        triggers = [never_deleted()]

    @property
    def is_issued(self) -> bool:
        return self.state == ReviewState.ISSUED


@tracked()
class ReviewAttendee(models.Model):
    """That somebody took part in a review."""

    review = models.ForeignKey(ManagementReview, on_delete=models.CASCADE)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["review", "person"], name="present_once")]
        verbose_name = _("present")

    def __str__(self) -> str:
        return f"{self.review_id} → {self.person_id}"
