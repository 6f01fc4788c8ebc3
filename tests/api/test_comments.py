"""Programs read and write comments under the rules of the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from records.commenting import say
from records.models import Comment, Mention
from tests.cast import READERS, make_evidence, make_position, make_supplier
from tests.traces import written

Ask = Callable[..., Any]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("organisations.workers.current_app.send_task", lambda *args, **options: None)


def test_a_comment_is_posted_read_and_told(
    organisation: Any, officer: Any, manager: Any, auditor: Any, program: Callable[..., Ask]
) -> None:
    record, other = make_supplier(organisation), make_position(organisation)
    say(other, text="Elsewhere", to={}, by=officer)
    answer = program(officer)(
        "post", "comments/", {"record": record.reference.lower(), "text": f"@{manager.email} look at **this**"}
    )
    assert answer.status_code == 201
    row = answer.json()
    assert (row["record"], row["author"], row["mentions"]) == (record.reference, officer.email, [manager.email])
    assert Mention.objects.get().person == manager
    found = program(auditor)("get", f"comments/?record={record.reference}").json()
    assert (found["count"], found["results"]) == (1, [row])
    assert [one["text"] for one in program(auditor)("get", "comments/").json()["results"]][1:] == ["Elsewhere"]


def test_history_shows_comments(organisation: Any, officer: Any, program: Callable[..., Ask]) -> None:
    record = make_supplier(organisation)
    say(record, text="Look at this", to={}, by=officer)
    results = program(officer)("get", f"history/?record={record.reference}").json()["results"]
    assert {"field": "Comment", "before": "", "after": "Look at this"} in results[0]["changes"]


@pytest.mark.parametrize("role", READERS)
def test_readers_read_and_post_nothing(
    role: str, request: Any, organisation: Any, officer: Any, program: Callable[..., Ask]
) -> None:
    record = make_supplier(organisation)
    say(record, text="Look", to={}, by=officer)
    ask = program(request.getfixturevalue(role))
    before = written()
    assert ask("get", "comments/").json()["count"] == 1
    assert ask("post", "comments/", {"record": record.reference, "text": "x"}).status_code == 403
    assert {name: n for name, n in written().items() if n != before[name]} == {}


def test_a_contributor_finds_what_is_theirs_to_see(
    organisation: Any, officer: Any, contributor: Any, program: Callable[..., Ask]
) -> None:
    mine, other = make_supplier(organisation, owner=contributor), make_supplier(organisation)
    proof = make_evidence(organisation, proves=mine)
    for record in (mine, other, proof):
        say(record, text=record.reference, to={}, by=officer)
    ask = program(contributor)
    assert {one["text"] for one in ask("get", "comments/").json()["results"]} == {mine.reference, proof.reference}
    assert ask("post", "comments/", {"record": mine.reference, "text": "x"}).status_code == 201
    assert ask("post", "comments/", {"record": proof.reference, "text": "x"}).status_code == 403
    refused = ask("post", "comments/", {"record": other.reference, "text": "x"})
    assert refused.status_code == 400
    assert refused.json()["error"]["fields"]["record"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"record": "NO-99", "text": "x"}, "record"),
        ({"record": "\x00", "text": "x"}, "record"),
        ({"text": "x"}, "record"),
        ({"record": "SUP-01"}, "text"),
        ({"record": "SUP-01", "text": ""}, "text"),
        ({"record": "SUP-01", "text": ["x"]}, "text"),
        ({"record": "SUP-01", "text": "a\x00b"}, "text"),
        ({"record": "SUP-01", "text": "@Nobody"}, "text"),
        ({"record": "SUP-01", "text": "x", "author": "y"}, "author"),
    ],
)
def test_what_cannot_be_taken_is_told_at_its_field(
    data: dict[str, Any], field: str, organisation: Any, officer: Any, program: Callable[..., Ask]
) -> None:
    record = make_supplier(organisation)
    data = {name: record.reference if value == "SUP-01" else value for name, value in data.items()}
    answer = program(officer)("post", "comments/", data)
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]
    assert not Comment.objects.exists()


def test_sent_twice_it_is_said_once(organisation: Any, officer: Any, program: Callable[..., Ask]) -> None:
    data, ask = {"record": make_supplier(organisation).reference, "text": "Once"}, program(officer)
    first, second = (ask("post", "comments/", data, **{"Idempotency-Key": "a"}) for _n in range(2))
    assert first.json() == second.json()
    assert Comment.objects.count() == 1


def test_thirty_comments_cost_what_one_costs(
    organisation: Any, officer: Any, manager: Any, program: Callable[..., Ask]
) -> None:
    record, ask = make_supplier(organisation), program(officer)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ask("get", "comments/").status_code == 200
        return len(captured)

    say(record, text="One", to={manager: manager.name}, by=officer)
    cost()
    one = cost()
    for _n in range(30):
        say(make_supplier(organisation), text="More", to={manager: manager.name}, by=officer)
    assert cost() == one
