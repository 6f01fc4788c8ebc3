"""Actions and evidence requests for tests, and what is typed into their forms."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from clauses.models import EvidenceRequest, Position, Task
from organisations.models import Organisation
from tests.cast import make_position

number = count(1)


def make_task(organisation: Organisation, **fields: Any) -> Task:
    defaults = {"title": f"Action {next(number)}", "due_on": organisation.today() + timedelta(days=20)}
    return Task.objects.create(organisation=organisation, **defaults | fields)


def task_form(organisation: Organisation) -> dict[str, Any]:
    return {
        "title": "Write it down",
        "what": "Two pages",
        "about-typed": "6.1.2",
        "due_on": organisation.today().isoformat(),
    }


def position(organisation: Organisation, reference: str = "9.1") -> Position:
    """Where it stands on a requirement; one of its own where nothing was opened yet."""
    positions = Position.objects.select_related("organisation").filter(organisation=organisation)
    return positions.filter(reference=reference).first() or make_position(organisation)


def make_request(organisation: Organisation, **fields: Any) -> EvidenceRequest:
    defaults: dict[str, Any] = {
        "title": f"Evidence {next(number)}",
        "due_on": organisation.today() + timedelta(days=20),
    }
    fields.setdefault("about", position(organisation))
    return EvidenceRequest.objects.create(organisation=organisation, **defaults | fields)


def request_form(organisation: Organisation) -> dict[str, Any]:
    today = organisation.today()
    return {
        "title": "Measurements of May",
        "asks": "All",
        "about": position(organisation).pk,
        "due_on": today.isoformat(),
    }
