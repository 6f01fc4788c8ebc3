"""What the page of one assessment shows: its state, its progress, the document, its versions, the risks it feeds."""

from __future__ import annotations

from typing import Any

from organisations.requests import MemberRequest
from records.approving import OPEN
from records.models import Record
from risks.impact.completeness import lacks, section_url
from risks.impact.document import document_of
from risks.impact.lists import DECISION_TONES
from risks.impact.rating import overall_of
from risks.impact.screening import is_stopped
from risks.impact.sections import sections_of
from risks.impact.versions import open_one
from risks.models import ImpactAssessment, Output, Standing, Trigger
from systems.models import AISystem


def detail_of(request: MemberRequest, assessment: ImpactAssessment, *, may_change: bool) -> dict[str, Any]:
    today = request.organisation.today()
    is_open = assessment.state in OPEN
    level = overall_of(assessment)
    missing = lacks(assessment) if is_open else []
    return {
        "is_open": is_open,
        "is_expired": assessment.is_expired(today),
        "is_stopped": is_stopped(assessment),
        "has_changed": is_outdated(assessment),
        "level": level,
        "decision_tone": DECISION_TONES.get(assessment.decision, "none"),  # type: ignore[call-overload]
        "progress": progress_of(assessment) if is_open else None,
        "missing": [{"lead": str(one.section.title), "text": one.text, "url": one.url(assessment)} for one in missing],
        "chapters": document_of(assessment, Output.ISO_42001),
        "system": seen_system(request, assessment),
        "versions": versions_of(request, assessment),
        "feeds": risks_of(request, assessment),
        "open_measures": assessment.measures.filter(done_on=None) if assessment.is_settled and may_change else [],
        "outputs": [one for one in Output if one == Output.ISO_42001 or one in assessment.frameworks],
        "document_url": f"{assessment.get_absolute_url()}document/",
        "triggers": Trigger.choices,
        "may_begin": assessment.state == Standing.APPROVED and may_change and not open_one(assessment.system),
        "next_url": f"{assessment.get_absolute_url()}next-version/",
    }


def is_outdated(assessment: ImpactAssessment) -> bool:
    """Approved, but the system is no longer as it was when it was submitted."""
    return assessment.is_approved and bool(assessment.facts) and assessment.facts != assessment.system.facts


def progress_of(assessment: ImpactAssessment, current: str = "") -> dict[str, Any]:
    """The sections with their addresses, which of them are done, and how many; the next open one."""
    open_ones = {one.section.code for one in lacks(assessment)}
    sections = [
        {
            "code": section.code,
            "title": section.title,
            "url": section_url(assessment, section),
            "is_done": section.code not in open_ones,
            "current": section.code == current,
        }
        for section in sections_of(assessment)
    ]
    done = sum(bool(section["is_done"]) for section in sections)
    first = next((section for section in sections if not section["is_done"]), None)
    return {"sections": sections, "done": done, "of": len(sections), "first": first}


def seen_system(request: MemberRequest, assessment: ImpactAssessment) -> dict[str, str]:
    """The system, with its address for those who may see it."""
    system = assessment.system
    seen = AISystem.objects.visible_to(request.user).filter(pk=system.pk).exists()
    system.organisation = assessment.organisation
    return {"name": str(system), "url": system.get_absolute_url() if seen else ""}


def versions_of(request: MemberRequest, assessment: ImpactAssessment) -> list[ImpactAssessment]:
    """Every version for this system that one may see, the newest first."""
    seen: Any = ImpactAssessment.objects.visible_to(request.user).of(request.organisation)
    found = list(seen.filter(system=assessment.system).select_related("decided_by").order_by("-number", "-pk"))
    for one in found:
        one.organisation = assessment.organisation
    return found


def risks_of(request: MemberRequest, assessment: ImpactAssessment) -> list[dict[str, str]]:
    """The risks it feeds that one may see (6.1.2)."""
    seen = Record.objects.visible_to(request.user).filter(pk__in=assessment.risks.values("pk"))
    return [{"reference": one.reference, "title": one.title, "url": address(request, one)} for one in seen]


def address(request: MemberRequest, record: Record) -> str:
    record.organisation = request.organisation
    return record.get_absolute_url()
