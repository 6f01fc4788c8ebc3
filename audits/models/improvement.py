"""Continual improvement: what could be better, decided and realised (ISO 42001 10.1)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.approvable import never_deleted
from records.models import Record, RecordQuerySet
from records.searching import searched

from .finding import Finding
from .review import ManagementReview


class ImprovementState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    ACCEPTED = "accepted", _("Accepted")
    IN_PROGRESS = "in_progress", _("In progress")
    REALISED = "realised", _("Realised")
    DECLINED = "declined", _("Declined")


# Nothing more is to be done about an improvement at one of these.
SETTLED_IMPROVEMENT = (ImprovementState.REALISED, ImprovementState.DECLINED)


class ImprovementQuerySet(RecordQuerySet["Improvement"]):
    def open(self) -> ImprovementQuerySet:
        return self.exclude(state__in=SETTLED_IMPROVEMENT)

    def overdue(self, on: date) -> ImprovementQuerySet:
        return self.open().filter(due_on__lt=on)


@tracked()
@searched("what", "benefit", "suggested_by", "result")
class Improvement(Record):
    """Something that could be better, though nothing is wrong with it."""

    PREFIX: ClassVar[str] = "IMP"
    KIND: ClassVar[str] = "improvement"

    what = models.TextField(_("what is improved"))
    benefit = models.TextField(_("expected benefit"), blank=True)
    follows = models.ForeignKey(
        Finding,
        verbose_name=_("finding"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="improvements",
        help_text=_("An opportunity that an audit saw."),
    )
    decided_in = models.ForeignKey(
        ManagementReview,
        verbose_name=_("management review"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="improvements",
    )
    suggested_by = models.CharField(
        _("suggested by"), max_length=200, blank=True, help_text=_("Where it came as a suggestion.")
    )
    due_on = models.DateField(_("due"), null=True, blank=True, db_index=True)
    state = models.CharField(_("state"), max_length=12, choices=ImprovementState, default=ImprovementState.PROPOSED)
    # What came of it, or why it was declined.
    result = models.TextField(_("result or reason"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_on = models.DateField(_("realised or declined on"), null=True, blank=True)

    objects = ImprovementQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("improvement")
        verbose_name_plural = _("improvements")
        triggers = [never_deleted()]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["realised", "declined"]) | ~Q(result="") & Q(settled_on__isnull=False),
                name="improvement_settled_with_words",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state not in SETTLED_IMPROVEMENT
