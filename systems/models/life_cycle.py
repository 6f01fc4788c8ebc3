"""What is kept of an AI system over its life, from requirements to user information (ISO 42001 A.6.2, A.8.2)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.models import Record, RecordQuerySet
from records.searching import searched

from .inventory import AISystem


class RecordKind(models.TextChoices):
    """In the order of the standard."""

    REQUIREMENTS = "requirements", _("Requirements")
    DESIGN = "design", _("Design and development")
    VERIFICATION = "verification", _("Verification and validation")
    DEPLOYMENT = "deployment", _("Deployment plan")
    MONITORING = "monitoring", _("Operation and monitoring plan")
    TECHNICAL = "technical_documentation", _("Technical documentation")
    EVENT_LOG = "event_log", _("Event logs")
    USERS = "user_information", _("Information for users")
    CUSTOMERS = "customers", _("Customers’ expectations")


# The control that each kind demonstrates.
CLAUSES: dict[str, str] = {
    RecordKind.REQUIREMENTS: "A.6.2.2",
    RecordKind.DESIGN: "A.6.2.3",
    RecordKind.VERIFICATION: "A.6.2.4",
    RecordKind.DEPLOYMENT: "A.6.2.5",
    RecordKind.MONITORING: "A.6.2.6",
    RecordKind.TECHNICAL: "A.6.2.7",
    RecordKind.EVENT_LOG: "A.6.2.8",
    RecordKind.USERS: "A.8.2",
    RecordKind.CUSTOMERS: "A.10.4",
}
VERSION = _("Say of which version of the system it is.")
FOR_WHOM = _("Say for whom it is.")
# What a kind is not complete without, beside its content.
NEEDED: dict[str, dict[str, object]] = {
    RecordKind.VERIFICATION: {
        "system_version": VERSION,
        "criteria": _("Say what had to be reached; criteria come before the test."),
        "done_on": _("Say when it was tested."),
        "result": _("Say what came out."),
        "outcome": _("Say whether it passed."),
    },
    RecordKind.DEPLOYMENT: {"system_version": VERSION},
    RecordKind.MONITORING: {"criteria": _("Say which thresholds raise an alarm.")},
    RecordKind.TECHNICAL: {"audience": FOR_WHOM},
    RecordKind.EVENT_LOG: {"retention": _("Say how long logs are kept, and who may read them.")},
    RecordKind.USERS: {"audience": FOR_WHOM},
    RecordKind.CUSTOMERS: {"audience": _("Say which customers expect it.")},
}


class Outcome(models.TextChoices):
    """How a verification ended (A.6.2.4)."""

    PASSED = "passed", _("Passed")
    LIMITS = "passed_with_limits", _("Passed with limits")
    FAILED = "failed", _("Failed")


class SystemRecordQuerySet(RecordQuerySet["SystemRecord"]):
    def verifications(self) -> SystemRecordQuerySet:
        return self.filter(record_kind=RecordKind.VERIFICATION)

    def of_version(self, version: str) -> SystemRecordQuerySet:
        """Those of one version of the system, and those that name none: they hold for each."""
        return self.filter(system_version__in={version, ""})

    def standing(self) -> SystemRecordQuerySet:
        """Those that were not done again: what a later test repeats no longer counts."""
        return self.filter(~Exists(SystemRecord.objects.filter(repeats=OuterRef("pk"))))

    def failing(self) -> SystemRecordQuerySet:
        """Tests that failed and were not repeated."""
        return self.verifications().standing().filter(outcome=Outcome.FAILED)


@tracked()
@searched("content", "criteria", "result", "audience", "retention")
class SystemRecord(Record):
    """One record of the life of an AI system (ISO 42001 A.6.2.2–A.6.2.8, A.8.2, A.10.4)."""

    PREFIX: ClassVar[str] = "LC"
    KIND: ClassVar[str] = "system-record"

    system = models.ForeignKey(
        AISystem, verbose_name=_("AI system"), on_delete=models.PROTECT, related_name="life_cycle_records"
    )
    record_kind = models.CharField(_("kind"), max_length=30, choices=RecordKind, db_index=True)
    system_version = models.CharField(_("version of the system"), max_length=50, blank=True)
    content = models.TextField(_("what it says"))
    audience = models.CharField(_("for whom"), max_length=300, blank=True)
    criteria = models.TextField(_("criteria"), blank=True)
    retention = models.CharField(_("how long it is kept"), max_length=300, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("done by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    result = models.TextField(_("result"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, blank=True)
    repeats = models.ForeignKey(
        "self",
        verbose_name=_("repeats"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="repeated_by",
    )

    objects = SystemRecordQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("life-cycle record")
        verbose_name_plural = _("life-cycle records")
        indexes = [models.Index(fields=["system", "record_kind", "system_version"], name="life_of_a_system")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(record_kind="verification") | ~Q(outcome="") & Q(done_on__isnull=False),
                name="a_test_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(record_kind="verification") | Q(outcome="", repeats=None), name="only_tests_have_outcomes"
            ),
        ]

    def clean(self) -> None:
        needed = NEEDED.get(self.record_kind, {})
        faults = {name: words for name, words in needed.items() if not str(getattr(self, name) or "").strip()}
        if self.done_on and self.done_on > self.organisation.today():
            faults["done_on"] = _("This day lies ahead; only what was done is entered.")
        if self.record_kind != RecordKind.VERIFICATION:
            only = _("Only a verification has this.")
            faults |= {name: only for name in ("outcome", "repeats") if getattr(self, name)}
        elif self.repeats and (self.repeats.pk == self.pk or self.repeats.system_id != self.system_id):
            faults["repeats"] = _("Name another verification of the same system.")
        elif self.repeats and self.repeats.record_kind != RecordKind.VERIFICATION:
            faults["repeats"] = _("Only a verification is repeated.")
        elif self.repeats and self.done_on and self.repeats.done_on and self.done_on < self.repeats.done_on:
            faults["repeats"] = _("A test is done again after the one it repeats.")
        elif self.goes_round():
            faults["repeats"] = _("That verification repeats this one, itself or through others.")
        if faults:
            raise ValidationError({name: [words] for name, words in faults.items()})

    def goes_round(self) -> bool:
        """Whether what it repeats repeats this one, so that neither would count and a failure disappear."""
        former, passed = self.repeats, set()
        while self.pk and former and former.pk not in passed:
            if former.pk == self.pk:
                return True
            passed.add(former.pk)
            former = former.repeats
        return False

    @property
    def clause(self) -> str:
        return CLAUSES.get(self.record_kind, "")
