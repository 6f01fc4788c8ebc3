"""Registers of clauses 4–7 in which nothing is missing."""

from __future__ import annotations

from typing import Any

from clauses import models
from tests.clauses.registers.making import maker, measured
from tests.reports.audited import keep_audit, keep_review

# What each needs beyond its usual fields so that no test of readiness finds it.
COMPLETE: dict[Any, dict[str, Any]] = {
    models.ContextIssue: {"response": "Servers are cooled"},
    models.InterestedParty: {},
    models.LegalRequirement: {"compliance": "Logs are kept"},
    models.AIMSProcess: {"criteria": "Each risk is scored"},
    models.RoleAssignment: {},
    models.Objective: {"frequency": "monthly"},
    models.PlannedChange: {"resources": "Five days", "responsibilities": "The officer"},
    models.Resource: {},
    models.Competence: {"level_held": 3, "shown_by": "A course"},
    models.TrainingRecord: {"effective_check": "It worked"},
    models.Awareness: {"result": "They knew it"},
    models.Communication: {},
}


def keep(stage: Any, kind: Any, **fields: Any) -> Any:
    """A complete record of a register, with `fields` over it."""
    held: dict[str, Any] = {"owner": stage.officer, **COMPLETE[kind]}
    if kind is models.RoleAssignment:
        held["holder"] = stage.officer
    if kind is models.TrainingRecord:
        held["completed_on"] = stage.day(-9)
    return maker(kind)(stage.organisation, **held | fields)


def keep_registers(stage: Any) -> dict[Any, Any]:
    """One complete record in each register, both sides of the context, a top management, an audit and a review."""
    made = {kind: keep(stage, kind) for kind in COMPLETE}
    keep(stage, models.ContextIssue, side="internal", topic="culture")
    measured(made[models.Objective])
    stage.organisation.memberships.filter(user=stage.officer).update(top_management=True)
    keep_audit(stage)
    keep_review(stage)
    return made
