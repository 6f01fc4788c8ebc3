"""How deep an assessment should go: a proposal from what is known, from which the person may deviate with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from risks.models import ImpactAssessment, Screening
from systems.models import Autonomy, RiskClass


@dataclass(frozen=True)
class Proposal:
    depth: Screening
    reasons: list[str]

    @property
    def sentence(self) -> str:
        words = {"depth": self.depth.label, "reasons": "; ".join(self.reasons)}
        return _("Proposed: %(depth)s, because: %(reasons)s.") % words


def proposed(assessment: ImpactAssessment) -> Proposal:
    """The depth that the answers and the system's class call for (ISO 42001 6.1.4, A.5.2)."""
    system = assessment.system
    people = assessment.people if assessment.people is not None else system.people_affected
    deep = [
        (system.risk_class == RiskClass.PROHIBITED, _("its class is prohibited")),
        (system.risk_class == RiskClass.HIGH, _("its class is high risk")),
        (bool(assessment.personal_data and people), _("it processes data of the people it affects")),
        (assessment.autonomy in {Autonomy.ALONE, Autonomy.SUPERVISED}, _("it decides by itself")),
        (bool(assessment.vulnerable.strip()), _("it affects vulnerable groups")),
    ]
    if reasons := [words for holds, words in deep if holds]:
        return Proposal(Screening.FULL, reasons)
    shallow = [
        (system.risk_class == RiskClass.LIMITED, _("people must be told that it is AI")),
        (bool(assessment.personal_data), _("it processes personal data")),
        (bool(people), _("it affects people")),
    ]
    if reasons := [words for holds, words in shallow if holds]:
        return Proposal(Screening.LIGHT, reasons)
    return Proposal(Screening.NONE, [_("no personal data, nobody affected, a person decides")])


def full_by_answers() -> Q:
    """The assessments for which `proposed` says full."""
    people = Q(people__gt=0) | Q(people=None, system__people_affected__gt=0)
    return (
        Q(system__risk_class__in=[RiskClass.PROHIBITED, RiskClass.HIGH])
        | Q(people, personal_data=True)
        | Q(autonomy__in=[Autonomy.ALONE, Autonomy.SUPERVISED])
        | Q(vulnerable__regex=r"\S")
    )


def is_stopped(assessment: ImpactAssessment) -> bool:
    """A prohibited practice (EU AI Act Art. 5) may not go live, whatever else is said."""
    return bool(assessment.is_prohibited) or assessment.system.risk_class == RiskClass.PROHIBITED
