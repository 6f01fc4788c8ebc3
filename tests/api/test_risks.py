"""Risks through the API: scored once per key, by the rules of the page; closed with a reason, never deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from organisations.models import Membership
from risks.models import Risk, RiskAssessment, RiskCriteria
from tests.cast import make_ai_system
from tests.risk_cast import make_criteria, make_risk

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]
SCORE = {
    "phase": "inherent",
    "trigger": "incident",
    "likelihood": 4,
    "for_individuals": 4,
    "rationale": "Two complaints",
}


@pytest.fixture
def ask(program: Callable[..., Ask], officer: Any) -> Ask:
    return program(officer)


def test_a_risk_is_made_scored_and_read_with_its_scores(organisation: Any, officer: Any, ask: Ask) -> None:
    criteria = make_criteria(organisation, state="approved")
    given = {
        "title": "No reasons",
        "owner": officer.email,
        "process": "operational",
        "system": make_ai_system(organisation).reference,
        "trigger": "incident",
        "category": "transparency",
        "cause": "A black box",
        "consequence": "Rights are not met",
        "affects": ["individuals"],
    }
    made = ask("post", "risks/", given)
    assert made.status_code == 201
    path = f"risks/{made.json()['reference']}/"
    scored = ask("post", f"{path}assessments/", SCORE)
    assert (scored.status_code, scored.json()["score"], scored.json()["level"]) == (201, 16, "critical")
    read = ask("get", path).json()
    assert (read["score"], read["level"], read["inherent_score"], read["residual_score"]) == (16, "critical", 16, None)
    one = read["assessments"][0]
    assert (one["assessed_by"], one["criteria"], one["criteria_version"]) == (officer.email, criteria.reference, 1)


def test_the_same_score_sent_twice_is_kept_once(organisation: Any, ask: Ask) -> None:
    make_criteria(organisation, state="approved")
    path = f"risks/{make_risk(organisation).reference}/assessments/"
    first, again = (ask("post", path, SCORE, **{"Idempotency-Key": "one"}) for _time in range(2))
    assert (first.json(), again["Idempotent-Replay"]) == (again.json(), "true")
    assert RiskAssessment.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"likelihood": 6}, "likelihood"),
        ({"rationale": ""}, "rationale"),
        ({"for_individuals": None}, "for_organisation"),
        ({"phase": "residual"}, "phase"),
        ({"score": 1}, "score"),
        ({"version": 1}, "version"),
        ({"trigger": ""}, "trigger"),
        ({"assessed_on": "2999-01-01"}, "assessed_on"),
    ],
)
def test_a_score_that_cannot_be_kept_is_refused_at_its_field(
    sent: dict[str, Any], field: str, organisation: Any, ask: Ask
) -> None:
    make_criteria(organisation, state="approved")
    answer = ask("post", f"risks/{make_risk(organisation).reference}/assessments/", SCORE | sent)
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]
    assert not RiskAssessment.objects.exists()


def test_without_criteria_nothing_is_scored(organisation: Any, ask: Ask) -> None:
    answer = ask("post", f"risks/{make_risk(organisation).reference}/assessments/", SCORE)
    assert answer.status_code == 400
    assert "no risk criteria" in str(answer.json())


def test_a_risk_is_closed_with_a_reason_and_opened_again(organisation: Any, ask: Ask) -> None:
    path = f"risks/{make_risk(organisation).reference}/"
    assert ask("post", f"{path}close/", {"reason": " "}).status_code == 400
    assert ask("post", f"{path}close/", {"reason": "Gone"}).json()["closed_because"] == "Gone"
    assert ask("post", f"{path}close/", {"reason": "Gone"}).status_code == 400
    assert ask("post", f"{path}reopen/").json()["closed_on"] is None
    assert ask("delete", path).status_code == 405
    assert Risk.objects.get().is_open


@pytest.mark.parametrize("verb", ["assessments", "close", "reopen"])
@pytest.mark.parametrize(("who", "status"), [("auditor", 403), ("manager", 403), ("contributor", 404)])
def test_others_do_none_of_it(
    who: str, status: int, verb: str, organisation: Any, program: Callable[..., Ask], request: Any
) -> None:
    make_criteria(organisation, state="approved")
    path = f"risks/{make_risk(organisation).reference}/{verb}/"
    assert program(request.getfixturevalue(who))("post", path, SCORE).status_code == status


def test_criteria_are_submitted_returned_and_approved_by_somebody_else_with_the_authority(
    organisation: Any, officer: Any, manager: Any, program: Callable[..., Ask]
) -> None:
    ask, decider = program(officer), program(manager)
    path = f"risk-criteria/{make_criteria(organisation).reference}/"
    submitted = ask("post", f"{path}submit/", **{"If-Match": ask("get", path)["ETag"]})
    assert (submitted.json()["state"], submitted.json()["submitted_by"]) == ("in_review", officer.email)
    for who in (ask, decider):
        assert who("post", f"{path}approve/", {}, **{"If-Match": "*"}).status_code == 403
    Membership.objects.filter(user=manager).update(authority="designated")
    assert decider("post", f"{path}approve/", {}).status_code == 428
    assert decider("post", f"{path}approve/", {}, **{"If-Match": "*"}).status_code == 428, "it is about one version"
    assert decider("post", f"{path}approve/", {}, **{"If-Match": '"1-old"'}).status_code == 412

    def read() -> dict[str, str]:
        return {"If-Match": decider("get", path)["ETag"]}

    refused = decider("post", f"{path}approve/", {"state": "approved"}, **read())
    assert refused.json()["error"]["fields"].keys() == {"state"}
    for note in (" ", None, ["x"], "x\0"):
        assert decider("post", f"{path}return/", {"note": note}, **read()).status_code == 400
    returned = decider("post", f"{path}return/", {"note": "Say more"}, **read()).json()
    assert (returned["state"], returned["decision_note"]) == ("returned", "Say more")
    again = ask("post", f"{path}submit/", **{"If-Match": "*"})
    done = decider("post", f"{path}approve/", {"note": "Good"}, **{"If-Match": again["ETag"]}).json()
    assert (done["state"], done["decided_by"], done["decision_note"]) == ("approved", manager.email, "Good")
    assert decider("post", f"{path}approve/", {}, **read()).status_code == 400


def test_criteria_begin_with_the_scales_of_practice_and_stay_once_approved(
    organisation: Any, officer: Any, ask: Ask
) -> None:
    made = ask("post", "risk-criteria/", {"title": "Ours", "owner": officer.email, "size": 3})
    assert made.status_code == 201
    assert (len(made.json()["likelihood"]), made.json()["critical_from"]) == (3, 9)
    path = f"risk-criteria/{made.json()['reference']}/"
    steps = ["Low", "Middle", "High"]
    changed = ask("patch", path, {"likelihood": steps}, **{"If-Match": made["ETag"]})
    assert changed.json()["likelihood"] == steps
    RiskCriteria.objects.update(state="approved")
    assert ask("patch", path, {"title": "Other"}, **{"If-Match": "*"}).status_code == 400
    assert RiskCriteria.objects.get().title == "Ours"
