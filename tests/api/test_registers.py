"""The registers of clauses 4–7 for programs: each is added, changed and listed; objectives take measurements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from clauses.api_registers import REGISTERS
from clauses.models import LegalRequirement, Objective
from tests.clauses.registers.making import FIELDS, maker
from tests.traces import written

pytestmark = pytest.mark.django_db


def sent(model: Any, owner: Any) -> dict[str, Any]:
    fields = {name: one.isoformat() if isinstance(one, date) else one for name, one in FIELDS[model].items()}
    return {"title": "Sent by a program", "owner": owner.email, **fields}


@pytest.mark.parametrize("path", REGISTERS)
def test_a_program_adds_changes_and_lists_it(path: str, officer: Any, program: Callable[..., Any]) -> None:
    ask, model = program(officer), REGISTERS[path].views.model
    answer = ask("post", f"{path}/", sent(model, officer))
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["owner"] == officer.email
    address = f"{path}/{made['reference']}/"
    changed = ask("patch", address, {"title": "Changed"}, **{"If-Match": answer["ETag"]})
    assert (changed.status_code, changed.json()["title"]) == (200, "Changed")
    assert ask("patch", address, {"title": "Again"}, **{"If-Match": answer["ETag"]}).status_code == 412
    listed = ask("get", f"{path}/").json()["results"]
    assert [one["reference"] for one in listed] == [made["reference"]]
    assert ask("post", f"{path}/", {"title": ""}).json()["error"]["fields"]["title"]


@pytest.mark.parametrize("path", REGISTERS)
def test_a_program_of_an_auditor_only_reads(path: str, officer: Any, auditor: Any, program: Any) -> None:
    model = REGISTERS[path].views.model
    record = maker(model)(officer.memberships.get().organisation)
    ask = program(auditor)
    before = written()
    assert ask("get", f"{path}/{record.reference}/").status_code == 200
    assert ask("post", f"{path}/", sent(model, officer)).status_code == 403
    assert ask("patch", f"{path}/{record.reference}/", {"title": "x"}, **{"If-Match": "*"}).status_code == 403
    assert written() == before


def test_links_are_given_by_reference(organisation: Any, officer: Any, program: Any) -> None:
    ask = program(officer)
    party = ask(
        "post",
        "interested-parties/",
        {"title": "Staff", "party_kind": "employees", "needs": "x", "owner": officer.email, "handled_in_aims": True},
    ).json()
    law = sent(LegalRequirement, officer) | {"parties": [party["reference"]], "positions": ["6.1.2"]}
    made = ask("post", "legal-requirements/", law).json()
    assert (made["parties"], made["positions"], made["systems"]) == ([party["reference"]], ["6.1.2"], [])
    refused = ask("post", "legal-requirements/", law | {"parties": ["IP-99"]})
    assert refused.json()["error"]["fields"]["parties"]


@pytest.fixture
def objective(organisation: Any) -> Objective:
    made: Objective = maker(Objective)(organisation)
    return made


def test_a_program_sends_a_measurement(objective: Any, officer: Any, program: Callable[..., Any]) -> None:
    ask, today = program(officer), objective.organisation.today().isoformat()
    address = f"objectives/{objective.reference}/measurements/"
    answer = ask("post", address, {"on": today, "value": 96.5, "note": "Nightly job"}, **{"Idempotency-Key": "m1"})
    assert answer.status_code == 201
    assert answer.json() == {"on": today, "value": "96.5", "note": "Nightly job", "by": officer.email}
    again = ask("post", address, {"on": today, "value": 96.5, "note": "Nightly job"}, **{"Idempotency-Key": "m1"})
    assert again.json() == answer.json()
    assert ask("post", address, {"on": today, "value": 97}).json()["error"]["fields"]["on"]
    assert ask("post", address, {"value": True}).status_code == 400
    assert ask("post", address, {"worth": 1}).status_code == 400
    shown = ask("get", f"objectives/{objective.reference}/").json()
    assert (shown["newest"], shown["newest_on"], shown["state"]) == ("96.5", today, "reached")


def test_a_program_without_the_right_sends_nothing(objective: Any, auditor: Any, program: Any) -> None:
    answer = program(auditor)("post", f"objectives/{objective.reference}/measurements/", {"value": 1})
    assert answer.status_code == 403
