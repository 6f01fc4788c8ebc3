"""Gap analysis runs, actions and evidence requests for programs: the same rules as on the pages."""

from __future__ import annotations

from typing import Any

import pytest

from clauses.models import Question
from tests.cast import make_evidence
from tests.clauses.asking.making import make_request, make_task
from tests.clauses.gaps.making import make_gap_run
from tests.traces import written

pytestmark = pytest.mark.django_db


def code_of(number: str) -> str:
    question = Question.objects.asked().filter(requirement__number=number).first()
    assert question
    return question.code


def test_a_program_answers_and_closes_a_run(officer: Any, program: Any) -> None:
    ask = program(officer)
    made = ask("post", "gap-runs/", {"title": "Nightly", "owner": officer.email})
    assert made.status_code == 201, made.content
    run = f"gap-runs/{made.json()['reference']}/"
    given = {"question": code_of("4.1"), "value": "partly", "comment": "Half"}
    assert ask("post", f"{run}answers/", given).status_code == 201
    for wrong, field in (
        ({"question": "no-such", "value": "met"}, "question"),
        ({"question": code_of("4.1"), "value": "not_applicable", "comment": "x"}, "value"),
        ({"question": code_of("A.7.6"), "value": "not_applicable"}, "value"),
        ({"question": code_of("4.1"), "value": "great"}, "value"),
    ):
        answer = ask("post", f"{run}answers/", wrong)
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [field])
    first = ask("get", f"{run}results/").json()[0]
    assert (first["number"], first["outcome"], first["priority"], first["partly"]) == ("4.1", "partly", "medium", 1)
    assert ask("post", f"{run}close/").status_code == 428
    tag = ask("get", run)["ETag"]
    closed = ask("post", f"{run}close/", **{"If-Match": tag})
    assert (closed.status_code, closed.json()["answered"], closed.json()["closed_by"]) == (200, 1, officer.email)
    assert len(ask("get", f"{run}answers/").json()) == 221
    assert ask("post", f"{run}answers/", given).status_code == 400
    assert ask("patch", run, {"purpose": "x"}, **{"If-Match": "*"}).status_code == 400


def test_evidence_is_asked_for_delivered_and_accepted(
    organisation: Any, officer: Any, contributor: Any, program: Any
) -> None:
    hers, his = program(officer), program(contributor)
    given = {"title": "Rates", "about": "9.1", "owner": contributor.email, "due_on": "2030-01-01"}
    made = hers("post", "evidence-requests/", given)
    assert (made.status_code, made.json()["state"], made.json()["about"]) == (201, "asked", "9.1"), made.content
    one = f"evidence-requests/{made.json()['reference']}/"
    assert his("post", f"{one}deliver/", {"text": "Here"}).status_code == 400
    from clauses.models import EvidenceRequest

    make_evidence(organisation, proves=EvidenceRequest.objects.get(), owner=contributor)
    assert his("post", f"{one}deliver/", {"text": "Here"}).json()["state"] == "delivered"
    assert his("post", f"{one}accept/").status_code == 403
    assert hers("post", f"{one}return/", {}).status_code == 400
    assert hers("post", f"{one}accept/", {}).json()["state"] == "accepted"
    assert his("patch", one, {"due_on": "2031-01-01"}, **{"If-Match": "*"}).status_code == 400


def test_an_action_is_made_and_finished(officer: Any, program: Any) -> None:
    ask = program(officer)
    given = {"title": "Write it", "about": "6.1.2", "owner": officer.email, "due_on": "2030-01-01"}
    made = ask("post", "actions/", given)
    assert (made.status_code, made.json()["about"]) == (201, "6.1.2"), made.content
    one = f"actions/{made.json()['reference']}/"
    assert ask("patch", one, {"what": "Two pages"}, **{"If-Match": "*"}).json()["about"] == "6.1.2"
    assert ask("post", f"{one}finish/", {}).status_code == 400
    done = ask("post", f"{one}finish/", {"text": "Written"}).json()
    assert (done["state"], done["result"], done["closed_by"]) == ("done", "Written", officer.email)


def test_an_auditors_program_only_reads(organisation: Any, auditor: Any, officer: Any, program: Any) -> None:
    run, task, asked = (make(organisation, owner=officer) for make in (make_gap_run, make_task, make_request))
    ask, before = program(auditor), written()
    for path in (f"gap-runs/{run.reference}/results/", f"actions/{task.reference}/", "evidence-requests/"):
        assert ask("get", path).status_code == 200
    for path in (
        *(f"gap-runs/{run.reference}/answers/", f"gap-runs/{run.reference}/close/"),
        *(f"actions/{task.reference}/finish/", f"actions/{task.reference}/withdraw/"),
        *(f"evidence-requests/{asked.reference}/{verb}/" for verb in ("deliver", "accept", "return", "withdraw")),
    ):
        assert ask("post", path, {}).status_code == 403, path
    assert written() == before
