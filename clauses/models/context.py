"""The organisation and its context: issues, interested parties and what they require (ISO 42001 4.1, 4.2)."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.models import Record
from records.searching import searched
from systems.models import AISystem

from .position import Position


class Side(models.TextChoices):
    EXTERNAL = "external", _("External")
    INTERNAL = "internal", _("Internal")


class Topic(models.TextChoices):
    """What an issue is about. Climate is among them: whether it matters must be determined (4.1, Amendment 1)."""

    LEGAL = "legal", _("Legal")
    MARKET = "market", _("Market")
    TECHNOLOGY = "technology", _("Technology")
    CLIMATE = "climate", _("Climate")
    ENVIRONMENTAL = "environmental", _("Environment")
    ECONOMIC = "economic", _("Economy")
    SOCIAL = "social", _("Society")
    CULTURE = "culture", _("Culture")
    COMPETENCE = "competence", _("Competence")
    ORGANISATIONAL = "organisational", _("Organisation")
    DATA = "data", _("Data")
    OTHER = "other", _("Other")


@tracked()
@searched("effect", "response")
class ContextIssue(Record):
    """An issue that bears on whether the AIMS achieves what it is for (ISO 42001 4.1)."""

    PREFIX: ClassVar[str] = "CI"
    KIND: ClassVar[str] = "context-issue"

    side = models.CharField(_("external or internal"), max_length=10, choices=Side)
    topic = models.CharField(_("topic"), max_length=20, choices=Topic)
    effect = models.TextField(_("effect on the AIMS"))
    response = models.TextField(_("what is done about it"), blank=True)
    reviewed_on = models.DateField(_("last reviewed"), null=True, blank=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("context issue")
        verbose_name_plural = _("context issues")

    def clean(self) -> None:
        if self.reviewed_on and self.reviewed_on > self.organisation.today():
            raise ValidationError({"reviewed_on": _("This day lies ahead. Plan it as the next review.")})


class PartyKind(models.TextChoices):
    AFFECTED = "affected_persons", _("Affected persons")
    CUSTOMER = "customer", _("Customers")
    EMPLOYEES = "employees", _("Employees")
    AUTHORITY = "authority", _("Authority")
    PARTNER = "partner", _("Partner")
    SHAREHOLDER = "shareholder", _("Shareholders")
    SUPPLIER = "supplier", _("Supplier")
    COMMUNITY = "community", _("Community")
    OTHER = "other", _("Other")


@tracked()
@searched("needs", "source", "not_handled_because")
class InterestedParty(Record):
    """Somebody whose needs the AIMS has to know, and which of them it takes on (ISO 42001 4.2)."""

    PREFIX: ClassVar[str] = "IP"
    KIND: ClassVar[str] = "interested-party"

    party_kind = models.CharField(_("who they are to us"), max_length=20, choices=PartyKind)
    needs = models.TextField(_("needs and expectations"))
    source = models.CharField(_("where this comes from"), max_length=300, blank=True)
    handled_in_aims = models.BooleanField(_("handled in the AIMS"), default=True)
    not_handled_because = models.TextField(_("why not handled"), blank=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("interested party")
        verbose_name_plural = _("interested parties")

    def clean(self) -> None:
        if not self.handled_in_aims and not self.not_handled_because.strip():
            raise ValidationError({"not_handled_because": _("Say why the AIMS does not take these needs on.")})


class RequirementKind(models.TextChoices):
    LEGAL = "legal", _("Law")
    REGULATORY = "regulatory", _("Regulator")
    CONTRACTUAL = "contractual", _("Contract")


@tracked()
@searched("source", "asks", "compliance")
class LegalRequirement(Record):
    """What a law, a regulator or a contract asks of us, and how we comply (ISO 42001 4.1, 4.2)."""

    PREFIX: ClassVar[str] = "LR"
    KIND: ClassVar[str] = "legal-requirement"

    requirement_kind = models.CharField(_("kind"), max_length=12, choices=RequirementKind)
    source = models.CharField(_("source"), max_length=300)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=100, blank=True)
    asks = models.TextField(_("what it asks"))
    compliance = models.TextField(_("how we comply"), blank=True)
    applies_from = models.DateField(_("applies from"), null=True, blank=True, db_index=True)
    parties = models.ManyToManyField(
        InterestedParty,
        verbose_name=_("interested parties"),
        blank=True,
        related_name="legal_requirements",
        through="LegalRequirementParty",
    )
    systems = models.ManyToManyField(
        AISystem,
        verbose_name=_("AI systems"),
        blank=True,
        related_name="legal_requirements",
        through="LegalRequirementSystem",
    )
    positions = models.ManyToManyField(
        Position,
        verbose_name=_("clauses and controls"),
        blank=True,
        related_name="legal_requirements",
        through="LegalRequirementPosition",
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("legal requirement")
        verbose_name_plural = _("legal requirements")


class LegalRequirementLink(models.Model):
    """That a legal requirement concerns something; one table for each kind of thing."""

    legalrequirement = models.ForeignKey(LegalRequirement, on_delete=models.CASCADE)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.legalrequirement_id} → {self.pk}"


@tracked()
class LegalRequirementParty(LegalRequirementLink):
    interestedparty = models.ForeignKey(InterestedParty, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legalrequirement", "interestedparty"], name="law_party_once")]


@tracked()
class LegalRequirementSystem(LegalRequirementLink):
    aisystem = models.ForeignKey(AISystem, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legalrequirement", "aisystem"], name="law_system_once")]


@tracked()
class LegalRequirementPosition(LegalRequirementLink):
    position = models.ForeignKey(Position, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["legalrequirement", "position"], name="law_position_once")]
