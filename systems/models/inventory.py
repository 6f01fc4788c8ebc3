"""AI systems and the suppliers they rest on (ISO 42001 4.1, A.4.2, A.10.3)."""

from __future__ import annotations

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import MD5, Concat
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.models import Record, RecordQuerySet
from records.searching import searched


class AIRole(models.TextChoices):
    """What the organisation is to an AI system (ISO 42001 4.1, ISO/IEC 22989)."""

    PROVIDER = "provider", _("Provider")
    PRODUCER = "producer", _("Producer")
    CUSTOMER = "customer", _("Customer")
    USER = "user", _("User")
    PARTNER = "partner", _("Partner")


class ActRole(models.TextChoices):
    """Operator roles of the EU AI Act (Art. 3)."""

    PROVIDER = "provider", _("Provider")
    DEPLOYER = "deployer", _("Deployer")
    IMPORTER = "importer", _("Importer")
    DISTRIBUTOR = "distributor", _("Distributor")
    MANUFACTURER = "product_manufacturer", _("Product manufacturer")
    NONE = "none", _("None")


class RiskClass(models.TextChoices):
    """Classes of the EU AI Act (Art. 5, 6, 50), the strictest first."""

    PROHIBITED = "prohibited", _("Prohibited")
    HIGH = "high", _("High risk")
    LIMITED = "limited", _("Limited (transparency)")
    MINIMAL = "minimal", _("Minimal")


class Stage(models.TextChoices):
    """Life-cycle stages (ISO/IEC 22989, ISO/IEC 5338)."""

    INCEPTION = "inception", _("Inception")
    DESIGN = "design_and_development", _("Design and development")
    VERIFICATION = "verification_and_validation", _("Verification and validation")
    DEPLOYMENT = "deployment", _("Deployment")
    OPERATION = "operation_and_monitoring", _("Operation and monitoring")
    CONTINUOUS = "continuous_validation", _("Continuous validation")
    RE_EVALUATION = "re_evaluation", _("Re-evaluation")
    RETIREMENT = "retirement", _("Retirement")


# Stages a system is in only once it has gone live.
LIVE = frozenset({Stage.OPERATION, Stage.CONTINUOUS, Stage.RE_EVALUATION})


class Autonomy(models.TextChoices):
    """How far a system decides by itself, the least first."""

    ADVISES = "advises", _("Advises; a person decides")
    PROPOSES = "proposes", _("Proposes; a person confirms each decision")
    SUPERVISED = "supervised", _("Decides; a person watches and can step in")
    ALONE = "alone", _("Decides alone")


class Criticality(models.TextChoices):
    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")


class Result(models.TextChoices):
    """Outcome of a supplier assessment (ISO 42001 A.10.3)."""

    APPROVED = "approved", _("Approved")
    CONDITIONS = "approved_with_conditions", _("Approved with conditions")
    REJECTED = "rejected", _("Rejected")


class ContractClause(models.TextChoices):
    """What a contract about AI should say (A.10.2, A.10.3)."""

    RESPONSIBLE = "responsible_ai", _("Responsible use and development of AI")
    DUTIES = "duties", _("Who does what over the life cycle")
    DATA = "data", _("Whose data it is, and what it may be used for")
    INFORMATION = "information", _("Documentation and information on limits")
    CHANGES = "changes", _("Notice of changes of model or service")
    INCIDENTS = "incidents", _("Notice of incidents, with a deadline")
    AUDIT = "audit", _("Right to audit or to proof")
    SUBSUPPLIERS = "subsuppliers", _("Suppliers of the supplier")
    END = "end", _("Return of data and support at the end")


