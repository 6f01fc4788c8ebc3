"""A report is first a row: asked for, queued, claimed, rendered, kept. The row is the truth, the message a hint.

So is a digest, the mail that tells one person on one day of what is due; each reminder in it is a row that exists once.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from organisations.mail_jobs import MailJob
from organisations.models import Organisation
from organisations.roles import MANAGE_MEMBERS, TAKE_AWAY, VIEW_RECORDS
from records.grants import belongs_with
from records.models import Record

from .release_rows import ReportRelease
from .schedule_rows import ReportNotice, ReportSchedule, ScheduledReport, ScheduleReader
from .snapshot_rows import ReadinessSnapshot

__all__ = [
    "CalendarAddress",
    "Digest",
    "DigestChoice",
    "ReadinessSnapshot",
    "Reminder",
    "Report",
    "ReportNotice",
    "ReportRelease",
    "ReportSchedule",
    "ScheduleReader",
    "ScheduledReport",
]


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: Any) -> ReportQuerySet:
        """Reports tell about the whole organisation, so they are for those who may read all of it.

        Somebody in a room that lets them take things away sees the packs of it that they asked for.
        """
        own = Q(kind=Report.Kind.EVIDENCE_PACK, requested_by=getattr(user, "pk", None), parameters__has_key="room")
        return self.filter(belongs_with(user, VIEW_RECORDS) | own & belongs_with(user, TAKE_AWAY))


@tracked(without=("progress", "lease_until", "attempt", "figures"), of_today=True)
class Report(models.Model):
    """One report asked for by one person, and the file that came of it."""

    class Kind(models.TextChoices):
        READINESS = "readiness", _("Certification readiness")
        RISK_REGISTER = "risk_register", _("Risk register")
        STATEMENT = "statement", _("Statement of Applicability")
        IMPACT = "impact_assessment", _("AI system impact assessment")
        DOSSIER = "dossier", _("AI system dossier")
        GAP_RUN = "gap_run", _("Gap analysis")
        REVIEW = "management_review", _("Management review minutes")
        CORRECTIVE_LOG = "corrective_log", _("Corrective-action log")
        AUDIT = "audit_report", _("Audit report")
        EVOLUTION = "evolution", _("Evolution of the AIMS")
        COVERAGE = "coverage", _("Coverage of a framework")
        CUSTOMER = "customer_summary", _("Summary for customers")
        INTERVIEW = "interview_sheet", _("Interview sheet")
        EVIDENCE_PACK = "evidence_pack", _("Evidence pack")

    PREFIXES: ClassVar[dict[str, str]] = {
        Kind.READINESS: "RDY",
        Kind.RISK_REGISTER: "RSK",
        Kind.STATEMENT: "SOA",
        Kind.IMPACT: "AIA",
        Kind.DOSSIER: "DOS",
        Kind.GAP_RUN: "GAR",
        Kind.REVIEW: "MRR",
        Kind.CORRECTIVE_LOG: "CAL",
        Kind.AUDIT: "AUR",
        Kind.EVOLUTION: "EVO",
        Kind.COVERAGE: "COV",
        Kind.CUSTOMER: "CUS",
        Kind.INTERVIEW: "INT",
        Kind.EVIDENCE_PACK: "PCK",
    }
    # Kinds that may be had as a spreadsheet as well: what they tell is rows.
    AS_SHEETS: ClassVar[frozenset[str]] = frozenset(
        {Kind.READINESS, Kind.RISK_REGISTER, Kind.STATEMENT, Kind.GAP_RUN, Kind.CORRECTIVE_LOG}
    )
    # Kinds about all of the organisation that need nothing else to be asked for: they may be made by themselves.
    SCHEDULED: ClassVar[tuple[str, ...]] = (Kind.READINESS, Kind.RISK_REGISTER, Kind.CORRECTIVE_LOG)
    # Kinds that may be given to somebody outside, each time on record.
    RELEASED: ClassVar[frozenset[str]] = frozenset({Kind.CUSTOMER})
    CONTENT_TYPES: ClassVar[dict[str, str]] = {
        "pdf": "application/pdf",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "zip": "application/zip",
    }
    # What a report of these kinds is about: the kind of its `subject`.
    SUBJECTS: ClassVar[dict[str, str]] = {
        Kind.STATEMENT: "statement",
        Kind.IMPACT: "impact-assessment",
        Kind.DOSSIER: "ai-system",
        Kind.GAP_RUN: "gap-run",
        Kind.REVIEW: "management-review",
        Kind.AUDIT: "audit",
    }

    # Parameters that say what an evidence pack is of (`pack.scopes`).
    SCOPES: ClassVar[tuple[str, ...]] = ("audit", "system", "framework", "room")

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", _("Excel")
        ZIP = "zip", "ZIP"

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Being made")
        DONE = "done", _("Ready")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(_("report"), max_length=30, choices=Kind, default=Kind.READINESS)
    subject = models.ForeignKey(
        Record, verbose_name=_("about"), on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )
    # What else it was asked with, by name: days as ISO 8601, the id of a framework, the reference of an audit.
    parameters = models.JSONField(default=dict, blank=True, editable=False)
    format = models.CharField(_("format"), max_length=4, choices=Format, default=Format.PDF)
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
        return f"{self.PREFIXES[self.kind]}-{self.number:04d}"

    @property
    def title(self) -> str:
        """What it is, and about what or whom."""
        about = self.subject or self.scope or self.parameters.get("name")
        return f"{self.get_kind_display()}: {about}" if about else str(self.get_kind_display())

    @property
    def scope(self) -> str:
        """The reference or id of what a pack or a coverage is of; empty where it is of everything."""
        return next((self.parameters[name] for name in self.SCOPES if name in self.parameters), "")

    @property
    def day(self) -> date | None:
        """The day gone by that it tells of; None where it tells of the moment it was made."""
        return date.fromisoformat(self.parameters["on"]) if "on" in self.parameters else None

    @classmethod
    def formats_of(cls, kind: str) -> tuple[str, ...]:
        if kind == cls.Kind.EVIDENCE_PACK:
            return (cls.Format.ZIP,)
        return (cls.Format.PDF, cls.Format.XLSX) if kind in cls.AS_SHEETS else (cls.Format.PDF,)

    @property
    def may_be_released(self) -> bool:
        return self.kind in self.RELEASED and self.state == self.State.DONE

    @property
    def is_waiting(self) -> bool:
        return self.state in {self.State.QUEUED, self.State.RUNNING}


class Taking(models.Model):
    """That somebody took an evidence pack away, or the rest of it from a byte on. Written before it is sent."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="takings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    first_byte = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-pk"]
        triggers = [pgtrigger.Protect(name="takings_stay", operation=pgtrigger.Update | pgtrigger.Delete)]
        verbose_name = _("download of a pack")
        verbose_name_plural = _("downloads of packs")

    def __str__(self) -> str:
        return f"{self.report}: {self.person}, {self.at:%Y-%m-%d %H:%M}"


