"""Whose room it is: the one that is open to the person of a request."""

from __future__ import annotations

from django.http import Http404

from audits.models import AuditRoom
from organisations.requests import MemberRequest


def room_of(request: MemberRequest) -> AuditRoom:
    """The open room of whoever asks. Raises Http404 where they are in none."""
    rooms = AuditRoom.objects.filter(person=request.user, organisation=request.organisation)
    today = request.organisation.today()
    room = next((one for one in rooms.select_related("organisation", "for_audit") if one.stage(today) == "open"), None)
    if room is None:
        raise Http404
    return room
