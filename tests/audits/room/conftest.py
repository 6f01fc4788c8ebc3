"""Owen in his open room at Brightwater."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audits.models import AuditRoom

from .desk_making import make_auditor


@pytest.fixture
def room(organisation: Any) -> AuditRoom:
    return make_auditor(organisation)


@pytest.fixture
def owen(room: AuditRoom, sign_in: Callable[..., Client]) -> Client:
    """A browser in which the auditor of the room is signed in."""
    return sign_in(room.person)
