"""Who brings a register."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.records.imports.bringing import Bringing


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the imports the broker was told about; nothing is really sent."""
    found: list[str] = []

    def send_task(name: str, args: list[str], **options: Any) -> None:
        found.append(args[0])

    monkeypatch.setattr("organisations.workers.current_app.send_task", send_task)
    return found


@pytest.fixture
def bringing(organisation: Any, officer: Any, sign_in: Any, told: list[str]) -> Callable[[str], Bringing]:
    """`bringing("suppliers")`: the officer at the import of that register."""
    return lambda path: Bringing(sign_in(officer), organisation, path)
