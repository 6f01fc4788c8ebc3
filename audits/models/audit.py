"""An audit with its scope, team and checklist (ISO 42001 9.2)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from clauses.models import Requirement
from organisations.history import tracked
from records.approvable import never_deleted
from records.models import Record, RecordQuerySet
from records.searching import searched
from systems.models import AISystem, Supplier

from .locks import only_while_open, report_stays
from .programme import AuditProgramme


class AuditKind(models.TextChoices):
    INTERNAL = "internal", _("Internal audit")
    GAP = "gap", _("Gap audit")
    STAGE_1 = "certification_stage1", _("Certification, stage 1")
    STAGE_2 = "certification_stage2", _("Certification, stage 2")
    SURVEILLANCE = "surveillance", _("Surveillance")
    RECERTIFICATION = "recertification", _("Recertification")
    SUPPLIER = "supplier", _("Supplier audit")


class AuditState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    UNDER_WAY = "under_way", _("Under way")
    REPORT_ISSUED = "report_issued", _("Report issued")
    CANCELLED = "cancelled", _("Cancelled")


# What a certification body does; its findings carry their own words, such as "area of concern" at stage 1.
EXTERNAL = (AuditKind.STAGE_1, AuditKind.STAGE_2, AuditKind.SURVEILLANCE, AuditKind.RECERTIFICATION)


class AuditQuerySet(RecordQuerySet["Audit"]):
    def open(self) -> AuditQuerySet:
        return self.filter(state__in=[AuditState.PLANNED, AuditState.UNDER_WAY])

    def issued(self) -> AuditQuerySet:
        return self.filter(state=AuditState.REPORT_ISSUED)


@tracked()
@searched("criteria", "scope", "plan", "summary")
class Audit(Record):
    """One audit. Once its report is issued nothing in it changes."""

    PREFIX: ClassVar[str] = "AUD"
    KIND: ClassVar[str] = "audit"

    audit_kind = models.CharField(_("kind"), max_length=30, choices=AuditKind, default=AuditKind.INTERNAL)
    programme = models.ForeignKey(
        AuditProgramme,
        verbose_name=_("programme"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="audits",
    )
    criteria = models.TextField(_("criteria"), blank=True)
    scope = models.TextField(_("scope"), blank=True)
    plan = models.TextField(_("plan"), blank=True)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lead auditor"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    team = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("team"), blank=True, related_name="+", through="AuditMember"
    )
    systems = models.ManyToManyField(
        AISystem, verbose_name=_("sampled AI systems"), blank=True, related_name="audits", through="AuditSystem"
    )
    requirements = models.ManyToManyField(
        Requirement,
        verbose_name=_("clauses and controls"),
        blank=True,
        related_name="audits",
        through="AuditRequirement",
    )
    of_supplier = models.ForeignKey(
        Supplier, verbose_name=_("supplier"), on_delete=models.PROTECT, null=True, blank=True, related_name="audits"
    )
    body = models.CharField(
        _("auditors from outside"), max_length=200, blank=True, help_text=_("The certification body and its auditors.")
    )
    independence = models.TextField(_("independence of the auditors"), blank=True)
    planned_from = models.DateField(_("from"), null=True, blank=True, db_index=True)
    planned_to = models.DateField(_("to"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=15, choices=AuditState, default=AuditState.PLANNED)
    summary = models.TextField(_("conclusion"), blank=True)
    report_on = models.DateField(_("report issued on"), null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancelled_because = models.TextField(_("cancelled because"), blank=True)

    objects = AuditQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("audit")
        verbose_name_plural = _("audits")
        triggers = [never_deleted(), report_stays()]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(planned_from__lte=models.F("planned_to")),
                name="audit_runs_forward",
                violation_error_message=_("It must end after it begins."),
            )
        ]

    @property
    def is_external(self) -> bool:
        return self.audit_kind in EXTERNAL

    def clean(self) -> None:
        if self.planned_to and not self.planned_from:
            raise ValidationError({"planned_from": _("Say when it begins.")})
        if self.audit_kind == AuditKind.SUPPLIER and not self.of_supplier_id:
            raise ValidationError({"of_supplier": _("Say which supplier is audited.")})

    @property
    def is_open(self) -> bool:
        return self.state in {AuditState.PLANNED, AuditState.UNDER_WAY}

    @property
    def is_issued(self) -> bool:
        return self.state == AuditState.REPORT_ISSUED


@tracked()
class AuditMember(models.Model):
    """That somebody audits beside the lead."""

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["audit", "person"], name="in_the_team_once")]
        triggers = [only_while_open()]
        verbose_name = _("team")

    def __str__(self) -> str:
        return f"{self.audit_id} → {self.person_id}"


@tracked()
class AuditSystem(models.Model):
    """That an audit samples an AI system."""

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["audit", "system"], name="sampled_once")]
        triggers = [only_while_open()]
        verbose_name = _("sampled AI system")

    def __str__(self) -> str:
        return f"{self.audit_id} → {self.system_id}"


@tracked()
class AuditRequirement(models.Model):
    """That an audit covers a clause or a control."""

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE)
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["audit", "requirement"], name="covered_once")]
        triggers = [only_while_open()]
        verbose_name = _("clause or control")

    def __str__(self) -> str:
        return f"{self.audit_id} → {self.requirement_id}"
