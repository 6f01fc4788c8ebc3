"""What an impact assessment tells, section by section (ISO 42001 6.1.4; guided by ISO/IEC 42005)."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from systems.models import Autonomy, Stage


def text(label: Any, help_text: Any = "") -> Any:
    return models.TextField(label, blank=True, help_text=help_text)


class Screening(models.TextChoices):
    """How deep the assessment goes."""

    NONE = "none", _("No assessment needed")
    LIGHT = "light", _("Light")
    FULL = "full", _("Full")


class Output(models.TextChoices):
    """What one record is printed as."""

    ISO_42001 = "iso42001", _("ISO/IEC 42001 impact assessment")
    FRIA = "eu_fria", _("EU AI Act fundamental rights impact assessment (Art. 27)")
    DPIA = "gdpr_dpia", _("GDPR data protection impact assessment (Art. 35)")


class Decision(models.TextChoices):
    GO = "go", _("Go")
    CONDITIONS = "go_with_conditions", _("Go with conditions")
    NO_GO = "no_go", _("No go")
    STOP = "stop", _("Stop")


class ScreeningSection(models.Model):
    screening = models.CharField(_("screening"), max_length=10, choices=Screening, blank=True)
    screening_reason = text(_("why this depth"))
    is_prohibited = models.BooleanField(_("a prohibited practice (Art. 5)"), null=True, blank=True)
    personal_data = models.BooleanField(_("processes personal data"), null=True, blank=True)
    frameworks = ArrayField(
        models.CharField(max_length=20, choices=Output), default=list, blank=True, verbose_name=_("serves as")
    )

    class Meta:
        abstract = True


class SystemSection(models.Model):
    covers = text(_("in the scope of this assessment"))
    leaves_out = text(_("out of its scope"))
    purpose = text(_("purpose"))
    functions = text(_("functions"))
    intended_users = text(_("intended users"))
    intended_uses = text(_("intended uses"))
    misuse = text(_("foreseeable misuse"))
    autonomy = models.CharField(_("level of automation"), max_length=20, choices=Autonomy, blank=True)
    oversight = text(_("human oversight"))
    stage = models.CharField(_("life-cycle stage"), max_length=40, choices=Stage, blank=True)

    class Meta:
        abstract = True


class DataAndModelSection(models.Model):
    data_sources = text(_("sources of data"))
    data_categories = text(_("categories, personal and special ones"))
    data_quality = text(_("quality"))
    representativeness = text(_("representativeness"))
    provenance = text(_("provenance"))
    retention = text(_("retention"))
    model_type = text(_("type of model"))
    model_supplier = text(_("supplier of the model"))
    metrics = text(_("key metrics"))
    limits = text(_("known limits"))
    explainability = text(_("explainability"))
    learning = text(_("continuous learning"))

    class Meta:
        abstract = True


class ContextSection(models.Model):
    places = text(_("places, jurisdictions, languages"))
    people = models.PositiveIntegerField(_("people concerned a year"), null=True, blank=True)
    frequency = text(_("frequency of use"))
    interplay = text(_("interplay with other systems"))
    direct_users = text(_("direct users"))
    decided_about = text(_("persons decided about"))
    vulnerable = text(_("vulnerable groups"), _("Children, elderly or disabled people, workers, minorities."))
    communities = text(_("communities and society"))
    non_users = text(_("non-users"))

    class Meta:
        abstract = True


class FailureSection(models.Model):
    when_wrong = text(_("when it is wrong"))
    when_unavailable = text(_("when it is unavailable"))
    when_attacked = text(_("when it is attacked"))
    when_misused = text(_("when it is misused"))

    class Meta:
        abstract = True


class ResultSection(models.Model):
    decision = models.CharField(_("decision"), max_length=20, choices=Decision, blank=True)
    conditions = text(_("conditions"), _("One a line."))
    residual_impacts = text(_("impacts that remain"))
    shared_with = text(_("published, or shared with"))

    class Meta:
        abstract = True


class FriaSection(models.Model):
    """EU AI Act Art. 27(1)(a)–(f)."""

    fria_process = text(_("processes in which it is used (a)"))
    fria_period = text(_("period and frequency of use (b)"))
    fria_groups = text(_("persons and groups likely affected (c)"))
    fria_risks = text(_("specific risks of harm to them (d)"))
    fria_oversight = text(_("human oversight measures (e)"))
    fria_if_risk = text(_("measures if risks materialise (f)"))

    class Meta:
        abstract = True


class DpiaSection(models.Model):
    """GDPR Art. 35(7) and 35(2), 35(9)."""

    dpia_description = text(_("systematic description of the processing and its purposes"))
    dpia_necessity = text(_("necessity and proportionality"))
    dpia_rights = text(_("risks to rights and freedoms"))
    dpia_measures = text(_("measures and safeguards"))
    dpia_advice = text(_("advice of the data protection officer"))

    class Meta:
        abstract = True
