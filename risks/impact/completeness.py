"""What an assessment still lacks before it can be reviewed, each with the section that mends it (ISO 42001 8.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from risks.impact.rating import approved_or_usual, criteria_of, inherent
from risks.impact.screening import is_stopped, proposed
from risks.impact.sections import Section, is_filled, sections_of
from risks.models import LEVELS, Decision, Dimension, Impact, ImpactAssessment, Level, Screening

# What an affected dimension must say, beside that it is affected.
OF_AN_IMPACT = ("harm", "severity", "likelihood", "scale", "reversibility", "residual_severity", "residual_likelihood")


@dataclass(frozen=True)
class Lack:
    """One thing that is missing; `anchor` is the field on the page of its section."""

    section: Section
    text: str
    anchor: str = ""

    def url(self, assessment: ImpactAssessment) -> str:
        return section_url(assessment, self.section) + (f"#{self.anchor}" if self.anchor else "")


def section_url(assessment: ImpactAssessment, section: Section) -> str:
    return f"{assessment.get_absolute_url()}{section.code}/"


def lacks(assessment: ImpactAssessment) -> list[Lack]:
    """Everything that is missing, section by section."""
    return [lack for section in sections_of(assessment) for lack in lacks_in(section, assessment)]


def lacks_in(section: Section, assessment: ImpactAssessment) -> Iterator[Lack]:
    label = {
        item.name: str(item.verbose_name) for item in assessment._meta.get_fields() if hasattr(item, "verbose_name")
    }
    for name in section.required(assessment.screening):
        if not is_filled(assessment, name):
            yield Lack(section, _("%(field)s is not said.") % {"field": capfirst(label[name])}, f"id_{name}")
    more = FURTHER.get(section.code)
    for text, anchor in more(assessment) if more else ():
        yield Lack(section, text, anchor)


def in_screening(assessment: ImpactAssessment) -> Iterator[tuple[str, str]]:
    proposal = proposed(assessment)
    if assessment.screening not in {"", proposal.depth} and not assessment.screening_reason.strip():
        yield _("The depth deviates from the proposal without a reason."), "id_screening_reason"


def in_identification(assessment: ImpactAssessment) -> Iterator[tuple[str, str]]:
    wanted = 2 if assessment.screening == Screening.FULL else 1
    if len(assessment.assessors.all()) < wanted:
        words = ngettext("%(n)d assessor is needed.", "%(n)d assessors of different disciplines are needed.", wanted)
        yield words % {"n": wanted}, "id_assessors"


def in_impacts(assessment: ImpactAssessment) -> Iterator[tuple[str, str]]:
    known = {impact.dimension: impact for impact in assessment.impacts.all()}
    for dimension in Dimension:
        impact = known.get(dimension.value)
        for text in of_dimension(dimension, impact):
            yield text, f"dimension-{dimension.value}"


def of_dimension(dimension: Dimension, impact: Impact | None) -> Iterator[str]:
    words = {"dimension": dimension.label}
    if impact is None or impact.is_affected is None:
        yield _("%(dimension)s: affected or not?") % words
    elif not impact.is_affected:
        if not impact.reason.strip():
            yield _("%(dimension)s: not affected without a reason.") % words
    else:
        for name in OF_AN_IMPACT:
            if getattr(impact, name) in (None, ""):
                label = Impact._meta.get_field(name).verbose_name  # type: ignore[union-attr]
                yield _("%(dimension)s: %(field)s is not said.") % (words | {"field": label})


def in_consultation(assessment: ImpactAssessment) -> Iterator[tuple[str, str]]:
    if not any(one.who.strip() for one in assessment.consultations.all()):
        yield _("A full assessment hears those affected: nobody was heard yet."), ""


def in_measures(assessment: ImpactAssessment) -> Iterator[tuple[str, str]]:
    criteria = criteria_of(assessment)
    if not assessment.impacts.all():
        yield _("Say first which dimensions are affected."), ""
    treated = {measure.dimension for measure in assessment.measures.all()}
    for impact in assessment.impacts.all():
        found = inherent(impact, criteria) if impact.is_affected else None
        if found and LEVELS.index(found.level) >= LEVELS.index(Level.MEDIUM) and impact.dimension not in treated:
            yield _("%(dimension)s: nothing is done about it.") % {"dimension": impact.get_dimension_display()}, ""


def in_result(assessment: ImpactAssessment) -> Iterator[tuple[str, str]]:
    if why := contradiction(assessment, assessment.decision, assessment.conditions):
        yield why, "id_decision"


def contradiction(assessment: ImpactAssessment, decision: str, conditions: str) -> str:
    """Why a decision cannot be taken like that; empty where it can."""
    if is_stopped(assessment) and decision in {Decision.GO, Decision.CONDITIONS}:
        return _("A prohibited practice (Art. 5) cannot go live: the decision is no go, or stop.")
    if decision == Decision.CONDITIONS and not conditions.strip():
        return _("Go with conditions needs its conditions.")
    return ""


FURTHER = {
    "screening": in_screening,
    "identification": in_identification,
    "impacts": in_impacts,
    "consultation": in_consultation,
    "measures": in_measures,
    "result": in_result,
}


def ready_for_review(assessment: ImpactAssessment) -> None:
    """Refuses what is not complete; else keeps what is reviewed: the system as it is, the criteria, the day.

    Raises ValidationError with everything that is missing.
    """
    if missing := lacks(assessment):
        raise ValidationError([f"{lack.section.title}: {lack.text}" for lack in missing])
    criteria = approved_or_usual(assessment.organisation)
    assessment.criteria = criteria if criteria.pk else None
    assessment.facts = assessment.system.facts
    assessment.system_version = assessment.system_version or assessment.system.system_version
    assessment.assessed_on = assessment.assessed_on or assessment.organisation.today()
