"""Corrective actions, improvements and management reviews for programs: the same verbs and refusals as on the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from audits.models import CorrectiveAction, Improvement, ManagementReview
from clauses.models import Task
from organisations.authority import Authority
from tests.audits.improving_making import found_out, make_corrective_action, make_improvement, make_review, spoken
from tests.cast import somebody

Programs = Callable[..., Any]
pytestmark = pytest.mark.django_db


def day(organisation: Any, days: int) -> str:
    found: str = (organisation.today() + timedelta(days=days)).isoformat()
    return found


def test_a_corrective_action_goes_its_way(
    organisation: Any, officer: Any, internal_auditor: Any, program: Programs
) -> None:
    owner, checker, robot = somebody(organisation), somebody(organisation), program(officer)
    given = {"title": "Old prices", "problem": "Three customers", "owner": owner.email, "due_on": day(organisation, 20)}
    made = robot("post", "corrective-actions/", given)
    assert made.status_code == 201, made.json()
    at = f"corrective-actions/{made.json()['reference']}/"
    assert robot("post", f"{at}begin/").json()["state"] == "in_progress"
    said = {"outcome": "A job", "check_on": day(organisation, 60), "checker": checker.email}
    refused = robot("post", f"{at}done/", said)
    assert (refused.status_code, "root cause" in str(refused.json())) == (400, True)
    written = {"correction": "Told them", "why_1": "Old", "root_cause": "No job", "measure": "A job"}
    changed = robot("patch", at, written, **{"If-Match": "*"})
    assert changed.status_code == 200, changed.json()
    assert robot("patch", at, {"due_on": day(organisation, 90)}, **{"If-Match": "*"}).status_code == 400, (
        "only an extension moves it"
    )
    more = robot("post", f"{at}extend/", {"due_on": day(organisation, 30), "reason": "Holidays"}).json()
    assert [one["reason"] for one in more["extensions"]] == ["Holidays"]
    done = robot("post", f"{at}done/", said)
    assert (done.status_code, done.json()["done_by"]) == (200, officer.email)
    result = {"is_effective": True, "result": "No case"}
    assert robot("post", f"{at}verify/", result).status_code == 403, "who said that it is done"
    closed = program(internal_auditor)("post", f"{at}verify/", result)
    assert (closed.status_code, closed.json()["state"], closed.json()["closed_by"]) == (
        200,
        "closed",
        internal_auditor.email,
    )
    assert closed.json()["checks"][0]["is_effective"] is True
    assert robot("patch", at, {"title": "Other"}, **{"If-Match": "*"}).status_code == 400


def test_not_effective_is_said_with_false(organisation: Any, officer: Any, program: Programs) -> None:
    action = found_out(organisation, owner=somebody(organisation), state="done", done_by=somebody(organisation))
    answer = program(officer)(
        "post", f"corrective-actions/{action.reference}/verify/", {"is_effective": False, "result": "It came again"}
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "in_progress")


def test_it_is_handed_over_by_mail_address(
    organisation: Any, officer: Any, contributor: Any, program: Programs
) -> None:
    action, other = make_corrective_action(organisation, owner=contributor), somebody(organisation)
    at = f"corrective-actions/{action.reference}/hand-over/"
    assert program(contributor)("post", at, {"owner": other.email}).status_code == 403
    assert program(officer)("post", at, {"owner": "nobody@else.example"}).status_code == 400
    assert program(officer)("post", at, {"owner": other.email}).json()["owner"] == other.email
    assert CorrectiveAction.objects.get(pk=action.pk).owner == other


def test_an_improvement_goes_its_way(organisation: Any, officer: Any, program: Programs) -> None:
    one, robot = make_improvement(organisation), program(officer)
    at = f"improvements/{one.reference}/"
    assert robot("post", f"{at}accept/").status_code == 400, "nobody does it"
    robot("patch", at, {"owner": officer.email, "due_on": day(organisation, 9)}, **{"If-Match": "*"})
    assert robot("post", f"{at}accept/").json()["state"] == "accepted"
    assert robot("post", f"{at}begin/").json()["state"] == "in_progress"
    assert robot("post", f"{at}realise/", {"result": ""}).status_code == 400
    assert robot("post", f"{at}realise/", {"result": "One list"}).json()["state"] == "realised"
    assert robot("post", f"{at}decline/", {"result": "No"}).status_code == 400
    assert Improvement.objects.get(pk=one.pk).result == "One list"


def test_a_review_is_planned_prepared_written_and_issued(organisation: Any, officer: Any, program: Programs) -> None:
    chair, robot = somebody(organisation), program(officer)
    plan = {"title": "Autumn", "held_on": day(organisation, 0), "chair": chair.email, "owner": officer.email}
    made = robot("post", "management-reviews/", plan | {"attendees": [officer.email]})
    assert (made.status_code, made.json().get("attendees")) == (201, [officer.email]), made.json()
    at = f"management-reviews/{made.json()['reference']}/"
    prepared = robot("post", f"{at}prepare/", {}).json()
    assert (prepared["state"], len(prepared["inputs"])) == ("prepared", 7)
    topic = prepared["inputs"][0]["topic"]
    spoke = robot("post", f"{at}inputs/{topic}/", {"summary": "Nothing was open"})
    assert (spoke.status_code, spoke.json()["summary"]) == (200, "Nothing was open")
    assert robot("post", f"{at}inputs/weather/", {"summary": "x"}).status_code == 404
    decided = robot("post", f"{at}decisions/", {"text": "Hire", "owner": chair.email, "due_on": day(organisation, 9)})
    assert (decided.status_code, decided.json()["owner"]) == (201, chair.email)
    said = {"suitable": True, "adequate": False, "effective": True, "conclusion": "More hands"}
    concluded = robot("patch", at, said, **{"If-Match": "*"}).json()
    assert {name: concluded[name] for name in said} == said
    assert robot("post", f"{at}issue/", **{"If-Match": "*"}).status_code == 403, "an officer writes, management issues"
    organisation.memberships.filter(user=officer).update(authority=Authority.DESIGNATED)
    assert robot("post", f"{at}issue/", **{"If-Match": "*"}).status_code == 400, "inputs are blank"
    for row in prepared["inputs"][1:]:
        robot("post", f"{at}inputs/{row['topic']}/", {"remark": "Next time"})
    issued = robot("post", f"{at}issue/", **{"If-Match": "*"})
    assert (issued.status_code, issued.json()["state"]) == (200, "issued")
    assert issued.json()["decisions"][0]["action"] == Task.objects.get().reference == "MRA-01"
    assert robot("post", f"{at}decisions/", {"text": "More"}).status_code == 400
    assert robot("post", f"{at}prepare/", {}).status_code == 400


def test_what_was_not_read_is_not_issued(organisation: Any, officer: Any, program: Programs) -> None:
    organisation.memberships.filter(user=officer).update(authority=Authority.DESIGNATED)
    review = spoken(make_review(organisation))
    robot = program(officer)
    at = f"management-reviews/{review.reference}/"
    assert robot("post", f"{at}issue/").status_code == 428
    read = robot("get", at)["ETag"]
    robot("post", f"{at}inputs/audits/", {"summary": "Otherwise"})
    assert robot("post", f"{at}issue/", {}, **{"If-Match": read}).status_code == 412
    assert not ManagementReview.objects.get(pk=review.pk).is_issued


def test_a_reader_writes_nothing(organisation: Any, manager: Any, program: Programs) -> None:
    action, review, robot = make_corrective_action(organisation), make_review(organisation), program(manager)
    for address in (
        f"corrective-actions/{action.reference}/begin/",
        f"management-reviews/{review.reference}/prepare/",
        f"management-reviews/{review.reference}/inputs/issues/",
        f"management-reviews/{review.reference}/decisions/",
    ):
        assert robot("post", address, {}).status_code == 403, address
