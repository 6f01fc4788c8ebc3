"""The one door for somebody in a room: which pages they may open at all, and when (see `doors`)."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404

from audits.models import AuditRoom
from organisations.roles import ENTER_ROOM, TAKE_AWAY
from records.models import Record

from .doors import ALWAYS, KEYS, NAMES_PEOPLE, READS, TAKES, WRITES
from .opening import open_room

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def admit(request: Any) -> None:
    """Lets somebody in a room open what is named in `doors`, while it is open.

    Sets `request.room`, also before and after its days, and whether they are inside, `request.is_inside`.
    Raises Http404 for what they may not see, PermissionDenied for what they see and may not change or take away.
    """
    if ENTER_ROOM not in request.permissions:
        return
    request.room = room = current_room(request.user, request.organisation)
    request.is_inside = room is not None and is_open(room, request.user)
    name = request.resolver_match.url_name
    if name in ALWAYS:
        return
    if room is None or not request.is_inside:
        raise Http404
    open_room(room)
    refuse(request, name)


def refuse(request: Any, name: str) -> None:
    """Turns away from a page that is none of theirs."""
    if name in WRITES or (name in READS and request.method in SAFE):
        return
    may_take = TAKE_AWAY in request.permissions
    # Programs are told people by their address, which initials are to hide.
    hides_people = request.room.names_as_initials and name in NAMES_PEOPLE
    if may_take and not hides_people and (name in KEYS or (name in TAKES and request.method in SAFE)):
        return
    reference = request.resolver_match.kwargs.get("reference")
    sees = Record.objects.visible_to(request.user).of(request.organisation)
    if name in TAKES and not reference:
        raise PermissionDenied
    if reference and sees.filter(reference=reference).exists():
        raise PermissionDenied
    raise Http404


def current_room(user: Any, organisation: Any) -> AuditRoom | None:
    """The room of somebody that is open, else the one that opens next, else the one that was open last."""
    theirs = Q(person=user) | Q(person=None, email__iexact=user.email)
    found = AuditRoom.objects.of(organisation).filter(theirs).exclude(invited_at=None)
    rooms = list(found.select_related("for_audit", "owner").order_by("since", "pk"))
    today = organisation.today()
    for one in rooms:
        one.organisation = organisation
        if one.person_id == user.pk:
            one.person = user
    by_stage = {one.stage(today): one for one in reversed(rooms)}
    for stage in ("open", "invited", "before"):
        if stage in by_stage:
            return by_stage[stage]
    return rooms[-1] if rooms else None


def is_open(room: AuditRoom, user: Any) -> bool:
    return room.stage(room.organisation.today()) == "open" and not lacks_second_factor(user)


def lacks_second_factor(user: Any) -> bool:
    """Whether somebody has to set one up first; the demo, whose accounts share one printed password, asks for none."""
    return not settings.DEMO and not is_mfa_enabled(user)