@tracked()
@searched("service", "open_conditions")
class Supplier(Record):
    """Somebody whose model, data or service our AI systems rest on (ISO 42001 A.10.3)."""

    PREFIX: ClassVar[str] = "SUP"
    KIND: ClassVar[str] = "supplier"

    service = models.CharField(_("what they supply"), max_length=300)
    criticality = models.CharField(_("criticality"), max_length=10, choices=Criticality, default=Criticality.MEDIUM)
    assessed_on = models.DateField(_("last assessed"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=30, choices=Result, blank=True)
    contract_ai_clauses = models.BooleanField(_("contract has AI clauses"), default=False)
    contract_clauses = ArrayField(
        models.CharField(max_length=20, choices=ContractClause),
        verbose_name=_("what the contract says"),
        blank=True,
        default=list,
    )
    open_conditions = models.TextField(_("open conditions"), blank=True, help_text=_("One a line."))
    conditions_due_on = models.DateField(_("conditions to be met by"), null=True, blank=True, db_index=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")

    def clean(self) -> None:
        if self.assessed_on and self.assessed_on > self.organisation.today():
            raise ValidationError({"assessed_on": _("This day lies ahead. Plan it as the next review.")})
        if self.assessed_on and not self.result:
            raise ValidationError({"result": _("Say how the assessment ended.")})
        if self.result and not self.assessed_on:
            raise ValidationError({"assessed_on": _("Say when this was the result.")})
        if self.contract_clauses and not self.contract_ai_clauses:
            raise ValidationError({"contract_ai_clauses": _("Clauses are ticked, so the contract has some.")})
        if self.conditions_due_on and not self.open_conditions.strip():
            raise ValidationError({"conditions_due_on": _("There is no open condition to be met.")})

    @property
    def clause_list(self) -> list[dict[str, Any]]:
        """The checklist of its contract, each clause with whether the contract has it: {label, is_there}."""
        return [{"label": one.label, "is_there": one.value in self.contract_clauses} for one in ContractClause]


# What makes a system another one where it changes: version, purpose, data, suppliers, users, affected, autonomy.
MATERIAL = (
    *("purpose", "system_version", "model", "main_supplier", "supplier_keys", "data_categories", "personal_data"),
    *("users", "affected", "autonomy"),
)


# SQL of what `supplier_keys` is of the system with this number.
KEYS_OF = """COALESCE((
        SELECT left(string_agg(link.supplier_id::text, ',' ORDER BY link.supplier_id), 500)
        FROM systems_systemsupplier link WHERE link.aisystem_id = {system}
    ), '')"""


class Material(models.Func):
    """A column as text, ended by a sign that no text holds, so that two columns never read as one."""

    template = "(COALESCE(%(expressions)s::text, '') || E'\\x1f')"
    output_field = models.TextField()


class AISystemQuerySet(RecordQuerySet["AISystem"]):
    def in_use(self) -> AISystemQuerySet:
        return self.filter(retired_on=None)

    def in_scope(self) -> AISystemQuerySet:
        return self.in_use().filter(in_scope=True)


@tracked(without=("supplier_keys", "facts"))
@searched("purpose", "class_reason", "model", "data_categories", "users", "affected", "oversight", "scope_reason")
class AISystem(Record):
    """One entry of the AI system inventory (ISO 42001 4.1, A.4.2, A.6.2). Never deleted: retired with a date."""

    PREFIX: ClassVar[str] = "AIS"
    KIND: ClassVar[str] = "ai-system"
    # How it was on a day gone by (records.past).
    THEN: ClassVar[dict[str, str]] = {"supplier_keys": KEYS_OF.format(system="e.pgh_obj_id")}

    purpose = models.TextField(_("purpose"))
    roles = ArrayField(models.CharField(max_length=20, choices=AIRole), verbose_name=_("our roles"))
    act_role = models.CharField(_("EU AI Act role"), max_length=30, choices=ActRole)
    risk_class = models.CharField(_("EU AI Act class"), max_length=20, choices=RiskClass, db_index=True)
    class_reason = models.TextField(_("why this class"))
    stage = models.CharField(_("life-cycle stage"), max_length=40, choices=Stage, default=Stage.INCEPTION)
    system_version = models.CharField(_("version in use"), max_length=50, blank=True)
    go_live_on = models.DateField(_("go-live"), null=True, blank=True)
    technical_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("technical owner"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    main_supplier = models.ForeignKey(
        Supplier,
        verbose_name=_("supplier"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="supplied_systems",
    )
    suppliers = models.ManyToManyField(
        Supplier, verbose_name=_("further suppliers"), blank=True, related_name="systems", through="SystemSupplier"
    )
    model = models.CharField(_("model"), max_length=300, blank=True)
    data_categories = models.TextField(_("data"), blank=True, help_text=_("One category a line."))
    personal_data = models.BooleanField(_("processes personal data"), default=False)
    users = models.CharField(_("users"), max_length=300, blank=True)
    affected = models.TextField(_("who is affected"), blank=True, help_text=_("One group a line."))
    people_affected = models.PositiveIntegerField(_("people affected a year"), null=True, blank=True)
    oversight = models.TextField(_("human oversight"))
    autonomy = models.CharField(_("level of automation"), max_length=20, choices=Autonomy, blank=True)
    # Who else it rests on, as one text: kept by a trigger of `SystemSupplier`.
    supplier_keys = models.CharField(max_length=500, blank=True, editable=False)
    # One value for what is material about it: when it changes, risks and assessments need another look (6.1.4, 8.4).
    facts = models.GeneratedField(
        expression=MD5(Concat(*(Material(name) for name in MATERIAL), output_field=models.TextField())),
        output_field=models.CharField(max_length=32),
        db_persist=True,
    )
    in_scope = models.BooleanField(_("in the scope of the AIMS"), default=True)
    scope_reason = models.TextField(_("why in or out of scope"))
    retired_on = models.DateField(_("retired on"), null=True, blank=True)
    retired_because = models.CharField(_("why retired"), max_length=300, blank=True)

    objects = AISystemQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("AI system")
        verbose_name_plural = _("AI systems")
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def clean(self) -> None:
        if self.stage in LIVE and not self.go_live_on:
            raise ValidationError({"go_live_on": _("A system in operation has a go-live date.")})
        if self.stage in LIVE and self.go_live_on and self.go_live_on > self.organisation.today():
            raise ValidationError({"go_live_on": _("It is in operation, so its go-live cannot lie ahead.")})
        if self.retired_on and self.go_live_on and self.retired_on < self.go_live_on:
            raise ValidationError({"retired_on": _("It cannot retire before its go-live.")})

    @property
    def has_gone_live(self) -> bool:
        """Whether it is, or was, in use: what has not goes live by a decision of its own (A.6.2.5)."""
        return self.stage in LIVE or self.go_live_on is not None

    @property
    def is_retired(self) -> bool:
        return self.retired_on is not None

    @property
    def role_words(self) -> str:
        return ", ".join(str(AIRole(role).label) for role in self.roles)


KEEP_SUPPLIER_KEYS = """
    UPDATE systems_aisystem SET supplier_keys = KEYS WHERE record_ptr_id = COALESCE(NEW.aisystem_id, OLD.aisystem_id);
    RETURN NULL;
""".replace("KEYS", KEYS_OF.format(system="systems_aisystem.record_ptr_id"))


@tracked()
class SystemSupplier(models.Model):
    """That an AI system rests on a further supplier."""

    aisystem = models.ForeignKey(AISystem, on_delete=models.CASCADE)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aisystem", "supplier"], name="rests_on_a_supplier_once")]
        triggers = [
            pgtrigger.Trigger(
                name="keep_supplier_keys",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=KEEP_SUPPLIER_KEYS,
            )
        ]

    def __str__(self) -> str:
        return f"{self.aisystem_id} → {self.supplier_id}"
