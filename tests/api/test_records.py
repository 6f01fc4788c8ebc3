"""Records through the API: rights, the rules of the forms, lost updates, errors at their fields."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clauses.models import Position
from systems.models import AISystem
from tests.cast import READERS, make_ai_system, make_evidence, make_position, make_supplier, somebody
from tests.record_types import ai_system_form
from tests.risk_cast import make_criteria, make_risk
from tests.traces import history_of, written

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]
KINDS = {"requirements": make_position, "ai-systems": make_ai_system, "evidence": make_evidence}
KINDS |= {"risks": make_risk, "risk-criteria": make_criteria}


@pytest.fixture(params=KINDS)
def kind(request: Any) -> str:
    return str(request.param)


def new_system(organisation: Any, owner: Any) -> dict[str, Any]:
    return ai_system_form(organisation) | {"owner": owner.email, "in_scope": True}


@pytest.mark.parametrize("role", READERS)
def test_readers_read_and_change_nothing(
    role: str, kind: str, organisation: Any, program: Callable[..., Ask], request: Any
) -> None:
    ask = program(request.getfixturevalue(role))
    reference, before = KINDS[kind](organisation).reference, written()
    assert ask("get", f"{kind}/").json()["count"] >= 1
    assert ask("get", f"{kind}/{reference}/").status_code == 200
    assert ask("patch", f"{kind}/{reference}/", {"title": "x"}, **{"If-Match": '"1"'}).status_code == 403
    assert ask("post", f"{kind}/", {"title": "x"}).status_code == (405 if kind == "requirements" else 403)
    assert ask("delete", f"{kind}/{reference}/").status_code == 405
    assert ask("post", f"evidence/{make_evidence(organisation).reference}/versions/", {}).status_code == 403
    changed = {name for name, count in written().items() if before[name] != count} - {"ApiKeyEvent"}
    assert changed <= {"EvidenceEvent", "EvidenceVersionEvent", "RecordEvent"}


def test_a_contributor_has_only_their_own(
    kind: str, contributor: Any, organisation: Any, program: Callable[..., Ask]
) -> None:
    ask = program(contributor)
    own, other = KINDS[kind](organisation, owner=contributor), KINDS[kind](organisation)
    field = "narrative" if kind == "requirements" else "title"
    assert ask("get", f"{kind}/{other.reference}/").status_code == 404
    assert ask("patch", f"{kind}/{other.reference}/", {field: "x"}, **{"If-Match": "*"}).status_code == 404
    assert [row.get("reference", row.get("number")) for row in ask("get", f"{kind}/").json()["results"]] == [
        own.reference
    ]
    assert ask("patch", f"{kind}/{own.reference}/", {field: "Mine"}, **{"If-Match": "*"}).status_code == 200
    assert ask("get", "dashboard/").status_code == 403
    assert ask("get", "reports/").status_code == 403


def test_another_organisation_finds_nothing(
    kind: str, organisation: Any, outsider: Any, program: Callable[..., Ask]
) -> None:
    ask, reference = program(outsider), KINDS[kind](organisation).reference
    for path in (f"{kind}/", f"{kind}/{reference}/", "reports/", "dashboard/", "history/"):
        assert ask("get", f"/api/v1/{organisation.slug}/{path}").status_code == 404
    if kind != "requirements":
        assert ask("get", f"{kind}/{reference}/").status_code == 404


def test_a_stale_or_missing_etag_is_refused(
    kind: str, officer: Any, organisation: Any, program: Callable[..., Ask]
) -> None:
    ask, record = program(officer), KINDS[kind](organisation, owner=officer)
    path, field = f"{kind}/{record.reference}/", "narrative" if kind == "requirements" else "title"
    tag = ask("get", path)["ETag"]
    assert ask("patch", path, {field: "First"}).status_code == 428
    first = ask("patch", path, {field: "First"}, **{"If-Match": tag})
    assert first.status_code == 200, first.content
    assert first.json()[field] == "First"
    assert first["ETag"] != tag
    late = ask("patch", path, {field: "Second"}, **{"If-Match": tag})
    assert late.status_code == 412
    assert late["ETag"] == first["ETag"]
    assert late.json()["error"]["fields"] == {field: ["It is now: First"]}
    assert ask("get", path).json()[field] == "First"


def test_a_change_keeps_everything_else(officer: Any, organisation: Any, program: Callable[..., Ask]) -> None:
    ask = program(officer)
    given = new_system(organisation, officer) | {
        "suppliers": [make_supplier(organisation).reference],
        "main_supplier": make_supplier(organisation).reference,
        "technical_owner": somebody(organisation).email,
        "review_on": "2027-01-31",
        "personal_data": True,
    }
    made = ask("post", "ai-systems/", given)
    assert made.status_code == 201, made.content
    assert made["Location"].endswith(f"/{made.json()['reference']}/")
    before = made.json()
    assert {name: before[name] for name in given} == given
    after = ask("patch", f"ai-systems/{before['reference']}/", {"title": "New"}, **{"If-Match": made["ETag"]}).json()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"title", "version", "changed_at"}


def test_the_rules_are_those_of_the_form(officer: Any, organisation: Any, program: Callable[..., Ask]) -> None:
    ask = program(officer)
    wrong: dict[str, Any] = {"owner": "nobody@example.org", "stage": "operation_and_monitoring", "roles": "provider"}
    answers = {
        "roles": ask("post", "ai-systems/", new_system(organisation, officer) | {"roles": "provider"}),
        "owner": ask("post", "ai-systems/", new_system(organisation, officer) | {"owner": wrong["owner"]}),
        "go_live_on": ask("post", "ai-systems/", new_system(organisation, officer) | {"stage": wrong["stage"]}),
        "title": ask("post", "ai-systems/", new_system(organisation, officer) | {"title": {"a": 1}}),
        "reference": ask("post", "ai-systems/", new_system(organisation, officer) | {"reference": "AIS-99"}),
    }
    for field, answer in answers.items():
        assert answer.status_code == 400
        assert list(answer.json()["error"]["fields"]) == [field]
    assert not AISystem.objects.of(organisation).exists()


def test_a_control_needs_its_reason(officer: Any, organisation: Any, program: Callable[..., Ask]) -> None:
    ask, path = program(officer), "requirements/A.6.2.4/"
    answer = ask("patch", path, {"applicable": True}, **{"If-Match": "*"})
    assert set(answer.json()["error"]["fields"]) == {"basis", "justification"}
    fields = {"applicable": True, "basis": ["risk"], "justification": "R-01", "status": "implemented"}
    answer = ask("patch", path, fields, **{"If-Match": "*"}).json()
    assert {name: answer[name] for name in fields} == fields
    answer = ask("patch", "requirements/6.1.2/", {"applicable": False}, **{"If-Match": "*"})
    assert answer.status_code == 400


def test_requirements_tell_their_evidence_and_mark(
    officer: Any, organisation: Any, program: Callable[..., Ask]
) -> None:
    position = Position.objects.get(organisation=organisation, reference="6.1.2")
    item = make_evidence(organisation, proves=position)
    row = program(officer)("get", "requirements/6.1.2/").json()
    assert row["kind"] == "clause"
    assert row["applicable"] is True
    assert row["evidence"] == [item.reference]
    assert row["mark"] == "unanswered"
    rows = program(officer)("get", "requirements/?kind=control&rows=100").json()
    assert (rows["count"], rows["next"]) == (38, None)
    assert {row["kind"] for row in rows["results"]} == {"control"}


def test_lists_come_in_pages_and_are_filtered(officer: Any, organisation: Any, program: Callable[..., Ask]) -> None:
    ask = program(officer)
    for title in ("Alpha", "Beta", "Gamma"):
        make_ai_system(organisation, title=title)
    first = ask("get", "ai-systems/?rows=2").json()
    assert len(first["results"]) == 2
    assert len(ask("get", first["next"].replace("http://testserver", "")).json()["results"]) == 1
    assert [row["title"] for row in ask("get", "ai-systems/?q=bet").json()["results"]] == ["Beta"]
    assert "risk_class" in ask("get", "ai-systems/?risk_class=odd").json()["error"]["fields"]
    assert ask("get", "ai-systems/?page=99").status_code == 404


def test_a_system_is_retired_and_taken_back(officer: Any, organisation: Any, program: Callable[..., Ask]) -> None:
    ask, system = program(officer), make_ai_system(organisation, owner=officer)
    path, today = f"ai-systems/{system.reference}/", organisation.today()
    ahead = {"retired_on": str(today + timedelta(days=1)), "retired_because": "Replaced"}
    assert "retired_on" in ask("patch", path, ahead, **{"If-Match": "*"}).json()["error"]["fields"]
    assert ask("patch", path, {"retired_on": str(today)}, **{"If-Match": "*"}).status_code == 400
    answer = ask("patch", path, {"retired_on": str(today), "retired_because": "Replaced"}, **{"If-Match": "*"})
    assert answer.json()["stage"] == "retirement"
    assert ask("patch", path, {"retired_on": None}, **{"If-Match": "*"}).json()["retired_on"] is None


@pytest.mark.parametrize(("path", "rows"), [("ai-systems/", make_ai_system), ("evidence/", make_evidence)])
def test_three_rows_cost_what_one_costs(
    path: str, rows: Any, officer: Any, organisation: Any, program: Callable[..., Ask]
) -> None:
    ask, counts = program(officer), []
    for more in (1, 2):
        for _row in range(more):
            record = rows(organisation, owner=somebody(organisation))
            if path == "evidence/":
                from evidence.actions import link

                link(record, make_supplier(organisation), by=officer)
        ask("get", path)
        with CaptureQueriesContext(connection) as captured:
            assert ask("get", path).json()["count"] >= more
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] <= 16


def test_history_knows_the_key(officer: Any, organisation: Any, program: Callable[..., Ask]) -> None:
    ask, system = program(officer), make_ai_system(organisation, owner=officer)
    ask("patch", f"ai-systems/{system.reference}/", {"title": "Renamed"}, **{"If-Match": "*"})
    event = history_of(AISystem.__base__, pgh_obj_id=system.pk).last()
    assert event.pgh_context.metadata["user"] == officer.pk
    assert event.pgh_context.metadata["api_key"] == ask.key.split("_")[1]
    rows = ask("get", f"history/?record={system.reference}&person={officer.email}&day={organisation.today()}").json()
    [row] = rows["results"]
    assert row["person"] == officer.name
    assert {"field": "Title", "before": system.title, "after": "Renamed"} in row["changes"]
    assert ask("get", "history/?day=never").status_code == 400
    assert rows["next"] is None
    assert rows["results"][0]["through"] == "the API key tests"
    assert ask("get", "history/?person=nobody@example.org").json()["results"] == []


def test_nobody_reads_the_history_of_what_they_may_not_see(
    contributor: Any, organisation: Any, program: Callable[..., Ask]
) -> None:
    make_ai_system(organisation, title="Secret")
    assert "Secret" not in program(contributor)("get", "history/").content.decode()
