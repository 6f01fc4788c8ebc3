"""A program that asks too often waits, alone; a body or an address it may not use is said plainly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organisations.api_throttle import Buckets, buckets

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    buckets.left.clear()
    yield
    buckets.left.clear()


def test_who_asks_too_often_is_told_how_long_to_wait(
    officer: Any, manager: Any, program: Callable[..., Ask], settings: Any
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    ask = program(officer)
    assert [ask("get", "ai-systems/").status_code for _time in range(3)] == [200, 200, 429]
    answer = ask("get", "ai-systems/")
    assert answer.json()["error"]["code"] == "throttled"
    assert 1 <= int(answer["Retry-After"]) <= 30
    assert program(manager)("get", "ai-systems/").status_code == 200, "others go on"
    assert program(officer)("get", "ai-systems/").status_code == 200, "so does another key"


def test_a_person_at_the_browser_is_counted_too_and_pages_are_not(
    officer: Any, organisation: Any, sign_in: Callable[..., Client], settings: Any
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    client = sign_in(officer)
    assert client.get(f"/api/v1/{organisation.slug}/ai-systems/").status_code == 200
    assert client.get(f"/api/v1/{organisation.slug}/ai-systems/").status_code == 429
    assert client.get(f"/{organisation.slug}/ai-systems/").status_code == 200


def test_without_a_limit_nobody_waits(officer: Any, program: Callable[..., Ask], settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0
    ask = program(officer)
    assert {ask("get", "ai-systems/").status_code for _time in range(5)} == {200}
    assert not buckets.left


def test_counting_costs_no_query(officer: Any, program: Callable[..., Ask], settings: Any) -> None:
    ask, counts = program(officer), []
    for settings.API_REQUESTS_PER_MINUTE in (0, 100):
        ask("get", "ai-systems/")
        with CaptureQueriesContext(connection) as captured:
            ask("get", "ai-systems/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_bucket_fills_evenly_and_holds_a_minutes_worth() -> None:
    own = Buckets()
    assert [own.take("a", 60, 0.0) for _time in range(60)] == [0.0] * 60
    assert own.take("a", 60, 0.0) == pytest.approx(1.0)
    assert own.take("a", 60, 0.5) == pytest.approx(0.5)
    assert own.take("a", 60, 1.0) == 0.0
    assert own.take("a", 60, 1.0) > 0
    assert [own.take("a", 60, 1000.0) for _time in range(61)].count(0.0) == 60


def test_names_that_rested_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("organisations.api_throttle.REMEMBERED", 3)
    own = Buckets()
    for number in range(4):
        own.take(f"old {number}", 60, 0.0)
    own.take("new", 60, 100.0)
    assert set(own.left) == {"new"}
