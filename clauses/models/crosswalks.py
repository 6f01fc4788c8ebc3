"""Other frameworks, and how requirements of ISO/IEC 42001 relate to theirs.

Rows without an organisation are the catalogue's: the same for everybody, written by `load_catalogue` alone. Rows of an
organisation are its own. A row says that two requirements are related, never that one is met.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from organisations.models import Organisation
from organisations.roles import VIEW_RECORDS
from records.grants import belongs_with

from .catalogue import Requirement

# What an organisation's own frameworks are called in addresses begins so: none ever meets one of the catalogue.
OWN = "own-"


class OtherFrameworkQuerySet(models.QuerySet["OtherFramework"]):
    def visible_to(self, user: Any) -> OtherFrameworkQuerySet:
        """Those of the catalogue, and the own ones of organisations whose every record `user` may read."""
        return self.filter(models.Q(organisation=None) | belongs_with(user, VIEW_RECORDS))

    def of(self, organisation: Organisation) -> OtherFrameworkQuerySet:
        """Those of the catalogue and its own, by name, its own last."""
        return self.filter(models.Q(organisation=None) | models.Q(organisation=organisation)).order_by(
            models.F("organisation").asc(nulls_first=True), "name"
        )

    def in_use(self) -> OtherFrameworkQuerySet:
        return self.filter(retired_on=None)


@tracked(seen_with=VIEW_RECORDS, kept_at="framework-list", of_today=True)
class OtherFramework(models.Model):
    """A standard, law or list of requirements beside ISO/IEC 42001."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="other_frameworks"
    )
    code = models.SlugField(max_length=60, editable=False)
    name = models.CharField(_("name"), max_length=200)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    source = models.CharField(_("published as"), max_length=500, blank=True)
    licence = models.CharField(_("licence"), max_length=300, blank=True)
    # What is doubtful in what we know of it, and what else is to be known: our words, not the publisher's.
    doubt = models.TextField(_("what to check"), blank=True)
    note = models.TextField(_("note"), blank=True)
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    objects = OtherFrameworkQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "code"], nulls_distinct=False, name="frameworks_have_own_codes"
            )
        ]
        verbose_name = _("other framework")
        verbose_name_plural = _("other frameworks")

    def __str__(self) -> str:
        return self.name

    @property
    def is_own(self) -> bool:
        return self.organisation_id is not None

    def address(self, organisation: Organisation, page: str = "framework-coverage", **more: Any) -> str:
        """One of its pages, as `organisation` sees it."""
        return reverse(page, kwargs={"organisation": organisation.slug, "framework": self.code, **more})


@tracked(of_today=True)
class OtherRequirement(models.Model):
    """One requirement of another framework, or a heading above some (`is_assessable` is false)."""

    framework = models.ForeignKey(OtherFramework, on_delete=models.CASCADE, related_name="requirements")
    ref = models.CharField(_("reference"), max_length=40)
    title = models.CharField(_("title"), max_length=300)
    # The publisher's own words, where its licence lets anybody repeat them.
    text = models.TextField(_("text"), blank=True)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="children")
    order = models.PositiveIntegerField()
    is_assessable = models.BooleanField(_("assessable"), default=True)
    addressees = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    also_level_1 = models.BooleanField(default=False)
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        ordering = ["framework", "order"]
        constraints = [models.UniqueConstraint(fields=["framework", "ref"], name="refs_are_unique")]
        verbose_name = _("requirement of another framework")
        verbose_name_plural = _("requirements of other frameworks")

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"


class Relationship(models.TextChoices):
    """The requirement of ISO/IEC 42001 compared with the other one (as NIST IR 8477 has it)."""

    EQUAL = "equal", _("Equal")
    SUBSET = "subset", _("Subset of it")
    SUPERSET = "superset", _("Superset of it")
    INTERSECTS = "intersects", _("Intersects")


class Strength(models.TextChoices):
    """How much of the evidence for one is evidence for the other; by a weak one nothing is claimed."""

    STRONG = "strong", _("Strong")
    MODERATE = "moderate", _("Moderate")
    WEAK = "weak", _("Weak")


CLAIMED = (Strength.STRONG, Strength.MODERATE)


class MappingQuerySet(models.QuerySet["Mapping"]):
    def visible_to(self, user: Any) -> MappingQuerySet:
        """Published ones, and the own ones of organisations whose every record `user` may read."""
        return self.filter(models.Q(organisation=None) | belongs_with(user, VIEW_RECORDS))

    def of(self, organisation: Organisation) -> MappingQuerySet:
        return self.filter(models.Q(organisation=None) | models.Q(organisation=organisation))

    def standing(self) -> MappingQuerySet:
        """Those whose two ends still stand: neither withdrawn, the framework not retired."""
        return self.filter(
            source__is_withdrawn=False, target__is_withdrawn=False, target__framework__retired_on__isnull=True
        )

    def in_order(self) -> MappingQuerySet:
        """By the other framework's order, then by that of ISO/IEC 42001."""
        return self.order_by("target__framework", "target__order", "source__order", "pk")


@tracked(seen_with=VIEW_RECORDS, kept_at="framework-list", of_today=True)
class Mapping(models.Model):
    """That a requirement of ISO/IEC 42001 relates to one of another framework, how, how strongly, and by whose word."""

    # The columns that tell one from another (see records.timeline_words).
    known_by: ClassVar[tuple[str, ...]] = ("source", "target")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="mappings"
    )
    source = models.ForeignKey(
        Requirement, verbose_name=_("ISO/IEC 42001"), on_delete=models.PROTECT, related_name="mappings"
    )
    target = models.ForeignKey(
        OtherRequirement, verbose_name=_("other requirement"), on_delete=models.CASCADE, related_name="mappings"
    )
    relationship = models.CharField(_("relation"), max_length=10, choices=Relationship)
    strength = models.CharField(_("strength"), max_length=10, choices=Strength)
    basis = models.TextField(_("basis"), max_length=1000)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    objects = MappingQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "source", "target"], nulls_distinct=False, name="mapped_once_each"
            ),
            models.CheckConstraint(condition=models.Q(basis__regex=r"\S"), name="a_mapping_says_its_basis"),
            models.CheckConstraint(
                condition=models.Q(relationship__in=Relationship.values, strength__in=Strength.values),
                name="a_mapping_says_how",
            ),
        ]
        verbose_name = _("mapping")
        verbose_name_plural = _("mappings")

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"

    @property
    def is_own(self) -> bool:
        return self.organisation_id is not None

    @property
    def is_claimed(self) -> bool:
        return self.strength in CLAIMED
