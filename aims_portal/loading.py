"""Loads one organisation from a file in the sample's format: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pghistory
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from audits.loading import load_audits
from audits.loading_improving import load_improving
from audits.loading_rooms import load_rooms
from clauses.asking.loading import load_asked
from clauses.documents.loading import load_documents
from clauses.loading_positions import load_expected_proofs, load_positions
from clauses.loading_registers import load_registers
from clauses.models import Requirement
from clauses.scope.loading import load_scope
from evidence.loading import load_evidence
from organisations.loading import load_organisation, load_people, today_in
from organisations.reading import read
from organisations.rows import BadFileError, Intake, Problem
from risks.applicability.loading import load_statement
from risks.impact.loading import load_impact_assessments
from risks.incidents.loading import load_concerns, load_incidents
from risks.register.loading import load_criteria, load_risks
from systems.loading import link_suppliers, load_suppliers, load_systems
from systems.loading_registers import load_system_registers

# In this order: each may point at what was loaded before it.
STEPS = (
    load_organisation,
    load_people,
    load_suppliers,
    load_systems,
    link_suppliers,
    load_system_registers,
    load_positions,
    load_registers,
    load_scope,
    load_documents,
    load_criteria,
    load_risks,
    load_evidence,
    load_expected_proofs,
    load_statement,
    load_impact_assessments,
    load_incidents,
    load_concerns,
    load_audits,
    load_improving,
    load_rooms,
    load_asked,
)
TAKEN_IN = (
    *("organisation", "people", "suppliers", "ai_systems", "soa", "gap_assessment", "positions", "evidence"),
    *("datasets", "system_resources", "system_records"),
    *("risk_criteria", "risks", "impact_assessments", "incidents", "concerns"),
    *("context_issues", "interested_parties", "objectives", "training_records", "documents"),
    *("actions", "evidence_requests"),
    *("audit_programmes", "internal_audit", "audits", "planned_audits"),
    *("corrective_actions", "improvements", "management_review"),
    *("external_audit_invitation", "audit_rooms"),
)
# What a correct portal shows of the sample: for whoever checks it, not for the portal.
NOT_DATA = ("expected_dashboard_facts",)


def load(path: Path, *, shift_from: date | None = None) -> Intake:
    """Loads the organisation of a file; returns what became of it (`organisation`, `known`, `absent`).

    With `shift_from` every date of the file moves by the days from then to today at the organisation.
    Raises BadFileError with everything that is wrong; then nothing is loaded and no file is kept.
    """
    if not Requirement.objects.exists():
        raise BadFileError(path, [Problem(1, "catalogue", _("is not loaded yet: run load_catalogue first"))])
    intake = read(path)
    if shift_from:
        intake = read(path, move=today_in(intake) - shift_from)
    for section in set(intake.root) - {*TAKEN_IN, *NOT_DATA}:
        intake.root.refuse(section, _("is not a section of the format"))
    with ExitStack() as undo:
        undo.callback(forget_files, intake)
        with transaction.atomic(), pghistory.context(command="load_organisation", file=path.name):
            for step in STEPS:
                step(intake)
            intake.stop_if_bad()
        undo.pop_all()
    return intake


def forget_files(intake: Intake) -> None:
    for key in intake.stored:
        default_storage.delete(key)


def summary(intake: Intake) -> Iterator[str]:
    """What was loaded, in a few lines."""
    organisation = intake.organisation
    positions = intake.known["requirements"].values()
    counts = {
        _("people"): len(intake.made["people"]),
        _("suppliers"): len(intake.made["suppliers"]),
        _("AI systems"): len(intake.made["ai_systems"]),
        _("datasets"): len(intake.made["datasets"]),
        _("life-cycle records"): len(intake.made["system_records"]),
        _("controls decided"): sum(made.requirement.is_control and made.applicable is not None for made in positions),
        _("clauses with a status"): sum(bool(made.status) and not made.requirement.is_control for made in positions),
        _("risks"): len(intake.made["risks"]),
        _("items of evidence"): len(intake.made["evidence"]),
        _("interested parties"): len(intake.made["interested_parties"]),
        _("objectives"): len(intake.made["objectives"]),
        _("documents"): len(intake.made["documents"]),
        _("training records"): len(intake.made["training_records"]),
        _("audits"): len(intake.known["audits"]),
    }
    words = {"name": organisation.name, "slug": organisation.slug, "zone": organisation.timezone}
    yield _("Loaded %(name)s as /%(slug)s/, time zone %(zone)s:") % words
    yield "  " + ", ".join(f"{name}: {count}" for name, count in counts.items())
    if intake.absent:
        yield _("File absent: %(items)s") % {"items": ", ".join(intake.absent)}
