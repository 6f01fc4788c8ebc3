"""The catalogue: published numbers and short titles, and our own words on what each requirement expects."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

ISO_42001 = "iso42001"


class Framework(models.Model):
    """A standard or law whose requirements the portal knows. Loaded by `load_catalogue`, the same for everybody."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    edition = models.CharField(max_length=100, blank=True)
    text_policy = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64)
    catalogue_version = models.PositiveIntegerField(default=1)
    loaded_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class RequirementQuerySet(models.QuerySet["Requirement"]):
    def assessable(self) -> RequirementQuerySet:
        """The 32 clauses and 38 controls an organisation takes a position on, in the order of the standard."""
        return self.filter(is_assessable=True, is_withdrawn=False).order_by("order")


class Requirement(models.Model):
    """One clause, control, or heading above them."""

    class Kind(models.TextChoices):
        CLAUSE = "clause", _("Clause")
        CONTROL = "control", _("Control")
        AREA = "area", _("Annex A area")

    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="requirements")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    number = models.CharField(_("number"), max_length=20)
    title = models.CharField(_("title"), max_length=200)
    order = models.PositiveIntegerField()
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    is_assessable = models.BooleanField(default=False)
    is_withdrawn = models.BooleanField(default=False)
    lifecycle = models.CharField(max_length=10, blank=True)
    intent = models.TextField(blank=True)
    note = models.TextField(blank=True)
    documentation_expected = models.BooleanField(default=False)
    applies_to_roles = ArrayField(models.CharField(max_length=20), default=list)
    lifecycle_stages = ArrayField(models.CharField(max_length=40), default=list)
    record_types = ArrayField(models.CharField(max_length=40), default=list)

    objects = RequirementQuerySet.as_manager()

    class Meta:
        ordering = ["framework", "order"]
        constraints = [models.UniqueConstraint(fields=["framework", "number"], name="numbers_are_unique")]
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_control(self) -> bool:
        return self.kind == self.Kind.CONTROL

    @property
    def section(self) -> str:
        """Number of the part it is counted under: `6` for 6.1.2, `A.6` for A.6.2.4."""
        parts = self.number.split(".")
        return ".".join(parts[:2]) if parts[0] == "A" else parts[0]


class QuestionQuerySet(models.QuerySet["Question"]):
    def asked(self) -> QuestionQuerySet:
        """Every question of the 32 clauses and 38 controls that is asked today, in the order of the standard."""
        found = self.filter(is_withdrawn=False, requirement__is_assessable=True, requirement__is_withdrawn=False)
        return found.order_by("requirement__order", "order")


class Question(models.Model):
    """A question an auditor is likely to ask on a requirement (our wording)."""

    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="questions")
    code = models.CharField(max_length=30, unique=True)
    text = models.TextField()
    order = models.PositiveIntegerField()
    is_withdrawn = models.BooleanField(default=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["order"]

    def __str__(self) -> str:
        return self.code


class ExpectedEvidence(models.Model):
    """What usually proves a requirement; `is_mandatory` where the standard itself asks for it to be documented."""

    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="expected_evidence")
    name = models.CharField(max_length=300)
    is_mandatory = models.BooleanField(default=False)
    order = models.PositiveIntegerField()
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["requirement", "name"], name="expected_once")]

    def __str__(self) -> str:
        return self.name


class MandatoryDocument(models.Model):
    """Documented information the standard asks for. Lists differ on how to cut it: never show the count as official."""

    class Kind(models.TextChoices):
        DOCUMENT = "document", _("Document")
        RECORD = "record", _("Record")

    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="mandatory_documents")
    code = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind)
    order = models.PositiveIntegerField()
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name
