"""Datasets and the checks of their quality and bias (ISO 42001 A.4.3, A.7)."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from records.models import Record, RecordQuerySet
from records.searching import searched

from .inventory import AISystem


class DataUse(models.TextChoices):
    """What a dataset is used for (A.4.3, A.7.2)."""

    TRAINING = "training", _("Training")
    VALIDATION = "validation", _("Validation")
    TEST = "test", _("Test")
    PRODUCTION = "production", _("Production")


class CheckSubject(models.TextChoices):
    QUALITY = "quality", _("Quality")
    BIAS = "bias", _("Bias")


class DatasetQuerySet(RecordQuerySet["Dataset"]):
    def in_use(self) -> DatasetQuerySet:
        return self.filter(ended_on=None)

    def with_checks(self) -> DatasetQuerySet:
        """Each with `quality` and `bias`: whether its newest check of it was passed; None where there is none."""
        return self.annotate(quality=newest(CheckSubject.QUALITY), bias=newest(CheckSubject.BIAS))

    def failing(self) -> DatasetQuerySet:
        """Those whose newest check of quality or of bias was not passed."""
        return self.with_checks().filter(Q(quality=False) | Q(bias=False))

    def unchecked(self) -> DatasetQuerySet:
        """Those whose quality, or bias, nobody has checked."""
        return self.with_checks().filter(Q(quality=None) | Q(bias=None))


def newest(subject: str) -> Subquery:
    checks = DataCheck.objects.filter(dataset=OuterRef("pk"), subject=subject)
    return Subquery(checks.order_by("-on", "-pk").values("passed")[:1])


@tracked()
@searched("content", "source", "rights", "provenance", "preparation", "known_bias")
class Dataset(Record):
    """Data that AI systems are built, tested or run with (ISO 42001 A.4.3, A.7.2–A.7.6)."""

    PREFIX: ClassVar[str] = "DS"
    KIND: ClassVar[str] = "dataset"

    content = models.TextField(_("what it holds"))
    dataset_version = models.CharField(_("version"), max_length=50, blank=True)
    purposes = ArrayField(models.CharField(max_length=20, choices=DataUse), verbose_name=_("used for"))
    systems: models.ManyToManyField = models.ManyToManyField(
        AISystem, verbose_name=_("AI systems it feeds"), blank=True, related_name="datasets", through="DatasetUse"
    )
    source = models.TextField(_("source"))
    selection = models.TextField(_("how it was selected"), blank=True)
    provenance = models.TextField(_("what happened to it since"), blank=True)
    rights = models.TextField(_("licence or legal basis"))
    personal_data = models.BooleanField(_("holds personal data"), default=False)
    retention = models.CharField(_("kept until"), max_length=200, blank=True)
    quality_required = models.TextField(_("quality required"), blank=True)
    known_bias = models.TextField(_("known bias"), blank=True)
    preparation = models.TextField(_("preparation"), blank=True)
    next_check_on = models.DateField(_("next check"), null=True, blank=True, db_index=True)
    ended_on = models.DateField(_("no longer used since"), null=True, blank=True)

    objects = DatasetQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")

    def clean(self) -> None:
        if self.ended_on and self.ended_on > self.organisation.today():
            raise ValidationError({"ended_on": _("This day lies ahead; until then it is used.")})
        if self.personal_data and not self.retention.strip():
            raise ValidationError({"retention": _("Say how long personal data is kept.")})

    @property
    def purpose_words(self) -> str:
        return ", ".join(str(DataUse(use).label) for use in self.purposes)


@tracked()
class DatasetUse(models.Model):
    """That a dataset feeds an AI system."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+")
    aisystem = models.ForeignKey(AISystem, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "aisystem"], name="feeds_a_system_once")]

    def __str__(self) -> str:
        return f"{self.dataset_id} → {self.aisystem_id}"


@tracked()
class DataCheck(models.Model):
    """One check of a dataset's quality or bias; the newest of each counts, none is ever overwritten (A.7.4)."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="checks")
    subject = models.CharField(_("quality or bias"), max_length=10, choices=CheckSubject)
    on = models.DateField(_("checked on"))
    what = models.CharField(_("what was checked"), max_length=300)
    result = models.TextField(_("result"))
    passed = models.BooleanField(_("passed"), choices=[(True, _("Passed")), (False, _("Not passed"))])
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        default_permissions = ()
        ordering = ["-on", "-pk"]
        triggers = [pgtrigger.Protect(name="check_stays", operation=pgtrigger.Update | pgtrigger.Delete)]
        verbose_name = _("check")
        verbose_name_plural = _("checks")

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.on}: {self.subject}"

    def clean(self) -> None:
        if self.on and self.on > self.dataset.organisation.today():
            raise ValidationError({"on": _("This day lies ahead; only what was checked is entered.")})


def seen_of(system: AISystem, user: object) -> QuerySet[Dataset]:
    """Datasets in use that feed a system, those one may see, with the state of their checks."""
    return system.datasets.visible_to(user).in_use().with_checks().order_by("reference")
