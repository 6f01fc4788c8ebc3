"""The sections of an impact assessment, in order (ISO 42001 6.1.4, 8.4; guided by ISO/IEC 42005).

Each is one page with its own few columns. What is required depends on how deep the screening says it goes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from risks.models import ImpactAssessment, Output, Screening


@dataclass(frozen=True)
class Section:
    """`fields` are columns of the assessment; `rows` says that it is written in rows of its own instead.

    `light` and `full` are the columns that an assessment of that depth must have filled in.
    """

    code: str
    title: Any
    lead: Any
    fields: tuple[str, ...] = ()
    light: tuple[str, ...] = ()
    full: tuple[str, ...] = ()
    rows: bool = False
    only: str = ""
    groups: list[tuple[Any, Any, list[Any]]] = field(default_factory=list, hash=False)

    def required(self, depth: str) -> tuple[str, ...]:
        if depth == Screening.NONE:
            return ("screening", "screening_reason", "is_prohibited") if self.code == "screening" else ()
        return self.full if depth == Screening.FULL else self.light

    def concerns(self, assessment: ImpactAssessment) -> bool:
        """Whether this assessment has the section."""
        if self.only in Output.values:
            return self.only in assessment.frameworks
        if assessment.screening == Screening.NONE:
            return self.code in {"screening", "identification"}
        return self.only != Screening.FULL or assessment.screening == Screening.FULL


def told(code: str, title: Any, lead: Any, *fields: str, light: tuple[str, ...] = (), **more: Any) -> Section:
    """A section of texts: in full each of them is required, but those of `may_be_empty`."""
    empty = more.pop("may_be_empty", ())
    return Section(code, title, lead, fields, light, tuple(name for name in fields if name not in empty), **more)


SCREENED = ("is_prohibited", "personal_data", "screening", "screening_reason")
SECTIONS = (
    Section(
        "screening",
        _("Screening"),
        _("A few quick questions say how deep the assessment goes. Whoever deviates says why."),
        ("is_prohibited", "personal_data", "autonomy", "people", "vulnerable", *SCREENED[2:], "frameworks"),
        SCREENED,
        SCREENED,
        groups=[
            (
                _("Quick questions"),
                _("The answers stand in later sections too, where they belong."),
                ["is_prohibited", "personal_data", ("autonomy", "people"), "vulnerable"],
            ),
            (_("Depth"), _("How deep it goes, and what it is printed as."), ["screening", *SCREENED[3:], "frameworks"]),
        ],
    ),
    told(
        "identification",
        _("Identification"),
        _("Who assesses, when and why, and what the assessment is about."),
        *("trigger", "system_version", "assessed_on", "assessors", "covers", "leaves_out"),
        light=("trigger", "covers"),
        may_be_empty=("system_version", "assessed_on", "assessors"),
    ),
    told(
        "system",
        _("System"),
        _("What the system is for, what it is used for and what it must not be used for."),
        *("purpose", "functions", "intended_users", "intended_uses", "misuse", "autonomy", "oversight", "stage"),
        light=("purpose", "intended_users", "autonomy", "oversight"),
    ),
    told(
        "data",
        _("Data"),
        _("What it learns from and what it works on."),
        *("data_sources", "data_categories", "data_quality", "representativeness", "provenance", "retention"),
        light=("data_sources", "data_categories"),
    ),
    told(
        "model",
        _("Model"),
        _("What decides, who made it, and what is known about its limits."),
        *("model_type", "model_supplier", "metrics", "limits", "explainability", "learning"),
        light=("model_type", "limits"),
    ),
    told(
        "context",
        _("Deployment context"),
        _("Where, how often and on how many people it works."),
        *("places", "people", "frequency", "interplay"),
        light=("places",),
    ),
    told(
        "parties",
        _("Affected parties"),
        _("Who uses it, about whom it decides, and whom it touches without their knowing (A.5.4, A.5.5)."),
        *("direct_users", "decided_about", "vulnerable", "communities", "non_users"),
        light=("direct_users", "decided_about"),
    ),
    Section(
        "impacts",
        _("Benefits and harms"),
        _("Each dimension is affected, or not affected with a reason. Levels follow the criteria in force."),
        rows=True,
    ),
    told(
        "failure",
        _("Failure and misuse"),
        _("What happens to people when it fails, is attacked or is misused."),
        *("when_wrong", "when_unavailable", "when_attacked", "when_misused"),
        light=("when_wrong",),
    ),
    Section(
        "consultation",
        _("Consultation"),
        _("Who was heard, what they said and what came of it."),
        rows=True,
        only=Screening.FULL,
    ),
    Section(
        "measures",
        _("Measures"),
        _("What is done about the impacts, by which control, by whom and until when."),
        rows=True,
    ),
    told(
        "result",
        _("Result"),
        _("What it amounts to, what remains, and when it is looked at again."),
        *("decision", "conditions", "residual_impacts", "shared_with", "review_on", "risks"),
        light=("decision",),
        may_be_empty=("conditions", "review_on", "risks"),
    ),
    told(
        "fria",
        _("Fundamental rights (FRIA)"),
        _("What EU AI Act Art. 27(1) asks of a deployer, (a) to (f)."),
        *("fria_process", "fria_period", "fria_groups", "fria_risks", "fria_oversight", "fria_if_risk"),
        light=("fria_process", "fria_period", "fria_groups", "fria_risks", "fria_oversight", "fria_if_risk"),
        only=Output.FRIA,
    ),
    told(
        "dpia",
        _("Data protection (DPIA)"),
        _("What GDPR Art. 35(7) asks for, and the advice of Art. 35(2)."),
        *("dpia_description", "dpia_necessity", "dpia_rights", "dpia_measures", "dpia_advice"),
        light=("dpia_description", "dpia_necessity", "dpia_rights", "dpia_measures", "dpia_advice"),
        only=Output.DPIA,
    ),
)
BY_CODE = {section.code: section for section in SECTIONS}
# Every column that some section asks for, once, in the order of the sections.
COLUMNS = tuple(dict.fromkeys(name for section in SECTIONS for name in section.fields))


def sections_of(assessment: ImpactAssessment) -> list[Section]:
    return [section for section in SECTIONS if section.concerns(assessment)]


def is_filled(assessment: ImpactAssessment, name: str) -> bool:
    """Whether a column says something; whitespace says nothing, zero and "no" do."""
    value = getattr(assessment, name)
    return bool(value.strip()) if isinstance(value, str) else value not in (None, [])