@tracked(of_today=True)
class DigestChoice(models.Model):
    """Whether one person wants their digest by mail; without a row they do."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digest_choices")
    by_mail = models.BooleanField(
        _("Send me the digest by mail"), default=True, help_text=_("At most one a day, and none when nothing is new.")
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "person"], name="one_digest_choice_each")]
        verbose_name = _("choice about the digest")
        verbose_name_plural = _("choices about the digest")

    def __str__(self) -> str:
        return f"{self.person}: {self.by_mail}"


@tracked(without=("attempt", "try_at", "error"), of_today=True)
class Digest(MailJob):
    """What one person is told on one day; at most one mail."""

    TASK: ClassVar[str] = "reports.tasks.send_digest"

    day = models.DateField(_("day"))

    class Meta:
        ordering = ["-day", "person__name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "person", "day"], name="one_digest_a_day")]
        indexes = [
            models.Index(
                fields=["try_at"], condition=models.Q(state__in=["queued", "sending"]), name="digests_under_way"
            )
        ]
        verbose_name = _("digest")
        verbose_name_plural = _("digests")

    def __str__(self) -> str:
        return f"{self.person}, {self.day}"


class Reminder(models.Model):
    """That one person was told once of one date of one record, at one distance in days (`slot`, see slots).

    Written once and never changed but for the digest that carries it, so it is its own history.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="reminders")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminders")
    # Which kind of date, as declared in `dates`: a further one needs no migration.
    rule = models.CharField(_("what"), max_length=10)
    due_on = models.DateField(_("due"))
    slot = models.SmallIntegerField(_("days after"))
    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="reminders")

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "record", "recipient", "due_on", "slot"], name="each_reminder_exists_once"
            )
        ]
        indexes = [models.Index(fields=["organisation", "recipient", "-id"], name="reminders_of_a_person")]
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")

    def __str__(self) -> str:
        return f"{self.record}: {self.rule} {self.due_on} {self.slot:+}"


@tracked(without=("secret_hash",), seen_with=MANAGE_MEMBERS, kept_at="member-list", of_today=True)
class CalendarAddress(models.Model):
    """The secret address at which one person's calendar of what is due is read; only a hash of it is kept."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_addresses")
    prefix = models.CharField(max_length=20, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=models.Q(revoked_at=None),
                name="one_calendar_address_each",
            )
        ]
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self) -> str:
        return f"{self.person}, {self.prefix}"
