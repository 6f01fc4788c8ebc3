"""The Statement of Applicability and own controls for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clauses.models import Position
from risks.applicability.statement import content_of, lines_of
from risks.models import OwnControl, Statement
from tests.cast import READERS
from tests.risk_cast import make_risk, make_statement, treat
from tests.risks.statements import decide_all

Ask = Callable[..., Any]


def test_a_draft_is_made_read_with_its_lines_and_submitted(
    organisation: Any, officer: Any, program: Callable[..., Ask]
) -> None:
    make_statement(organisation, label="2.0", state="approved")
    ask = program(officer)
    made = ask("post", "statements/", {"change_note": "Reporting channel"})
    assert (made.status_code, made.json()["label"], made.json()["change_note"]) == (201, "2.1", "Reporting channel")
    again = ask("post", "statements/", {})
    assert (again.status_code, "still open" in again.content.decode()) == (400, True)
    address = f"statements/{made.json()['reference']}/"
    refused = ask("post", f"{address}submit/", **{"If-Match": "*"})
    assert refused.status_code == 400
    assert len(refused.json()["error"]["fields"]["non_field_errors"]) == 38
    decide_all(organisation)
    submitted = ask("post", f"{address}submit/", **{"If-Match": "*"}).json()
    assert (submitted["state"], submitted["submitted_by"], len(submitted["lines"])) == ("in_review", officer.email, 38)
    statement = Statement.objects.get(label="2.1")
    lines = [{name: line[name] for name in line if name != "warnings"} for line in submitted["lines"]]
    assert lines == statement.content == content_of(lines_of(statement))
    late = ask("post", f"{address}submit/", **{"If-Match": "*"})
    assert late.status_code == 403, "it is in review, nobody changes it now"
    assert [row["label"] for row in ask("get", "statements/?state=in_review").json()["results"]] == ["2.1"]


@pytest.mark.parametrize("role", READERS)
def test_readers_read_it_and_change_nothing(
    role: str, organisation: Any, request: Any, program: Callable[..., Ask]
) -> None:
    statement, ask = make_statement(organisation), program(request.getfixturevalue(role))
    address = f"statements/{statement.reference}/"
    assert len(ask("get", address).json()["lines"]) == 38
    assert ask("post", "statements/", {}).status_code == 403
    assert ask("post", f"{address}submit/", **{"If-Match": "*"}).status_code == 403
    assert ask("post", "own-controls/", {"title": "X"}).status_code == 403


def test_an_own_control_is_added(organisation: Any, officer: Any, program: Callable[..., Ask]) -> None:
    body = {"title": "Red team", "justification": "Needed", "basis": "risk", "status": "implemented"}
    made = program(officer)("post", "own-controls/", body | {"owner": officer.email})
    assert (made.status_code, made.json()["reference"]) == (201, "X.1")
    assert OwnControl.objects.get().owner == officer


def test_a_control_that_treats_an_open_risk_is_refused_at_the_field(
    organisation: Any, officer: Any, program: Callable[..., Ask]
) -> None:
    control = Position.objects.get(organisation=organisation, reference="A.8.2")
    treat(make_risk(organisation), control)
    change = {"applicable": False, "justification": "Nobody asks"}
    answer = program(officer)("patch", "requirements/A.8.2/", change, **{"If-Match": "*"})
    assert answer.status_code == 400
    assert "R-01" in answer.json()["error"]["fields"]["applicable"][0]
    control.refresh_from_db()
    assert control.applicable is None
