"""Whose room it is: the one that the gate found for the person of a request."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from audits.models import AuditRoom


def own_room(request: Any) -> AuditRoom:
    """The room of whoever asks, open or not. Raises Http404 for all who were let into none."""
    room: AuditRoom | None = getattr(request, "room", None)
    if room is None:
        raise Http404
    return room


def room_of(request: Any) -> AuditRoom:
    """The room that whoever asks is in now. Raises Http404 where they are in none."""
    if not getattr(request, "is_inside", False):
        raise Http404
    return own_room(request)
