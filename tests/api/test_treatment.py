"""Treatments, plans and acceptances for programs: the rules of their pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clauses.models import Position
from organisations.models import Membership
from risks.models import Acceptance, Risk
from tests.risk_cast import make_criteria, make_plan, make_risk, make_treatment, score, treat
from tests.traces import written

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]


@pytest.fixture
def risk(organisation: Any) -> Risk:
    """One that is high."""
    make_criteria(organisation, state="approved")
    made = make_risk(organisation)
    score(made, likelihood=3, for_individuals=4)
    return Risk.objects.get(pk=made.pk)


def terms(risk: Risk, **changes: Any) -> dict[str, Any]:
    until = risk.organisation.today() + timedelta(days=60)
    seen = {"version": risk.version, "score": risk.residual_score}
    return seen | {"reason": "Until the vendor delivers", "until": until.isoformat()} | changes


def test_a_program_adds_and_changes_a_treatment_by_the_rules_of_the_form(
    organisation: Any, officer: Any, risk: Risk, program: Callable[..., Ask]
) -> None:
    ask = program(officer)
    new = {"treats": risk.reference, "title": "Reason codes", "action": "Vendor delivers", "owner": officer.email}
    answer = ask("post", "treatments/", new | {"due_on": "2027-01-31", "controls": ["A.8.2"]})
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["treats"], made["controls"], made["status"]) == (risk.reference, ["A.8.2"], "planned")
    address = f"treatments/{made['reference']}/"
    answer = ask("patch", address, {"status": "verified"}, **{"If-Match": answer["ETag"]})
    assert answer.json()["error"]["fields"].keys() == {"status"}
    assert ask("patch", address, {"status": "implemented"}, **{"If-Match": "*"}).json()["controls"] == ["A.8.2"]


def test_a_program_of_somebody_else_verifies_a_treatment_or_sends_it_back_to_work(
    organisation: Any, officer: Any, contributor: Any, risk: Risk, program: Callable[..., Ask]
) -> None:
    treatment = make_treatment(organisation, treats=risk, owner=contributor, status="implemented")
    address, given, read = f"treatments/{treatment.reference}/verify/", {"result": "Ten of ten"}, {"If-Match": "*"}
    assert program(contributor)("post", address, given, **read).status_code == 403, "the owner"
    ask = program(officer)
    assert ask("post", address, given).status_code == 428
    assert ask("post", address, given, **{"If-Match": '"1-old"'}).status_code == 412
    assert ask("post", address, {}, **read).json()["error"]["fields"].keys() == {"result"}
    assert ask("post", address, given | {"works": "perhaps"}, **read).json()["error"]["fields"].keys() == {"works"}
    told = ask("post", address, given, **read).json()
    assert (told["status"], told["result"], told["verified_by"]) == ("verified", "Ten of ten", officer.email)
    assert ask("post", address, given, **read).status_code == 400
    back = ask("post", address, {"result": "Three of ten", "works": False}, **read).json()
    assert (back["status"], back["verified_by"]) == ("in_progress", None)


def test_plans_are_only_read(organisation: Any, officer: Any, program: Callable[..., Ask]) -> None:
    ask, plan = program(officer), make_plan(organisation)
    assert ask("get", f"treatment-plans/{plan.reference}/").json()["lines"] == []
    assert ask("get", "treatment-plans/").json()["count"] == 1
    for method in ("post", "patch", "delete"):
        assert ask(method, f"treatment-plans/{plan.reference}/", {"title": "x"}).status_code == 405


def test_a_program_accepts_only_what_its_owner_may_and_is_told_why_not(
    manager: Any, officer: Any, risk: Risk, program: Callable[..., Ask]
) -> None:
    address, before = f"risks/{risk.reference}/acceptances/", written()
    answer = program(officer)("post", address, terms(risk))
    assert answer.status_code == 403
    assert "authority is too low" in answer.json()["error"]["message"]
    assert not Acceptance.objects.exists()
    Membership.objects.filter(user=manager).update(authority="designated")
    ask = program(manager)
    for changes, at in (({"reason": ""}, "reason"), ({"until": "2026-01-01"}, "until"), ({"by": "x"}, "by")):
        assert at in ask("post", address, terms(risk, **changes)).json()["error"]["fields"]
    assert ask("post", address, terms(risk, version=risk.version + 1)).status_code == 400
    assert before["AcceptanceEvent"] == written()["AcceptanceEvent"]
    answer = ask("post", address, terms(risk))
    assert answer.status_code == 201, answer.content
    found = ask("get", address).json()
    assert [(one["stands"], one["authority"], one["score"]) for one in found] == [(True, "designated", 12)]


@pytest.mark.parametrize("role", ["auditor", "internal_auditor", "administrator"])
def test_readers_read_acceptances_and_give_none(
    role: str, risk: Risk, request: Any, program: Callable[..., Ask]
) -> None:
    ask = program(request.getfixturevalue(role))
    assert ask("get", f"risks/{risk.reference}/acceptances/").json() == []
    assert ask("post", f"risks/{risk.reference}/acceptances/", terms(risk)).status_code == 403


def test_what_one_may_not_see_is_not_there(
    organisation: Any, contributor: Any, outsider: Any, risk: Risk, program: Callable[..., Ask]
) -> None:
    treatment = make_treatment(organisation, treats=risk)
    for user in (contributor, outsider):
        ask = program(user)
        assert ask("get", f"risks/{risk.reference}/acceptances/").status_code == 404
        assert ask("post", f"risks/{risk.reference}/acceptances/", terms(risk)).status_code == 404
        assert ask("get", f"treatments/{treatment.reference}/").status_code == 404


def test_an_excluded_control_is_told_to_programs(
    organisation: Any, officer: Any, risk: Risk, program: Callable[..., Ask]
) -> None:
    control: Any = organisation.records.get(reference="A.7.6")
    treatment = treat(risk, control, status="dropped", owner=officer, due_on=organisation.today())
    Position.objects.filter(pk=control.pk).update(applicable=False, justification="We label nothing")
    ask = program(officer)
    answer = ask("patch", f"treatments/{treatment.reference}/", {"status": "planned"}, **{"If-Match": "*"})
    assert (answer.status_code, answer.json()["error"]["fields"].keys()) == (400, {"controls"})
    closed = make_risk(organisation, closed_on="2026-01-01")
    treat(closed, control)
    answer = ask("post", f"risks/{closed.reference}/reopen/", {}, **{"If-Match": "*"})
    assert answer.status_code == 400
    assert "A.7.6" in answer.json()["error"]["message"] + str(answer.json()["error"]["fields"])
    assert not Risk.objects.get(pk=closed.pk).is_open
