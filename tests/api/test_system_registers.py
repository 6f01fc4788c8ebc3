"""Suppliers, datasets, resources and life-cycle records for programs; checks, assessments and duties as rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from systems.api_registers import REGISTERS
from systems.models import Dataset, Responsibility, Supplier
from tests.cast import make_ai_system, make_supplier
from tests.records.test_query_counts import queries
from tests.systems.making import (
    DATASET,
    RESOURCE,
    VERIFICATION,
    make_check,
    make_dataset,
    make_system_record,
    make_system_resource,
    share,
)
from tests.traces import written

pytestmark = pytest.mark.django_db
Program = Callable[..., Any]
MAKERS: dict[str, Callable[..., Any]] = {
    "suppliers": make_supplier,
    "datasets": make_dataset,
    "system-resources": make_system_resource,
    "system-records": make_system_record,
}


def sent(path: str, owner: Any) -> dict[str, Any]:
    organisation = owner.memberships.get().organisation
    fields: dict[str, dict[str, Any]] = {
        "suppliers": {"service": "Labels", "contract_ai_clauses": True, "contract_clauses": ["audit"]},
        "datasets": {**DATASET, "systems": [make_ai_system(organisation).reference]},
        "system-resources": {**RESOURCE, "supplied_by": make_supplier(organisation).reference},
        "system-records": {**VERIFICATION, "system": make_ai_system(organisation).reference},
    }
    return {"title": "Sent by a program", "owner": owner.email, **fields[path]}


@pytest.mark.parametrize("path", REGISTERS)
def test_a_program_adds_changes_and_lists_it(path: str, officer: Any, program: Program) -> None:
    ask, given = program(officer), sent(path, officer)
    answer = ask("post", f"{path}/", given)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert {name: made[name] for name in given} == given
    address = f"{path}/{made['reference']}/"
    changed = ask("patch", address, {"title": "Changed"}, **{"If-Match": answer["ETag"]})
    assert (changed.status_code, changed.json()["title"]) == (200, "Changed")
    assert {name: changed.json()[name] for name in given} == given | {"title": "Changed"}
    assert ask("patch", address, {"title": "Again"}, **{"If-Match": answer["ETag"]}).status_code == 412
    listed = ask("get", f"{path}/?q=changed").json()["results"]
    assert [one["reference"] for one in listed] == [made["reference"]]
    assert ask("post", f"{path}/", {"title": ""}).json()["error"]["fields"]["title"]


@pytest.mark.parametrize("path", REGISTERS)
def test_a_program_of_an_auditor_only_reads(path: str, officer: Any, auditor: Any, program: Program) -> None:
    record, given = MAKERS[path](officer.memberships.get().organisation), sent(path, officer)
    ask, before = program(auditor), written()
    assert ask("get", f"{path}/{record.reference}/").status_code == 200
    assert ask("post", f"{path}/", given).status_code == 403
    assert ask("patch", f"{path}/{record.reference}/", {"title": "x"}, **{"If-Match": "*"}).status_code == 403
    for rows in ("checks", "assessments", "responsibilities"):
        assert ask("post", f"{path}/{record.reference}/{rows}/", {}).status_code in {403, 404}
    assert written() == before


def test_a_check_is_sent_once_and_told(organisation: Any, officer: Any, program: Program) -> None:
    ask, dataset = program(officer), make_dataset(organisation)
    address, today = f"datasets/{dataset.reference}/checks/", organisation.today().isoformat()
    check = {"subject": "bias", "on": today, "what": "Rates", "result": "0.7", "passed": False}
    for _time in range(2):
        answer = ask("post", address, check, **{"Idempotency-Key": "night"})
        assert (answer.status_code, answer.json()) == (201, check | {"by": officer.email})
    told = ask("get", f"datasets/{dataset.reference}/").json()
    assert (told["bias"], told["quality"], told["checks"]) == (False, None, [check | {"by": officer.email}])
    for wrong in ({"subject": "luck"}, {"passed": None}, {"on": "2999-01-01"}, {"what": ["x"]}, {"by": officer.email}):
        assert set(ask("post", address, check | wrong).json()["error"]["fields"]) == set(wrong)
    assert Dataset.objects.get().checks.count() == 1


def test_an_assessment_is_sent_and_the_supplier_follows_it(organisation: Any, officer: Any, program: Program) -> None:
    ask, supplier = program(officer), make_supplier(organisation)
    today = organisation.today().isoformat()
    given = {"on": today, "result": "rejected", "how": "Audit", "conditions": "", "next_on": "2099-01-01"}
    answer = ask("post", f"suppliers/{supplier.reference}/assessments/", given)
    assert answer.status_code == 201, answer.content
    told = ask("get", f"suppliers/{supplier.reference}/").json()
    assert (told["result"], told["assessed_on"], told["review_on"]) == ("rejected", today, "2099-01-01")
    assert told["assessments"] == [answer.json()]


@pytest.mark.parametrize("kind", ["suppliers", "ai-systems"])
def test_a_duty_is_sent(kind: str, organisation: Any, officer: Any, program: Program) -> None:
    supplier, system = make_supplier(organisation), make_ai_system(organisation)
    here, other = (
        (supplier, {"system": system.reference}) if kind == "suppliers" else (system, {"supplier": supplier.reference})
    )
    ask, address = program(officer), f"{kind}/{here.reference}/responsibilities/"
    given = {"duty": "Tests", "our_part": "does", "supplier_part": "supports", **other}
    assert ask("post", address, given).status_code == 201
    [row] = ask("get", f"{kind}/{here.reference}/").json()["responsibilities"]
    assert (row["supplier"], row["system"], row["our_part"]) == (supplier.reference, system.reference, "does")
    assert ask("post", address, {"duty": "Tests"}).json()["error"]["fields"]["our_part"]
    assert ask("post", address, given | {"seen": "x"}).json()["error"]["fields"]["seen"]
    assert Responsibility.objects.count() == 1


def test_what_one_may_not_see_is_named_in_no_duty(organisation: Any, contributor: Any, program: Program) -> None:
    system = make_ai_system(organisation, owner=contributor)
    share(system=system, supplier=make_supplier(organisation))
    [row] = program(contributor)("get", f"ai-systems/{system.reference}/").json()["responsibilities"]
    assert (row["system"], row["supplier"]) == (system.reference, None)
    unseen = make_supplier(organisation).reference
    answer = program(contributor)(
        "post",
        f"ai-systems/{system.reference}/responsibilities/",
        {"duty": "x", "our_part": "does", "supplier": unseen},
    )
    assert answer.json()["error"]["fields"]["supplier"]


@pytest.mark.parametrize("path", ["suppliers", "datasets"])
def test_a_list_asks_as_much_for_three_with_rows_as_for_one(
    path: str, organisation: Any, officer: Any, sign_in: Any
) -> None:
    client, address = sign_in(officer), f"/api/v1/{organisation.slug}/{path}/"

    def grow() -> None:
        record = MAKERS[path](organisation)
        if isinstance(record, Supplier):
            share(supplier=record, system=make_ai_system(organisation))
            record.assessments.create(on=organisation.today(), result="approved", by=officer)
        else:
            make_check(record, by=officer)
            record.systems.add(make_ai_system(organisation))

    grow()
    one = len(queries(client, address))
    grow()
    grow()
    assert len(queries(client, address)) == one
