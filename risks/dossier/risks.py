"""Risks of a system with their levels, treatments and acceptances, for its dossier (ISO 42001 6.1.2, 6.1.3, 8.2)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import F, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from risks.changes.another_look import with_organisation
from risks.dossier.parts import Asked, Line, Part, Rating, RiskLine
from risks.linking import page_of
from risks.models import Acceptance, Level, Phase, Risk, Treatment, TreatmentState

SHOWN = 50
# So many gaps are named one by one.
NAMED = 10
TONES = {Level.HIGH: "warn", Level.CRITICAL: "bad"}
PHASES = (Phase.INHERENT, Phase.CURRENT, Phase.RESIDUAL)
DONE = {TreatmentState.VERIFIED: "good", TreatmentState.IMPLEMENTED: "good"}


def risks_part(asked: Asked) -> Part:
    """The first 50, the highest first; the others are one click away."""
    risks = asked.of_system(Risk)
    ordered = risks.order_by(F("closed_on").desc(nulls_first=True), F("score").desc(nulls_last=True), "reference")
    shown = with_organisation(asked.system, ordered[:SHOWN])
    treatments, acceptances = treatments_of(asked, shown), acceptances_of(asked, shown)
    lines = tuple(risk_line(one, treatments[one.pk], acceptances.get(one.pk, "")) for one in shown)
    total = risks.count()
    gaps = asked.gap(_("No risk on record"), if_missing=total) + unaccepted(asked, risks)
    url = page_of("risk-list", asked.system.organisation, system=asked.system.pk)
    return Part("risks", _("Risks"), "6.1.2, 8.2", lines, gaps, total=total, url=url)


def risk_line(risk: Any, treatments: list[Line], acceptance: str) -> RiskLine:
    ratings = [(phase, getattr(risk, f"{phase}_score"), getattr(risk, f"{phase}_level")) for phase in PHASES]
    closed = _("Closed: %(why)s") % {"why": risk.closed_because} if risk.closed_on else ""
    return RiskLine(
        risk.reference,
        risk.title,
        risk.get_absolute_url(),
        state=str(Level(risk.level).label) if risk.level else _("Not scored"),
        tone=TONES.get(risk.level, "none"),
        note=closed,
        day=risk.review_on,
        ratings=tuple(
            Rating(str(phase.label), score, str(Level(level).label)) for phase, score, level in ratings if score
        ),
        treatments=tuple(treatments),
        acceptance=acceptance,
    )


def treatments_of(asked: Asked, risks: list[Any]) -> dict[int, list[Line]]:
    mine = Treatment.objects.visible_to(asked.user).filter(treats__in=[one.pk for one in risks])
    lines: dict[int, list[Line]] = defaultdict(list)
    for one in with_organisation(asked.system, mine.order_by("reference")):
        is_late = one.is_overdue(asked.on)
        line = Line(
            one.reference,
            one.title,
            one.get_absolute_url(),
            state=_("Overdue") if is_late else str(one.get_status_display()),
            tone="bad" if is_late else DONE.get(one.status, "none"),
            day=one.due_on,
        )
        lines[one.treats_id].append(line)
    return lines


def acceptances_of(asked: Asked, risks: list[Any]) -> dict[int, str]:
    """Who accepted a risk until when, for those whose acceptance stands."""
    standing = Acceptance.objects.standing(asked.on).filter(risk__in=[one.pk for one in risks])
    words = _("%(person)s, until %(day)s")
    return {
        one.risk_id: words % {"person": one.accepted_by, "day": date_format(one.until, "j M Y")}
        for one in standing.select_related("accepted_by").order_by("accepted_on", "pk")
    }


def unaccepted(asked: Asked, risks: QuerySet[Any]) -> tuple[str, ...]:
    """High and critical risks without an acceptance that stands, and risks nobody scored."""
    found = risks.filter(pk__in=Risk.objects.unaccepted(asked.on).values("pk"), level__in=["", *TONES])
    rows = list(found.order_by(F("score").desc(nulls_last=True), "reference").values_list("reference", "level"))
    named = [
        _("%(risk)s %(level)s without acceptance") % {"risk": reference, "level": str(Level(level).label).lower()}
        if level
        else _("%(risk)s not scored") % {"risk": reference}
        for reference, level in rows[:NAMED]
    ]
    more = [_("and %(n)s more risks without acceptance") % {"n": len(rows) - NAMED}] if len(rows) > NAMED else []
    return (*named, *more)
