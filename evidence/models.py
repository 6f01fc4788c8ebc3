"""Evidence: what proves a record, its dates, and every version of its file."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from organisations.mail_jobs import MailJob
from organisations.models import Organisation
from records.grants import is_noted, readable_as_a_whole, readable_one_by_one
from records.models import SOON, Record, RecordQuerySet
from records.searching import searched


class Kind(models.TextChoices):
    """What a piece of evidence is."""

    DOCUMENT = "document", _("Document")
    REPORT = "report", _("Report")
    MINUTES = "minutes", _("Minutes")
    CONTRACT = "contract", _("Contract")
    CHECKLIST = "checklist", _("Checklist")
    LOG = "log", _("Log")
    EXPORT = "export", _("Export")
    SCREENSHOT = "screenshot", _("Screenshot")
    OTHER = "other", _("Other")


class State(models.TextChoices):
    """Whether evidence still proves something on a day."""

    CURRENT = "current", _("Current")
    EXPIRING = "expiring", _("Expiring")
    EXPIRED = "expired", _("Expired")
    ABSENT = "absent", _("File absent")
    DAMAGED = "damaged", _("File altered")


def damaged_by(on: date) -> models.Q:
    """Whether the newest file was known by that day not to be what came in any more."""
    return models.Q(damaged_on__isnull=False, damaged_on__lte=on)


class EvidenceQuerySet(RecordQuerySet["Evidence"]):
    def visible_to(self, user: Any) -> EvidenceQuerySet:
        """What anybody may see of a record they may see its evidence too: a contributor that of their own systems."""
        seen = readable_as_a_whole(user)
        for way in readable_one_by_one(user):
            theirs = Record.objects.filter(way).values("pk")
            proofs = Proof.objects.filter(record__in=theirs).values("evidence")
            seen |= models.Q(pk__in=theirs.union(proofs, all=True) if is_noted(user) else proofs)
        return self.filter(seen)

    def present(self) -> EvidenceQuerySet:
        """Evidence that has a file or a link to show."""
        return self.filter(models.Exists(EvidenceVersion.objects.filter(evidence=models.OuterRef("pk"))))

    def expired(self, on: date) -> EvidenceQuerySet:
        return self.filter(valid_until__lt=on)

    def valid(self, on: date) -> EvidenceQuerySet:
        """Evidence that proves something on that day: present, as it came in, and not run out."""
        return self.present().filter(~damaged_by(on), models.Q(valid_until=None) | models.Q(valid_until__gte=on))

    def damaged(self, on: date) -> EvidenceQuerySet:
        return self.filter(damaged_by(on))

    def expiring(self, on: date, within: timedelta = SOON) -> EvidenceQuerySet:
        """Still valid on that day, but not for longer than `within`."""
        return self.filter(valid_until__range=(on, on + within))


@tracked()
@searched("description")
class Evidence(Record):
    """One item of the evidence library. Files are never replaced: a new file is a new version."""

    PREFIX: ClassVar[str] = "EV"
    KIND: ClassVar[str] = "evidence"

    evidence_kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.DOCUMENT)
    description = models.TextField(_("what it shows"), blank=True)
    produced_on = models.DateField(_("produced on"), null=True, blank=True)
    covers_from = models.DateField(_("covers from"), null=True, blank=True)
    covers_to = models.DateField(_("covers to"), null=True, blank=True)
    received_on = models.DateField(_("received"), editable=False)
    valid_until = models.DateField(_("valid until"), null=True, blank=True, db_index=True)
    # Since when the newest file is known to be gone or altered in the storage (see rehashing); empty while it is not.
    damaged_on = models.DateField(_("file found altered"), null=True, blank=True)
    proves = models.ManyToManyField(
        Record, through="Proof", through_fields=("evidence", "record"), related_name="evidence_items"
    )

    objects = EvidenceQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(covers_from=None)
                | models.Q(covers_to=None)
                | models.Q(covers_from__lte=models.F("covers_to")),
                name="covered_period_runs_forward",
                violation_error_message=_("The period must end after it begins."),
            ),
        ]
        indexes = [
            models.Index(fields=["damaged_on"], condition=models.Q(damaged_on__isnull=False), name="evidence_damaged"),
        ]
        triggers = [pgtrigger.ReadOnly(name="received_is_immutable", fields=["received_on"])]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.received_on = self.received_on or self.organisation.today()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.covers_from and self.covers_to and self.covers_from > self.covers_to:
            raise ValidationError({"covers_to": _("The period must end after it begins.")})
        if self.produced_on and self.valid_until and self.produced_on > self.valid_until:
            raise ValidationError({"valid_until": _("It cannot run out before it was produced.")})
        if self.produced_on and self.produced_on > self.organisation.today():
            raise ValidationError({"produced_on": _("This day lies ahead: evidence is of what has happened.")})

    @property
    def latest(self) -> EvidenceVersion | None:
        """The newest version, or None where the file was announced but never arrived. Prefetch `versions` in lists."""
        versions = sorted(self.versions.all(), key=lambda version: version.number)
        return versions[-1] if versions else None

    def state(self, on: date) -> State:
        if not self.latest:
            return State.ABSENT
        if self.damaged_on and self.damaged_on <= on:
            return State.DAMAGED
        if self.valid_until is None or self.valid_until > on + SOON:
            return State.CURRENT
        return State.EXPIRED if self.valid_until < on else State.EXPIRING


class StoredFile(models.Model):
    """Columns of whatever keeps a file (`storing`): where it lies and what is known about it."""

    key = models.CharField(max_length=200, blank=True, editable=False)
    filename = models.CharField(_("file"), max_length=255, blank=True)
    content_type = models.CharField(max_length=100, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size"), default=0, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)

    class Meta:
        abstract = True

    @property
    def organisation(self) -> Organisation:
        raise NotImplementedError


@tracked()
class EvidenceVersion(StoredFile):
    """One file or link as it was received. Immutable; its SHA-256 was taken while it streamed in."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    url = models.URLField(_("link"), max_length=1000, blank=True, validators=[URLValidator(["http", "https"])])
    note = models.CharField(_("what is new"), max_length=300, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(_("received"), default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["evidence", "number"], name="versions_count_up"),
            models.CheckConstraint(
                condition=models.Q(key="", sha256="", url__gt="") | models.Q(key__gt="", sha256__gt="", url=""),
                name="either_a_file_or_a_link",
            ),
        ]
        triggers = [pgtrigger.Protect(name="versions_are_immutable", operation=pgtrigger.Update | pgtrigger.Delete)]
        verbose_name = _("version")
        verbose_name_plural = _("versions")

    def __str__(self) -> str:
        return f"{self.evidence.reference} v{self.number}"

    @property
    def organisation(self) -> Organisation:
        return self.evidence.organisation


