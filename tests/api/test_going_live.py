"""Programs meet the same gate, and read the same dossier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from risks.models import GoLive
from systems.models import AISystem
from tests.cast import make_ai_system
from tests.risk_cast import approved, make_go_live
from tests.traces import written


@pytest.fixture
def system(organisation: Any, officer: Any) -> AISystem:
    return make_ai_system(organisation, system_version="0.9", stage="verification_and_validation", owner=officer)


@pytest.fixture
def decider(organisation: Any, manager: Any) -> Any:
    organisation.memberships.filter(user=manager).update(authority="designated")
    return manager


def decision(system: AISystem, **changes: Any) -> dict[str, Any]:
    texts = {"verification": "Passed", "user_information": "Notes"}
    day = str(system.organisation.today())
    known = {"seen": 1, "system_version": "0.9", "live_on": day, "stage": "operation_and_monitoring"}
    return known | texts | changes


def test_the_gate_tells_what_is_missing(system: AISystem, officer: Any, program: Callable[..., Any]) -> None:
    ask = program(officer)
    told = ask("get", f"ai-systems/{system.reference}/go-live/").json()
    assert (told["system_version"], told["seen"], told["may_decide"]) == ("0.9", 1, False)
    assert [(one["key"], one["passed"]) for one in told["checks"]] == [
        ("assessment", False),
        ("verification", False),
        ("user_information", False),
    ]
    approved(system)
    assert ask("get", f"ai-systems/{system.reference}/go-live/").json()["checks"][0]["passed"]
    other = ask("get", f"ai-systems/{system.reference}/go-live/?version=1.0").json()
    assert "no impact assessment of version 1.0" in other["checks"][0]["why"]


def test_a_program_of_designated_management_decides_once(
    system: AISystem, decider: Any, program: Callable[..., Any]
) -> None:
    approved(system)
    ask, path = program(decider), f"ai-systems/{system.reference}/go-live/"
    answers = [ask("post", path, decision(system), **{"Idempotency-Key": "one"}) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    made = GoLive.objects.get()
    assert answers[1].json()["reference"] == made.reference
    shown = ask("get", f"go-lives/{made.reference}/").json()
    assert (shown["system"], shown["decided_by"], shown["override_reason"]) == (system.reference, decider.email, "")
    assert ask("get", f"ai-systems/{system.reference}/").json()["stage"] == "operation_and_monitoring"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"verification": ""}, "override_reason"),
        ({"system_version": "2"}, "override_reason"),
        ({"seen": 7}, "seen"),
        ({"seen": "1"}, "seen"),
        ({"live_on": "1999-01-01"}, "live_on"),
        ({"stage": "retirement"}, "stage"),
        ({"decided_by": "me"}, "decided_by"),
        ({"version": 1}, "version"),
    ],
)
def test_what_is_refused_is_said_at_the_field(
    changes: dict[str, Any], field: str, system: AISystem, decider: Any, program: Callable[..., Any]
) -> None:
    approved(system)
    before = written()
    ask = program(decider)
    before = written()
    answer = ask("post", f"ai-systems/{system.reference}/go-live/", decision(system, **changes))
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [field])
    assert written() == before


def test_others_decide_nothing(
    system: AISystem, officer: Any, outsider: Any, contributor: Any, organisation: Any, program: Callable[..., Any]
) -> None:
    approved(system)
    for user, status in ((officer, 403), (contributor, 404)):
        answer = program(user)("post", f"ai-systems/{system.reference}/go-live/", decision(system))
        assert answer.status_code == status
    assert not GoLive.objects.exists()


def test_going_live_is_no_field_for_programs_either(
    system: AISystem, officer: Any, program: Callable[..., Any]
) -> None:
    ask = program(officer)
    match = {"If-Match": "*"}
    for change in ({"go_live_on": "2026-01-01"}, {"stage": "operation_and_monitoring"}):
        answer = ask("patch", f"ai-systems/{system.reference}/", change, **match)
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, list(change))
    assert ask("patch", f"ai-systems/{system.reference}/", {"autonomy": "alone"}, **match).status_code == 200


def test_decisions_are_read_and_never_changed(organisation: Any, officer: Any, program: Callable[..., Any]) -> None:
    made, ask = make_go_live(organisation), program(officer)
    assert ask("get", "go-lives/").json()["results"][0]["reference"] == made.reference
    for method in ("patch", "delete", "put"):
        assert ask(method, f"go-lives/{made.reference}/", {"title": "x"}).status_code == 405
    assert ask("post", "go-lives/", {"title": "x"}).status_code == 405


def test_the_dossier_is_the_one_of_the_page(system: AISystem, officer: Any, program: Callable[..., Any]) -> None:
    told = program(officer)("get", f"ai-systems/{system.reference}/dossier/").json()
    assert told["is_whole"] is True
    keys = [part["key"] for part in told["parts"]]
    assert [key for key in keys if key in {"purpose", "impact", "risks"}] == ["purpose", "impact", "risks"]
    assert told["parts"][keys.index("impact")]["gaps"] == ["No current impact assessment"]
