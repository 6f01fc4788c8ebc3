"""Audits and findings for programs: the rules and the rights of the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from audits.models import Audit, AuditState, Finding
from clauses.models import Position
from tests.api.conftest import Program
from tests.audits.making import issued, make_audit, make_finding
from tests.cast import make_ai_system, somebody

pytestmark = pytest.mark.django_db
Programs = Callable[..., Program]
SAID = {"correction": "Kept again", "cause": "Nobody was told", "measure": "A rule and a reminder"}


def read(ask: Program, path: str) -> tuple[Any, dict[str, str]]:
    """What stands there, and the header with which it may be changed."""
    answer = ask("get", path)
    assert answer.status_code == 200, answer.content
    return answer.json(), {"If-Match": answer["ETag"]}


def test_a_whole_audit(organisation: Any, internal_auditor: Any, program: Programs) -> None:
    ask, system, owner = program(internal_auditor), make_ai_system(organisation), somebody(organisation)
    person = internal_auditor.email
    made = ask(
        "post",
        "audit-programmes/",
        {"title": "Three years", "begins_on": "2026-01-01", "ends_on": "2028-12-31", "owner": person},
    )
    assert made.status_code == 201, made.content
    answer = ask(
        "post",
        "audits/",
        {
            "title": "Before stage 1",
            "programme": made.json()["reference"],
            "lead": person,
            "team": [owner.email],
            "owner": person,
            "requirements": ["9.1", "A.6.2.4"],
            "systems": [system.reference],
        },
    )
    assert answer.status_code == 201, answer.content
    audit = f"audits/{answer.json()['reference']}/"
    shown, match = read(ask, audit)
    assert (shown["requirements"], shown["systems"], shown["team"]) == (
        ["9.1", "A.6.2.4"],
        [system.reference],
        [owner.email],
    )
    line = ask("patch", f"{audit}checklist/9.1/", {"conclusion": "conforms", "records": system.reference}, **match)
    assert line.status_code == 200, line.content
    assert (line.json()["conclusion"], line.json()["records"]) == ("conforms", [system.reference])
    assert [one["requirement"] for one in ask("get", f"{audit}checklist/").json()] == ["9.1"]
    _shown, match = read(ask, audit)
    assert ask("patch", f"{audit}checklist/4.1/", {"seen": "x"}, **match).status_code == 404
    wrong = ask("patch", f"{audit}checklist/9.1/", {"conclusion": "not_applicable"}, **match)
    assert "conclusion" in wrong.json()["error"]["fields"]
    found = ask(
        "post",
        "findings/",
        {
            "title": "Nothing kept",
            "found_in": shown["reference"],
            "requirement": "9.1",
            "grade": "minor",
            "demands": "Kept",
            "observed": "Not kept",
            "objective_evidence": "Sheet of May",
            "owner": owner.email,
            "cites": [system.reference],
        },
    )
    assert found.status_code == 201, found.content
    assert (found.json()["requirement"], found.json()["cites"]) == ("9.1", [system.reference])
    _shown, match = read(ask, audit)
    refused = ask("post", f"{audit}issue/", {}, **match)
    assert refused.status_code == 400
    assert ask("patch", audit, {"summary": "It conforms"}, **match).status_code == 200
    shown, match = read(ask, audit)
    done = ask("post", f"{audit}issue/", {}, **match)
    assert (done.status_code, done.json()["state"], done.json()["issued_by"]) == (200, "report_issued", person)
    assert ask("patch", audit, {"plan": "x"}, **{"If-Match": done["ETag"]}).status_code == 400
    assert Finding.objects.get().corrective_actions.count() == 1


def test_the_way_of_a_finding(organisation: Any, internal_auditor: Any, officer: Any, program: Programs) -> None:
    finding = make_finding(organisation, owner=somebody(organisation))
    issued(finding.found_in, internal_auditor)
    theirs, auditors, path = program(officer), program(internal_auditor), f"findings/{finding.reference}/"

    def do(ask: Program, verb: str, **said: str) -> Any:
        _shown, match = read(ask, path)
        return ask("post", f"{path}{verb}/", said, **match)

    lacking = do(theirs, "respond", **SAID | {"cause": ""})
    assert set(lacking.json()["error"]["fields"]) == {"cause"}
    assert do(auditors, "respond", **SAID).status_code == 403
    assert do(theirs, "respond", **SAID).json()["state"] == "responded"
    assert do(theirs, "accept-plan").status_code == 403
    assert "remark" in do(auditors, "return-plan").json()["error"]["fields"]
    assert do(auditors, "return-plan", text="No cause").json()["state"] == "open"
    assert do(theirs, "respond", **SAID).json()["cause"] == "Nobody was told"
    assert do(auditors, "accept-plan").json()["state"] == "plan_accepted"
    assert do(theirs, "correct", text="All is kept").json()["done"] == "All is kept"
    assert do(theirs, "verify", text="Seen").status_code == 403
    assert do(auditors, "reject", text="July is missing").json()["remark"] == "July is missing"
    for ask, verb, said in (
        (theirs, "respond", SAID),
        (auditors, "accept-plan", {}),
        (theirs, "correct", {"text": "July too"}),
        (auditors, "verify", {"text": "Sheets of June and July"}),
    ):
        answer = do(ask, verb, **said)
    assert (answer.json()["state"], answer.json()["verified_by"]) == ("closed", internal_auditor.email)
    assert auditors("post", f"{path}verify/", {"text": "Again"}).status_code == 428
    assert auditors("post", f"{path}verify/", {"text": "Again"}, **{"If-Match": '"old"'}).status_code == 412
    assert do(auditors, "verify", text="Again").status_code == 400


def test_partial_auditors_are_refused_until_somebody_says_why(
    organisation: Any, internal_auditor: Any, officer: Any, program: Programs
) -> None:
    ask = program(officer)
    Position.objects.filter(organisation=organisation, reference="9.1").update(owner=internal_auditor)
    sent = {"title": "Own work", "lead": internal_auditor.email, "owner": officer.email, "requirements": ["9.1"]}
    refused = ask("post", "audits/", sent)
    assert set(refused.json()["error"]["fields"]) == {"accepted_because"}
    assert ask("post", "audits/", sent | {"accepted_because": "Nobody else"}).status_code == 201
    audit = Audit.objects.get()
    assert audit.impartiality_notes.get().reason == "Nobody else"
    Position.objects.filter(organisation=organisation, reference="9.1").update(owner=officer)
    audit.team.add(officer)
    path = f"audits/{audit.reference}/"
    _shown, match = read(ask, path)
    assert ask("post", f"{path}accept-auditors/", {"text": "Only for a day"}, **match).status_code == 200
    assert audit.impartiality_notes.count() == 2


def test_an_audit_is_cancelled(organisation: Any, officer: Any, program: Programs) -> None:
    ask, audit = program(officer), make_audit(organisation)
    path = f"audits/{audit.reference}/"
    _shown, match = read(ask, path)
    assert ask("post", f"{path}cancel/", {}, **match).status_code == 400
    assert ask("post", f"{path}cancel/", {"text": "Moved"}, **match).json()["state"] == AuditState.CANCELLED


@pytest.mark.parametrize("role", ["auditor", "manager", "administrator"])
def test_readers_read_and_do_nothing(role: str, organisation: Any, request: Any, program: Programs) -> None:
    ask, finding = program(request.getfixturevalue(role)), make_finding(organisation)
    audit = finding.found_in
    _shown, match = read(ask, f"audits/{audit.reference}/")
    for verb in ("issue", "cancel", "accept-auditors"):
        assert ask("post", f"audits/{audit.reference}/{verb}/", {}, **match).status_code == 403, verb
    assert ask("patch", f"audits/{audit.reference}/checklist/9.1/", {"seen": "x"}, **match).status_code == 403
    _shown, match = read(ask, f"findings/{finding.reference}/")
    for verb in ("respond", "accept-plan", "return-plan", "correct", "verify", "reject"):
        assert ask("post", f"findings/{finding.reference}/{verb}/", {}, **match).status_code == 403, verb
    for path in ("audits/", "findings/", "audit-programmes/"):
        assert ask("post", path, {"title": "x"}).status_code == 403, path


def test_nobody_finds_what_is_not_theirs(organisation: Any, contributor: Any, outsider: Any, program: Programs) -> None:
    finding = make_finding(organisation, owner=somebody(organisation))
    for user in (contributor, outsider):
        ask = program(user)
        for path in (f"findings/{finding.reference}/", f"audits/{finding.found_in.reference}/checklist/"):
            assert ask("get", path).status_code == 404, path
        for verb in ("respond", "verify"):
            assert ask("post", f"findings/{finding.reference}/{verb}/", {}, **{"If-Match": "*"}).status_code == 404
