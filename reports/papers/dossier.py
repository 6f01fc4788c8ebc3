"""The dossier of one AI system: from its purpose to what went wrong, gaps shown as gaps (certification §10).

A plain reading of the models along the vertical trace an auditor follows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from clauses.models import Position
from evidence.models import Evidence
from reports.models import Report
from reports.readiness.risk_lists import Seen
from risks.models import Acceptance, GoLive, ImpactAssessment, Incident, Risk, Treatment
from systems.models import AISystem

from .document import document, facts_of, table
from .paper import Chapter, Cover, Paper, day, listing, person

FACTS = (
    *("purpose", "roles", "act_role", "risk_class", "class_reason", "stage", "system_version", "go_live_on"),
    *("model", "data_categories", "personal_data", "users", "affected", "people_affected", "oversight", "autonomy"),
    *("in_scope", "scope_reason", "retired_on"),
)


def paper_of(report: Report) -> Paper:
    at = timezone.now()
    seen = Seen(report.organisation, report.requested_by, at, timezone.localdate(at, report.organisation.zone))
    system = AISystem.objects.select_related("owner", "technical_owner", "main_supplier").get(pk=report.subject_id)
    cover = Cover(
        _("AI system dossier"),
        _("From purpose to corrective action: what an auditor follows along one AI system."),
        subject=f"{system.reference} {system.title}",
        facts=(
            (_("AI system"), f"{system.reference} {system.title}"),
            (_("Version in use"), system.system_version),
            (_("Owner"), person(system.owner)),
        ),
    )
    chapters = [
        purpose(system), assessments(seen, system), risks(seen, system), treatments(seen, system),
        controls(seen, system), go_lives(seen, system), incidents(seen, system), evidence(seen, system),
    ]  # fmt: skip
    return document(report, at, cover, chapters, headline(chapters))


def headline(chapters: Iterable[Chapter]) -> list[dict[str, Any]]:
    chapters = list(chapters)
    gaps = sum(bool(one.gap) for one in chapters)
    return [
        {"value": len(chapters) - gaps, "of": len(chapters), "label": _("chapters without a gap")},
        {"value": gaps, "of": None, "label": _("gaps")},
    ]


def ordered(rows: Any) -> Any:
    return rows.order_by(Length("reference"), "reference")


def chapter(anchor: str, title: str, head: list[tuple[str, str]], rows: list[list[Any]], gap: str) -> Chapter:
    """A chapter that is a table; a gap where it has no row."""
    return Chapter(anchor, title, tables=(table("", head, rows),) if rows else (), gap="" if rows else gap)


def purpose(system: AISystem) -> Chapter:
    people = (
        (_("Technical owner"), person(system.technical_owner)),
        (_("Supplier"), system.main_supplier.title if system.main_supplier else ""),
    )
    gap = "" if system.owner_id else _("Nobody owns this system.")
    return Chapter("purpose", _("Purpose, role and class"), facts=(*facts_of(system, FACTS), *people), gap=gap)


def assessments(seen: Seen, system: AISystem) -> Chapter:
    found = list(ordered(seen.of(ImpactAssessment).filter(system=system).select_related("decided_by")))
    rows = [
        [
            *(f"{one.reference} {one.title}", one.get_state_display(), one.system_version),
            *(one.get_decision_display(), person(one.decided_by), day(one.review_on)),
        ]
        for one in found
    ]
    head = [
        *((_("Assessment"), ""), (_("State"), "w-person"), (_("Version assessed"), "w-score")),
        *((_("Decision"), "w-person"), (_("Decided by"), "w-person"), (_("Until"), "w-until")),
    ]
    current = seen.of(ImpactAssessment).current(seen.on).filter(system=system).exists()
    gap = "" if current else _("No approved and unexpired impact assessment (6.1.4, 8.4, A.5).")
    return Chapter("impact", _("Impact assessments"), tables=(table("", head, rows),) if rows else (), gap=gap)


def risks(seen: Seen, system: AISystem) -> Chapter:
    found = list(ordered(seen.of(Risk).filter(system=system).select_related("owner")))
    standing = Acceptance.objects.standing(seen.on).filter(risk__in=found).order_by("until")
    until = dict(standing.values_list("risk", "until"))
    rows = [
        [
            *(f"{one.reference} {one.title}", scored(one.inherent_score, one.get_inherent_level_display())),
            *(scored(one.residual_score, one.get_residual_level_display()), one.get_option_display()),
            *(person(one.owner), _("closed") if one.closed_on else day(until.get(one.pk))),
        ]
        for one in found
    ]
    head = [
        *((_("Risk"), ""), (_("Inherent"), "w-score"), (_("Residual"), "w-score"), (_("Option"), "w-person")),
        *((_("Owner"), "w-person"), (_("Accepted until"), "w-until")),
    ]
    return chapter("risks", _("Risks"), head, rows, _("No risk of this system is on record (8.2)."))


def scored(score: int | None, level: str) -> str:
    return f"{score} {level}" if score is not None else ""


def treatments(seen: Seen, system: AISystem) -> Chapter:
    found = ordered(seen.of(Treatment).filter(treats__system=system)).select_related("treats", "owner")
    rows = [
        [
            *(f"{one.reference} {one.title}", one.treats.reference),
            *(listing(link.control.reference for link in one.links.all()), person(one.owner)),
            *(day(one.due_on), one.get_status_display()),
        ]
        for one in found.prefetch_related("links__control")
    ]
    head = [
        *((_("Treatment"), ""), (_("Risk"), "w-score"), (_("Controls"), "w-person"), (_("Owner"), "w-person")),
        *((_("Due"), "w-until"), (_("Status"), "w-person")),
    ]
    return chapter("treatment", _("Treatment"), head, rows, _("Nothing is planned against its risks (8.3)."))


def controls(seen: Seen, system: AISystem) -> Chapter:
    named = seen.of(Position).controls().in_order().filter(treated_by__treats__system=system).distinct()
    rows = [
        [f"{one.reference} {one.title}", one.get_status_display(), one.justification]
        for one in named.select_related("owner")
    ]
    head = [(_("Control"), ""), (_("Status"), "w-person"), (_("Reason"), "w-most")]
    return chapter("controls", _("Controls its treatments rest on"), head, rows, _("No control is linked (6.1.3)."))


def go_lives(seen: Seen, system: AISystem) -> Chapter:
    rows = [
        [
            *(f"{one.reference} {one.system_version}", day(one.live_on), one.verification),
            *(one.assessment.reference if one.assessment else "", person(one.decided_by), one.override_reason),
        ]
        for one in ordered(seen.of(GoLive).filter(system=system)).select_related("assessment", "decided_by")
    ]
    head = [
        *((_("Decision"), ""), (_("Live on"), "w-until"), (_("Verification"), "w-treated")),
        *((_("Assessment"), "w-score"), (_("Decided by"), "w-person"), (_("Overridden because"), "w-person")),
    ]
    return chapter("live", _("Verification and go-live"), head, rows, _("No go-live decision is on record (A.6.2.5)."))


def incidents(seen: Seen, system: AISystem) -> Chapter:
    rows = [
        [
            *(f"{one.reference} {one.title}", day(one.happened_on), one.get_severity_display()),
            *(one.cause, one.correction, day(one.closed_on) or _("open")),
        ]
        for one in ordered(seen.of(Incident).filter(system=system))
    ]
    head = [
        *((_("Incident"), ""), (_("Happened on"), "w-until"), (_("Severity"), "w-score")),
        *((_("Cause"), "w-person"), (_("Correction"), "w-person"), (_("Closed"), "w-until")),
    ]
    none = table("", head, rows, _("No incident is on record."))
    return Chapter("incidents", _("Incidents"), tables=(none,))


def evidence(seen: Seen, system: AISystem) -> Chapter:
    rows = [
        [f"{one.reference} {one.title}", one.get_evidence_kind_display(), day(one.received_on), day(one.valid_until)]
        for one in ordered(seen.of(Evidence).filter(proofs__record=system).distinct())
    ]
    head = [(_("Evidence"), ""), (_("Kind"), "w-person"), (_("Received"), "w-until"), (_("Valid until"), "w-until")]
    return chapter("evidence", _("Evidence"), head, rows, _("No evidence is linked to this system."))
