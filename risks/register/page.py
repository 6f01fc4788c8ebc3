"""What the page of a risk shows beside its own fields: scores, treatments, and what it is connected with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from organisations.requests import MemberRequest
from records.models import Record
from risks.linking import addresses_for
from risks.models import Affected, ImpactAssessment, Incident, Level, Phase, Risk, RiskAssessment
from risks.scoring.picker import steps_in_words


def page_of_risk(request: MemberRequest, risk: Risk) -> dict[str, Any]:
    """Context of `risks/risk_detail.html`; everything one may not see stays out or stands without a link."""
    scores = scores_of(risk)
    seen = {
        "children": of(request, Risk, risk.children.all()),
        "incidents": of(request, Incident, risk.incidents.all()),
        "impacts": of(request, ImpactAssessment, risk.impact_assessments.all()),
    }
    linked: list[Record] = [record for rows in seen.values() for record in rows]
    linked += [score.criteria for score in scores]
    linked += [record for record in (risk.parent, risk.system) if record]
    urls = addresses_for(request.user, linked)
    return {
        "standing": [phase_of(risk, phase) for phase in Phase],
        "scores": [score_line(score, urls) for score in reversed(scores)],
        "affects": ", ".join(str(Affected(one).label) for one in risk.affects),
        "parent": line(risk.parent, urls) if risk.parent else None,
        "system_url": urls.get(risk.system_id or 0, ""),
        "is_changed": is_changed(risk),
        **{name: [line(record, urls) for record in rows] for name, rows in seen.items()},
    }


def scores_of(risk: Risk) -> Sequence[RiskAssessment]:
    return list(risk.assessments.select_related("criteria", "assessed_by"))


def of(request: MemberRequest, model: type[Record], rows: Any) -> list[Any]:
    visible = model.objects.visible_to(request.user).filter(pk__in=rows.values("pk"))
    return list(visible.order_by("reference"))


def is_changed(risk: Risk) -> bool:
    """Whether its system is no longer as it was when it was last scored (ISO 42001 8.2)."""
    return bool(risk.is_open and risk.system and risk.assessed_facts and risk.assessed_facts != risk.system.facts)


def phase_of(risk: Risk, phase: Phase) -> dict[str, Any]:
    name = getattr(risk, f"{phase}_level")
    score = getattr(risk, f"{phase}_score")
    return {"label": phase.label, "level": name, "score": score, "word": Level(name).label if name else ""}


def score_line(score: RiskAssessment, urls: dict[int, str]) -> dict[str, Any]:
    version = _("%(reference)s, version %(n)s") % {"reference": score.criteria.reference, "n": score.criteria.number}
    return {
        "score": score,
        "highest": score.highest,
        "words": steps_in_words(score),
        "version": version,
        "criteria_url": urls.get(score.criteria_id, ""),
    }


def line(record: Model, urls: dict[int, str]) -> dict[str, Any]:
    return {"record": record, "url": urls.get(record.pk, "")}