@tracked()
class Proof(models.Model):
    """That an item of evidence proves something about a record: a requirement, an AI system, later any other."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="proofs")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="proved_by")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["evidence", "record"], name="proves_once")]
        verbose_name = _("proof")
        verbose_name_plural = _("proofs")

    def __str__(self) -> str:
        return f"{self.evidence_id} → {self.record_id}"


class Quota(models.Model):
    """Bytes of evidence an organisation keeps; the row is locked while a file is stored."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="quota")
    used = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.organisation}: {self.used}"


class Soundness(models.TextChoices):
    """What came of hashing a stored file again."""

    SOUND = "sound", _("As it came in")
    ALTERED = "altered", _("Altered")
    GONE = "gone", _("Gone")
    UNREADABLE = "unreadable", _("Could not be read")


class FileCheck(models.Model):
    """When the file of a version was last hashed again, and what came of it. What fails is told in history."""

    version = models.OneToOneField(
        EvidenceVersion, on_delete=models.CASCADE, primary_key=True, related_name="check_of_file"
    )
    checked_at = models.DateTimeField(_("checked"))
    result = models.CharField(_("result"), max_length=10, choices=Soundness)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["result", "checked_at"], name="checks_by_age")]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.result}"


class FileAlarm(MailJob):
    """The mail to one officer that a stored file is not what came in."""

    TASK: ClassVar[str] = "evidence.tasks.send_file_alarm"

    version = models.ForeignKey(EvidenceVersion, on_delete=models.CASCADE, related_name="alarms")
    result = models.CharField(max_length=10, choices=Soundness)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["try_at"], condition=models.Q(state__in=["queued", "sending"]), name="file_alarms_under_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} → {self.person_id}"
