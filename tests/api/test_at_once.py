"""Two identical POSTs at the same time, over real connections to a real server: done once, answered twice."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from organisations.models import IdempotentAnswer
from reports.models import Report
from systems.models import AISystem
from tests.record_types import ai_system_form

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 4


def at_once(address: str, body: dict[str, Any], headers: dict[str, str]) -> list[tuple[int, bool, Any]]:
    """Status, whether it was a replay, and body of each of the answers."""
    barrier, answers = threading.Barrier(TIMES), []

    def send() -> None:
        request = urllib.request.Request(address, json.dumps(body).encode(), headers)
        barrier.wait()
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                answers.append((answer.status, "Idempotent-Replay" in answer.headers, json.loads(answer.read())))
        except urllib.error.HTTPError as answer:
            answers.append((answer.code, False, json.loads(answer.read())))

    threads = [threading.Thread(target=send) for _time in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("room", ["ai-systems", "reports"])
def test_the_same_post_at_the_same_time_is_done_once(
    room: str, live_server: Any, officer: Any, organisation: Any, program: Callable[..., Any], monkeypatch: Any
) -> None:
    monkeypatch.setattr("organisations.workers.current_app.send_task", lambda *args, **options: None)
    ask = program(officer)
    body = {"kind": "readiness"} if room == "reports" else ai_system_form(organisation) | {"owner": officer.email}
    headers = {
        "Authorization": f"Bearer {ask.key}",
        "Content-Type": "application/json",
        "Idempotency-Key": "the-same",
    }
    answers = at_once(f"{live_server.url}{ask.base}{room}/", body, headers)
    assert len(answers) == TIMES
    assert {status for status, _replay, _body in answers} == {202 if room == "reports" else 201}
    assert sorted(replay for _status, replay, _body in answers) == [False] + [True] * (TIMES - 1)
    assert all(answer == answers[0][2] for _status, _replay, answer in answers)
    assert (Report if room == "reports" else AISystem).objects.filter(organisation=organisation).count() == 1
    assert IdempotentAnswer.objects.count() == 1
