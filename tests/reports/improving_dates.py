"""Corrective actions, improvements and reviews that are due on a day, and how they end."""

from __future__ import annotations

from typing import Any

from organisations.models import Organisation
from records.models import Record
from tests.audits.improving_making import found_out, made_closed, make_improvement, make_review
from tests.audits.making import make_audit, make_finding
from tests.reports.mornings import TODAY
from tests.reports.mornings import due as day


def of_improving(organisation: Organisation, person: Any, on: int) -> dict[str, Record]:
    return {
        "corrective": found_out(organisation, owner=person, due_on=day(on)),
        "effect": found_out(organisation, state="done", done_by=person, check_on=day(on), checker=person),
        "improve": make_improvement(organisation, owner=person, due_on=day(on)),
        "mreview": make_review(organisation, owner=person, held_on=day(on)),
    }


def end_improving(records: dict[str, Record]) -> None:
    """Corrective actions closed, an improvement realised, the minutes of a review issued."""
    for rule in ("corrective", "effect"):
        made_closed(records[rule])
    type(records["improve"]).objects.update(state="realised", result="One list", settled_on=TODAY)
    said = {"suitable": True, "adequate": True, "effective": True, "conclusion": "All well"}
    type(records["mreview"]).objects.update(state="issued", issued_on=TODAY, **said)


def of_audits(organisation: Organisation, person: Any, on: int) -> dict[str, Record]:
    issued: dict[str, Any] = {"owner": person, "issued_on": TODAY}
    return {
        "audit": make_audit(organisation, owner=person, planned_from=day(on)),
        "response": make_finding(organisation, **issued, respond_by=day(on)),
        "finding": make_finding(organisation, **issued, state="responded", due_on=day(on)),
    }
