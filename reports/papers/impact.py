"""An AI system impact assessment on paper, with the parts of the other frameworks it serves (6.1.4, 8.4, A.5).

A plain reading of the model, chapter by chapter in the order of the form.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from reports.models import Report
from risks.models import Dimension, Impact, ImpactAssessment, Output
from risks.models.impact_sections import (
    ContextSection,
    DataAndModelSection,
    DpiaSection,
    FailureSection,
    FriaSection,
    ResultSection,
    ScreeningSection,
    SystemSection,
)

from .document import document, facts_of, table
from .paper import Chapter, Cover, Paper, day, listing, person

RELATED = ("system", "owner", "criteria", "submitted_by", "decided_by", "replaces", "organisation")


def paper_of(report: Report) -> Paper:
    assessment = ImpactAssessment.objects.select_related(*RELATED).get(pk=report.subject_id)
    cover = Cover(
        _("AI system impact assessment"),
        _("Impact on individuals, groups and society (ISO/IEC 42001 6.1.4, 8.4, A.5)."),
        subject=f"{assessment.reference} {assessment.system.title}",
        facts=(
            (_("Assessment"), f"{assessment.reference} {assessment.title}"),
            (_("AI system"), f"{assessment.system.reference} {assessment.system.title}"),
            (_("Version assessed"), assessment.system_version),
            (_("State"), str(assessment.get_state_display())),
            (_("Serves as"), listing(Output(code).label for code in assessment.frameworks)),
        ),
    )
    chapters = chapters_of(assessment)
    return document(report, timezone.now(), cover, chapters, headline(assessment))


def headline(assessment: ImpactAssessment) -> list[dict[str, Any]]:
    impacts, measures = list(assessment.impacts.all()), list(assessment.measures.all())
    told = sum(one.is_affected is not None for one in impacts)
    return [
        {"value": told, "of": len(Dimension), "label": _("dimensions answered")},
        {"value": sum(bool(one.is_affected) for one in impacts), "of": len(Dimension), "label": _("affected")},
        {"value": sum(bool(one.done_on) for one in measures), "of": len(measures), "label": _("measures done")},
    ]


def own(section: type[Any]) -> list[str]:
    """Columns that a section adds."""
    return [field.name for field in section._meta.local_fields]


def chapters_of(assessment: ImpactAssessment) -> list[Chapter]:
    return [
        Chapter("screening", _("Screening"), facts=facts_of(assessment, own(ScreeningSection))),
        identification(assessment),
        Chapter("system", _("The system"), facts=facts_of(assessment, own(SystemSection))),
        Chapter("data", _("Data and model"), facts=facts_of(assessment, own(DataAndModelSection))),
        Chapter("context", _("Where it is used, and who is affected"), facts=facts_of(assessment, own(ContextSection))),
        impacts(assessment),
        Chapter("failure", _("Failure and misuse"), facts=facts_of(assessment, own(FailureSection))),
        consultations(assessment),
        measures(assessment),
        Chapter("result", _("Result"), facts=facts_of(assessment, own(ResultSection))),
        *others(assessment),
        approval(assessment),
    ]


def others(assessment: ImpactAssessment) -> Iterator[Chapter]:
    """The extra fields of the frameworks it serves."""
    for code, section in ((Output.FRIA, FriaSection), (Output.DPIA, DpiaSection)):
        if code in assessment.frameworks:
            yield Chapter(code.value, str(code.label), facts=facts_of(assessment, own(section)))


def identification(assessment: ImpactAssessment) -> Chapter:
    assessors = list(assessment.assessors.order_by("name"))
    risks = assessment.risks.order_by("reference")
    return Chapter(
        "identification",
        _("Identification"),
        facts=(
            *facts_of(assessment, ("title", "system_version", "trigger", "assessed_on")),
            (_("Assessors"), listing(person(user) for user in assessors)),
            (_("Owner"), person(assessment.owner)),
            (_("Replaces"), assessment.replaces.reference if assessment.replaces else ""),
            (_("Risks it feeds"), "\n".join(f"{risk.reference} {risk.title}" for risk in risks)),
        ),
    )


def impacts(assessment: ImpactAssessment) -> Chapter:
    by_dimension = {one.dimension: one for one in assessment.impacts.all()}
    found = [(one, by_dimension.get(one.value)) for one in Dimension]
    affected = [(label, one) for label, one in found if one and one.is_affected]
    spared = [(label.label, one.reason) for label, one in found if one and one.is_affected is False]
    unanswered = listing(label.label for label, one in found if one is None or one.is_affected is None)
    return Chapter(
        "impacts",
        _("Benefits and harms"),
        gap=_("Not answered: %(what)s.") % {"what": unanswered} if unanswered else "",
        tables=(
            table(
                _("Affected"),
                [(_("Dimension"), ""), (_("Benefit and harm"), "w-treated"), (_("Before"), "w-person"),
                 (_("What remains"), "w-person"), (_("Scale, reversibility"), "w-person")],
                ([label.label, *told(one, assessment)] for label, one in affected),
            ),
            table(_("Not affected, because"), [(_("Dimension"), ""), (_("Reason"), "w-most")], spared),
        ),
    )  # fmt: skip


def told(one: Impact, assessment: ImpactAssessment) -> list[str]:
    criteria = assessment.criteria
    before = one.level(criteria) if criteria else None
    after = one.residual_level(criteria) if criteria else None
    return [
        "\n".join(filter(None, [one.benefit, one.harm, one.shown_by])),
        rated(one.severity, one.likelihood, before),
        rated(one.residual_severity, one.residual_likelihood, after),
        listing(filter(None, [one.get_scale_display(), one.get_reversibility_display()])),
    ]


def rated(severity: int | None, likelihood: int | None, level: Any) -> str:
    if severity is None or likelihood is None:
        return ""
    return f"{severity} × {likelihood}" + (f", {level.label}" if level else "")


def consultations(assessment: ImpactAssessment) -> Chapter:
    rows = ([one.who, day(one.heard_on), one.views, one.use] for one in assessment.consultations.all())
    head = [
        (_("Who"), ""),
        (_("When"), "w-until"),
        (_("What they said"), "w-treated"),
        (_("What came of it"), "w-treated"),
    ]
    return Chapter("consultation", _("Consultation"), tables=(table("", head, rows),))


def measures(assessment: ImpactAssessment) -> Chapter:
    rows = (
        [
            *(one.measure, one.get_dimension_display(), one.control.reference if one.control else ""),
            *(person(one.owner), day(one.due_on), day(one.done_on)),
        ]
        for one in assessment.measures.select_related("control", "owner")
    )
    head = [
        *((_("Measure"), ""), (_("Dimension"), "w-person"), (_("Control"), "w-score")),
        *((_("Owner"), "w-person"), (_("Due"), "w-until"), (_("Done on"), "w-until")),
    ]
    return Chapter("measures", _("Measures"), tables=(table("", head, rows),))


def approval(assessment: ImpactAssessment) -> Chapter:
    return Chapter(
        "approval",
        _("Approval and review"),
        gap="" if assessment.is_settled else _("It is not approved."),
        facts=(
            (_("State"), str(assessment.get_state_display())),
            (_("Submitted by"), person(assessment.submitted_by)),
            (_("Decided by"), person(assessment.decided_by)),
            *facts_of(assessment, ("decided_on", "decision_note", "review_on")),
        ),
    )
