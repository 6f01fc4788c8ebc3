"""An open room in which nothing is released yet, and what lies on the desk of the auditor in it."""

from __future__ import annotations

from itertools import count
from typing import Any

from audits.models import AuditRoom, AuditState, InformationRequest
from clauses.models import Requirement
from organisations.models import Organisation, User
from organisations.roles import Role
from records.actions import give
from records.models import Record
from tests.room_cast import make_audit, make_room, opened_room

number = count(1)


def make_auditor(organisation: Organisation, name: str = "Owen Marsh", **fields: Any) -> AuditRoom:
    """A room that somebody from outside entered already, `room.person`; to all clauses, with nothing in it."""
    officer = organisation.memberships.filter(role=Role.COMPLIANCE_OFFICER).select_related("user").first()
    fields.setdefault("for_audit", make_audit(organisation, state=AuditState.UNDER_WAY))
    room = opened_room(organisation, title=name, requirements=[], owner=officer and officer.user, **fields)
    room.requirements.set(Requirement.objects.assessable())
    assert room.person
    User.objects.filter(pk=room.person.pk).update(name=name)
    room.person.name = name
    return room


def release(room: AuditRoom, *records: Record) -> None:
    """Grants records to the person of a room, as opening it does."""
    assert room.person
    for record in records:
        give(record, to=room.person, change=False, since=room.since, until=room.until)


def make_question(organisation: Organisation, **fields: Any) -> InformationRequest:
    """Asked in a room that nobody has entered, unless `in_room` is given."""
    room = fields.pop("in_room", None) or unentered(organisation)
    defaults = {"title": f"Question {next(number)}"}
    fields.setdefault("due_on", organisation.today())
    return InformationRequest.objects.create(
        organisation=organisation, in_room=room, asked_by=room.person, **defaults | fields
    )


def unentered(organisation: Organisation) -> AuditRoom:
    found = AuditRoom.objects.filter(organisation=organisation, title="Nobody yet").first()
    return found or make_room(organisation, title="Nobody yet", requirements=[])
