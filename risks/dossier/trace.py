"""One AI system from purpose to concerns, with every gap named as a gap (ISO 42001 6.1, 8.2–8.4, A.4–A.6)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from organisations.roles import VIEW_RECORDS
from risks.changes.another_look import assessments_of, with_organisation
from risks.changes.drafts import changes_since
from risks.changes.material import Past
from risks.dossier.controls import controls_part, evidence_part, monitoring_part
from risks.dossier.made_of import data_part, duties_part, life_cycle_part, resources_part
from risks.dossier.parts import Asked, Dossier, Line, Part
from risks.dossier.risks import risks_part
from risks.models import Concern, GoLive, Incident, Level, Standing
from systems.models import AISystem

GRAVE = {Level.HIGH: "warn", Level.CRITICAL: "bad"}


def dossier_of(system: AISystem, user: Any, on: date) -> Dossier:
    """The trace of a system as `user` may see it. The number of queries does not depend on how much there is."""
    asked = Asked(system, user, on, is_whole=sees_all(user, system))
    parts = (
        purpose_part(asked),
        data_part(asked),
        resources_part(asked),
        duties_part(asked),
        impact_part(asked),
        risks_part(asked),
        controls_part(asked),
        evidence_part(asked),
        life_cycle_part(asked),
        go_live_part(asked),
        monitoring_part(asked),
        incidents_part(asked),
        concerns_part(asked),
    )
    return Dossier(system, on, asked.is_whole, parts)


def sees_all(user: Any, system: AISystem) -> bool:
    return bool(system.organisation.memberships.current().holding(VIEW_RECORDS).filter(user=user).exists())


def purpose_part(asked: Asked) -> Part:
    system = asked.system
    facts = {
        _("Purpose"): system.purpose,
        _("Our roles"): system.role_words,
        _("EU AI Act role"): system.get_act_role_display(),
        _("EU AI Act class"): system.get_risk_class_display(),
        _("Why this class"): system.class_reason,
        _("Level of automation"): system.get_autonomy_display(),
        _("Human oversight"): system.oversight,
        _("Stage"): system.get_stage_display(),
        _("Version in use"): system.system_version,
        _("Go-live"): date_format(system.go_live_on, "j M Y") if system.go_live_on else "",
        _("Owner"): str(system.owner or ""),
    }
    missing = (
        (system.class_reason, _("No reason for the class recorded")),
        (system.scope_reason, _("No reason for the scope recorded")),
        (system.autonomy, _("Level of automation not stated")),
        (system.owner_id, _("No owner")),
    )
    return Part(
        "purpose",
        _("Purpose, role and class"),
        "4.1, A.4.2",
        facts=tuple((str(term), str(value)) for term, value in facts.items()),
        gaps=tuple(words for given, words in missing if not given),
    )


def impact_part(asked: Asked) -> Part:
    """Every version: the current one, earlier ones, those that expired or are on their way."""
    found = assessments_of(asked.system, asked.user)
    lines = tuple(assessment_line(one, asked.on) for one in found if one.is_seen)
    approved = next((one for one in found if one.state == Standing.APPROVED), None)
    return Part("impact", _("Impact assessments"), "6.1.4, 8.4", lines, impact_gaps(asked, approved), total=len(lines))


def assessment_line(assessment: Any, on: date) -> Line:
    state, tone = str(assessment.get_state_display()), "none"
    if assessment.is_expired(on):
        state, tone = _("Expired"), "bad"
    elif assessment.state == Standing.APPROVED:
        state, tone = _("Current"), "good"
    version = _("version %(version)s") % {"version": assessment.system_version} if assessment.system_version else ""
    notes = [version, str(assessment.get_decision_display())]
    return Line(
        assessment.reference,
        assessment.title,
        assessment.get_absolute_url(),
        state=state,
        tone=tone,
        note=", ".join(filter(None, notes)),
        day=assessment.review_on,
    )


def impact_gaps(asked: Asked, approved: Any) -> tuple[str, ...]:
    system = asked.system
    if approved is None:
        return (_("No current impact assessment"),)
    name = approved.reference if approved.is_seen else _("its impact assessment")
    if approved.is_expired(asked.on):
        return (_("No current impact assessment: %(reference)s expired") % {"reference": name},)
    versions = {"reference": name, "old": approved.system_version, "new": system.system_version}
    changes = tuple(
        _("%(change)s since %(reference)s") % {"change": capfirst(one.words), "reference": name}
        for one in changes_since(approved, Past(system))
    )
    if not changes and approved.system_version and system.system_version not in {"", approved.system_version}:
        return (capfirst(_("%(reference)s is of version %(old)s, in use is version %(new)s") % versions),)
    return changes


def go_live_part(asked: Asked) -> Part:
    found = asked.of_system(GoLive).select_related("decided_by").order_by("-decided_on", "-pk")
    decisions = with_organisation(asked.system, found)
    lines = tuple(
        Line(
            one.reference,
            one.title,
            one.get_absolute_url(),
            state=_("Overridden") if one.override_reason else _("Nothing was missing"),
            tone="warn" if one.override_reason else "good",
            note=_("decided by %(person)s") % {"person": one.decided_by},
            day=one.live_on,
        )
        for one in decisions
    )
    return Part("go-live", _("Go-live"), "A.6.2.5", lines, go_live_gaps(asked, decisions), total=len(lines))


def go_live_gaps(asked: Asked, decisions: list[Any]) -> tuple[str, ...]:
    system = asked.system
    if not system.has_gone_live:
        return ()
    if not decisions:
        return asked.gap(_("No go-live record"), if_missing=False)
    version = {"version": system.system_version}
    is_there = any(one.system_version == system.system_version for one in decisions)
    return asked.gap(_("No go-live record of version %(version)s") % version, if_missing=is_there)


def incidents_part(asked: Asked) -> Part:
    found = with_organisation(asked.system, asked.of_system(Incident).order_by("-happened_on", "-pk"))
    lines = tuple(
        Line(
            one.reference,
            one.title,
            one.get_absolute_url(),
            state=_("Open") if one.is_open else _("Closed"),
            tone="warn" if one.is_open else "good",
            note=str(one.get_severity_display()),
            day=one.happened_on,
        )
        for one in found
    )
    late = (one for one in found if not one.is_open and not one.cause.strip())
    gaps = tuple(_("%(reference)s closed without a cause") % {"reference": one.reference} for one in late)
    return Part("incidents", _("Incidents"), "8.2, A.8.4", lines, gaps, total=len(lines))


def concerns_part(asked: Asked) -> Part:
    found = with_organisation(asked.system, asked.of_system(Concern).order_by("-received_on", "-pk"))
    lines = tuple(
        Line(one.reference, one.title, one.get_absolute_url(), state=str(one.get_state_display()), day=one.received_on)
        for one in found
    )
    note = _("Corrective actions stand on the page of the incident or concern that led to them.")
    return Part("concerns", _("Concerns"), "A.3.3", lines, note=note, total=len(lines))
