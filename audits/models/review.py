"""The management review: its inputs, conclusion and decisions (ISO 42001 9.3)."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clauses.models import Task
from organisations.history import tracked
from records.approvable import never_deleted
from records.models import Record, RecordQuerySet
from records.searching import searched


class ReviewState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    PREPARED = "prepared", _("Prepared")
    ISSUED = "issued", _("Minutes issued")


class Topic(models.TextChoices):
    """What a management review looks at (9.3.2), in the order in which it does."""

    EARLIER_ACTIONS = "earlier_actions", _("Status of earlier actions")
    ISSUES = "issues", _("Changes in external and internal issues")
    PARTIES = "parties", _("Changes in needs of interested parties")
    NONCONFORMITIES = "nonconformities", _("Nonconformities and corrective actions")
    MEASUREMENTS = "measurements", _("Monitoring and measurement results")
    AUDITS = "audits", _("Audit results")
    OPPORTUNITIES = "opportunities", _("Opportunities for improvement")


class DecisionKind(models.TextChoices):
    """What a review decides on (9.3.3)."""

    IMPROVEMENT = "improvement", _("Improvement")
    CHANGE = "change", _("Change to the AIMS")
    RESOURCES = "resources", _("Resources")


ISSUED_STAYS = """
    IF OLD.state = 'issued' AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'issued minutes stay as they are' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
# Whoever writes while somebody issues the minutes waits for that here, and is then refused.
ONLY_BEFORE_ISSUE = """
    IF TG_OP <> 'INSERT' THEN
        SELECT state INTO found FROM audits_managementreview WHERE record_ptr_id = OLD.review_id FOR SHARE;
    END IF;
    IF found IS DISTINCT FROM 'issued' AND TG_OP <> 'DELETE' THEN
        SELECT state INTO found FROM audits_managementreview WHERE record_ptr_id = NEW.review_id FOR SHARE;
    END IF;
    IF found = 'issued' THEN
        RAISE EXCEPTION 'issued minutes stay as they are' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
"""


def frozen_with_minutes() -> pgtrigger.Trigger:
    """Refuses any change of what belongs to issued minutes, on whatever path."""
    return pgtrigger.Trigger(
        name="only_before_issue",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("found", "TEXT")],
        func=ONLY_BEFORE_ISSUE,
    )


class ManagementReviewQuerySet(RecordQuerySet["ManagementReview"]):
    def issued(self) -> ManagementReviewQuerySet:
        return self.filter(state=ReviewState.ISSUED)

    def open(self) -> ManagementReviewQuerySet:
        return self.exclude(state=ReviewState.ISSUED)


@tracked()
@searched("conclusion")
class ManagementReview(Record):
    """One management review; once its minutes are issued nothing in it changes."""

    PREFIX: ClassVar[str] = "MR"
    KIND: ClassVar[str] = "management-review"
    SHOWN_TO: ClassVar[tuple[str, ...]] = ("chair", "attendees")

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

    objects = ManagementReviewQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("management review")
        verbose_name_plural = _("management reviews")
        triggers = [
            never_deleted(),
            pgtrigger.Trigger(
                name="issued_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=ISSUED_STAYS
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="issued")
                | Q(
                    issued_on__isnull=False,
                    suitable__isnull=False,
                    adequate__isnull=False,
                    effective__isnull=False,
                )
                & ~Q(conclusion=""),
                name="issued_with_a_conclusion",
            )
        ]

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
        triggers = [frozen_with_minutes()]
        verbose_name = _("present")

    def __str__(self) -> str:
        return f"{self.review_id} → {self.person_id}"


@tracked(without=("figures",))
class ReviewInput(models.Model):
    """One input of 9.3.2: what the records said when it was filled, what the meeting said, why it was passed over.

    `figures` is `{"since": "2026-05-01" or null, "lines": [{"label", "count", "list", "items"}]}`: `list` is the
    address of the list behind it below the organisation's, `items` the first records of it as reference and words.
    """

    review = models.ForeignKey(ManagementReview, on_delete=models.CASCADE, related_name="inputs")
    topic = models.CharField(_("input"), max_length=20, choices=Topic)
    figures = models.JSONField(default=dict, blank=True)
    filled_at = models.DateTimeField(_("filled"), null=True, blank=True)
    summary = models.TextField(_("summary"), blank=True, help_text=_("What the meeting said about it."))
    remark = models.TextField(_("remark"), blank=True, help_text=_("Why it is passed over."))

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["review", "topic"], name="one_input_each")]
        triggers = [frozen_with_minutes()]
        verbose_name = _("input")
        verbose_name_plural = _("inputs")

    def __str__(self) -> str:
        return str(self.get_topic_display())

    @property
    def lines(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.figures.get("lines", [])
        return found

    @property
    def anchor(self) -> str:
        """Where it stands on the review's page."""
        return f"input-{self.topic}"

    @property
    def since(self) -> date | None:
        """The day of the review before, from which on changes were counted."""
        said = self.figures.get("since")
        return date.fromisoformat(said) if said else None

    @property
    def is_empty(self) -> bool:
        """Whether the records say nothing about it."""
        return not any(line["count"] for line in self.lines)

    @property
    def is_covered(self) -> bool:
        """Whether the meeting spoke about it, or said why not."""
        return bool(self.summary.strip() or self.remark.strip())


@tracked()
class ReviewDecision(models.Model):
    """What a review decided, who does it and by when; an action once the minutes are issued."""

    review = models.ForeignKey(ManagementReview, on_delete=models.CASCADE, related_name="decisions")
    text = models.TextField(_("decision"))
    kind = models.CharField(_("kind"), max_length=12, choices=DecisionKind, default=DecisionKind.CHANGE)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who does it"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    task = models.OneToOneField(
        Task, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="decision"
    )

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        triggers = [frozen_with_minutes()]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")

    def __str__(self) -> str:
        return self.text[:80]
