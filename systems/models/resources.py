"""Models, tools, computing and people that AI systems are built and run with (ISO 42001 A.4.2, A.4.4–A.4.6)."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.models import Record, RecordQuerySet
from records.searching import searched

from .inventory import AISystem, Supplier


class SystemResourceKind(models.TextChoices):
    """What answers the same questions (which version, whose, on what terms, where, for which systems) is one type."""

    MODEL = "model", _("Model or algorithm")
    TOOL = "tool", _("Tool or framework")
    COMPUTING = "computing", _("Computing and hosting")
    PEOPLE = "people", _("People and skills")


# What a kind is not described without.
NEEDED: dict[str, dict[str, object]] = {
    SystemResourceKind.MODEL: {
        "resource_version": _("Say which version it is."),
        "licence": _("Say under which licence or terms it is used; “own” for what was made here."),
    },
    SystemResourceKind.TOOL: {
        "resource_version": _("Say which version it is."),
        "licence": _("Say under which licence or terms it is used; “own” for what was made here."),
    },
    SystemResourceKind.COMPUTING: {"location": _("Say where it stands or runs.")},
    SystemResourceKind.PEOPLE: {},
}


class SystemResourceQuerySet(RecordQuerySet["SystemResource"]):
    def in_use(self) -> SystemResourceQuerySet:
        return self.filter(ended_on=None)


@tracked()
@searched("what", "licence", "location", "capacity")
class SystemResource(Record):
    """A model, a tool, computing or people that AI systems need (ISO 42001 A.4.2, A.4.4–A.4.6)."""

    PREFIX: ClassVar[str] = "SRS"
    KIND: ClassVar[str] = "system-resource"

    resource_kind = models.CharField(_("kind"), max_length=12, choices=SystemResourceKind)
    what = models.TextField(_("what it is for"))
    systems: models.ManyToManyField = models.ManyToManyField(
        AISystem,
        verbose_name=_("AI systems that need it"),
        blank=True,
        related_name="resources",
        through="ResourceUse",
    )
    resource_version = models.CharField(_("version"), max_length=50, blank=True)
    supplied_by = models.ForeignKey(
        Supplier,
        verbose_name=_("supplier"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="resources",
    )
    licence = models.CharField(_("licence or terms"), max_length=300, blank=True)
    location = models.CharField(_("where it runs or is kept"), max_length=300, blank=True)
    capacity = models.CharField(_("capacity"), max_length=300, blank=True)
    environment = models.TextField(_("energy and environment"), blank=True)
    ended_on = models.DateField(_("no longer used since"), null=True, blank=True)

    objects = SystemResourceQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("resource of AI systems")
        verbose_name_plural = _("resources of AI systems")

    def clean(self) -> None:
        needed = NEEDED.get(self.resource_kind, {})
        if missing := {name: words for name, words in needed.items() if not str(getattr(self, name)).strip()}:
            raise ValidationError({name: [words] for name, words in missing.items()})
        if self.ended_on and self.ended_on > self.organisation.today():
            raise ValidationError({"ended_on": _("This day lies ahead; until then it is used.")})


@tracked()
class ResourceUse(models.Model):
    """That an AI system needs a resource."""

    resource = models.ForeignKey(SystemResource, on_delete=models.CASCADE, related_name="+")
    aisystem = models.ForeignKey(AISystem, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resource", "aisystem"], name="needs_a_resource_once")]

    def __str__(self) -> str:
        return f"{self.resource_id} → {self.aisystem_id}"
