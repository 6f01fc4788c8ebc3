"""A program of each person, with a key of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from organisations.keys import make_key
from organisations.models import Organisation


class Program:
    """Talks to `/api/v1/<organisation>/` with a key; every answer that failed must have the one shape."""

    def __init__(self, key: str, organisation: Organisation) -> None:
        self.client, self.key, self.base = Client(raise_request_exception=False), key, f"/api/v1/{organisation.slug}/"

    def __call__(self, method: str, path: str, data: Any = None, **headers: Any) -> Any:
        address = path if path.startswith("/") else self.base + path
        options: dict[str, Any] = {"headers": {"Authorization": f"Bearer {self.key}"} | headers}
        if data is not None and method == "upload":
            method, options["data"] = "post", data
        elif data is not None:
            options |= {"data": json.dumps(data), "content_type": "application/json"}
        answer = getattr(self.client, method)(address, **options)
        if answer.status_code >= 400:
            assert set(answer.json()) == {"error"}, answer.content
            assert set(answer.json()["error"]) == {"code", "message", "fields"}
        return answer


@pytest.fixture
def program() -> Callable[..., Program]:
    def programme(user: Any, organisation: Organisation | None = None) -> Program:
        organisation = organisation or user.memberships.get().organisation
        until = organisation.today() + timedelta(days=30)
        _key, secret = make_key(user, organisation=organisation, name="tests", expires_on=until)
        return Program(secret, organisation)

    return programme
