"""What an audit found, and what became of it (ISO 42001 9.2, 10.2)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clauses.models import Requirement
from organisations.history import tracked
from records.approvable import never_deleted
from records.models import Record, RecordQuerySet
from records.searching import searched

from .audit import Audit
from .locks import issued_finding_stays, link_of_finding_stays, only_while_open


class Grade(models.TextChoices):
    """Weight of a finding, the gravest first. Organisations may word them otherwise."""

    MAJOR = "major", _("Major nonconformity")
    MINOR = "minor", _("Minor nonconformity")
    OPPORTUNITY = "ofi", _("Opportunity for improvement")
    OBSERVATION = "observation", _("Observation")
    STRENGTH = "strength", _("Strength")


NONCONFORMITIES = (Grade.MAJOR, Grade.MINOR)


class FindingState(models.TextChoices):
    """Where a finding stands. What is no nonconformity is only noted."""

    NOTED = "noted", _("Noted")
    OPEN = "open", _("Open")
    RESPONDED = "responded", _("Response submitted")
    PLAN_ACCEPTED = "plan_accepted", _("Plan accepted")
    CORRECTED = "corrected", _("Corrected")
    VERIFIED = "verified", _("Verified")
    CLOSED = "closed", _("Closed")


# Nothing more is to be done about a finding at one of these.
OVER = (FindingState.NOTED, FindingState.VERIFIED, FindingState.CLOSED)


class FindingQuerySet(RecordQuerySet["Finding"]):
    def nonconformities(self) -> FindingQuerySet:
        return self.filter(grade__in=NONCONFORMITIES)

    def open(self) -> FindingQuerySet:
        """Nonconformities that nobody has verified yet."""
        return self.nonconformities().exclude(state__in=OVER)

    def overdue(self, on: date) -> FindingQuerySet:
        return self.open().filter(due_on__lt=on)


@tracked()
@searched("demands", "observed", "objective_evidence")
class Finding(Record):
    """One finding of one audit; its owner answers for it."""

    PREFIX: ClassVar[str] = "F"
    KIND: ClassVar[str] = "finding"

    found_in = models.ForeignKey(Audit, verbose_name=_("audit"), on_delete=models.PROTECT, related_name="findings")
    grade = models.CharField(_("kind"), max_length=12, choices=Grade)
    requirement = models.ForeignKey(
        Requirement, verbose_name=_("clause or control"), on_delete=models.PROTECT, related_name="findings"
    )
    demands = models.TextField(_("requirement"), blank=True, help_text=_("What is asked for, in your own words."))
    observed = models.TextField(_("finding"), help_text=_("What is wrong, or what was seen."))
    objective_evidence = models.TextField(
        _("objective evidence"), blank=True, help_text=_("What was seen: record, date, role of the person.")
    )
    cites = models.ManyToManyField(
        Record, verbose_name=_("records cited"), blank=True, related_name="cited_by", through="FindingRecord"
    )
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    raised_on = models.DateField(_("raised on"), null=True, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True, db_index=True)
    state = models.CharField(_("state"), max_length=15, choices=FindingState, default=FindingState.OPEN)
    repeats = models.ForeignKey(
        "self", verbose_name=_("repeats"), on_delete=models.PROTECT, null=True, blank=True, related_name="repeated_by"
    )
    # With the report, or by the auditor from outside: what the auditor wrote stays from then on.
    issued_on = models.DateField(_("issued"), null=True, blank=True, db_index=True)
    respond_by = models.DateField(_("response due"), null=True, blank=True, db_index=True)
    # What is no nonconformity is answered in one text, a nonconformity in three.
    response = models.TextField(_("response"), blank=True)
    correction = models.TextField(_("correction"), blank=True)
    cause = models.TextField(_("cause"), blank=True)
    measure = models.TextField(_("planned corrective action"), blank=True)
    responded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    responded_on = models.DateField(_("answered on"), null=True, blank=True)
    done = models.TextField(_("what was done"), blank=True)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    corrected_on = models.DateField(_("corrected on"), null=True, blank=True)
    # What the auditor said last: of the plan, or of what was verified. History has all of it.
    remark = models.TextField(_("remark of the auditor"), blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = FindingQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        triggers = [
            never_deleted(),
            issued_finding_stays(),
            only_while_open("found_in_id", operation=pgtrigger.Insert),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(grade__in=["major", "minor"]) | ~Q(demands="") & ~Q(objective_evidence=""),
                name="a_nonconformity_has_three_parts",
                violation_error_message=_("A nonconformity needs requirement, finding and objective evidence."),
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None) | ~Q(verified_by=F("responded_by")) & ~Q(verified_by=F("corrected_by")),
                name="finding_verified_by_another",
            ),
        ]

    @property
    def is_nonconformity(self) -> bool:
        return self.grade in NONCONFORMITIES

    @property
    def is_open(self) -> bool:
        return self.is_nonconformity and self.state not in OVER


@tracked()
class FindingRecord(models.Model):
    """That a finding rests on a record."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["finding", "record"], name="cited_once")]
        triggers = [link_of_finding_stays()]
        verbose_name = _("record cited")

    def __str__(self) -> str:
        return f"{self.finding_id} → {self.record_id}"
