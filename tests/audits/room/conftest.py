"""Owen in his open room at Brightwater."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audits.models import AuditRoom, DraftFinding, Finding
from audits.room.drafting import begin_draft

from .desk_making import make_auditor
from .drafting import page, typed


@pytest.fixture
def room(organisation: Any) -> AuditRoom:
    return make_auditor(organisation)


@pytest.fixture
def owen(room: AuditRoom, sign_in: Callable[..., Client]) -> Client:
    """A browser in which the auditor of the room is signed in."""
    return sign_in(room.person)


@pytest.fixture
def draft(room: AuditRoom) -> DraftFinding:
    return begin_draft(room)


@pytest.fixture
def finding(draft: DraftFinding, room: AuditRoom, owen: Client) -> Finding:
    """One that was submitted."""
    owen.post(page(room, "room-draft-submit", draft_id=draft.pk), typed())
    return Finding.objects.get()
