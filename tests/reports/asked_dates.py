"""What is asked of a person by a day: an action, evidence, the answer to an auditor; and how it ends."""

from __future__ import annotations

from typing import Any

from audits.models import InformationRequest
from clauses.models import EvidenceRequest, Task
from organisations.models import Organisation
from records.models import Record
from tests.audits.room.desk_making import make_question
from tests.clauses.asking.making import make_request, make_task
from tests.reports.mornings import TODAY
from tests.reports.mornings import due as day


def asked_of(organisation: Organisation, person: Any, on: int) -> dict[str, Record]:
    """An action, evidence, what an auditor asks, and to accept what was delivered."""
    delivered = {"state": "delivered", "delivered_on": day(on - 7), "asked_by": person}
    return {
        "task": make_task(organisation, owner=person, due_on=day(on)),
        "request": make_request(organisation, owner=person, due_on=day(on)),
        "question": make_question(organisation, owner=person, due_on=day(on)),
        "delivered": make_request(organisation, **delivered),
    }


def end_asked() -> None:
    """Done, or no longer asked for."""
    Task.objects.update(state="done", closed_on=TODAY)
    for kind in (EvidenceRequest, InformationRequest):
        kind.objects.update(state="withdrawn")
