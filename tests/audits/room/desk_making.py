"""A room for tests that is open today, somebody in it, and what lies on their desk."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils import timezone

from audits.models import Audit, AuditKind, AuditRoom, AuditState, InformationRequest
from clauses.models import Requirement
from organisations.actions import appoint
from organisations.models import Organisation, User
from organisations.roles import Role
from records.actions import give
from records.models import Record

number = count(1)


def make_auditor(organisation: Organisation, name: str = "Owen Marsh", **room: Any) -> AuditRoom:
    """A room that somebody from outside entered already; `room.person` is who."""
    key, today = next(number), organisation.today()
    person = User.objects.create_user(f"owen-{key}@cb.example", name=name)
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    appoint(person, organisation=organisation, role=Role.EXTERNAL_AUDITOR, until=today + timedelta(days=9))
    return make_room(organisation, person=person, **room)


def make_room(organisation: Organisation, *, person: User, **fields: Any) -> AuditRoom:
    today, now = organisation.today(), timezone.now()
    audit = fields.pop("for_audit", None) or Audit.objects.create(
        organisation=organisation, title="Stage 1", audit_kind=AuditKind.STAGE_1, state=AuditState.UNDER_WAY
    )
    officer = organisation.memberships.filter(role=Role.COMPLIANCE_OFFICER).first()
    defaults: dict[str, Any] = {
        "title": person.name,
        "email": person.email,
        "owner": officer.user if officer else None,
        "since": today - timedelta(days=1),
        "until": today + timedelta(days=9),
        "data_as_of": today,
        "invited_at": now,
        "accepted_at": now,
        "opened_at": now,
    }
    room = AuditRoom.objects.create(organisation=organisation, for_audit=audit, person=person, **defaults | fields)
    room.requirements.set(Requirement.objects.assessable())
    return room


def release(room: AuditRoom, *records: Record) -> None:
    """Grants records to the person of a room, as opening it does."""
    assert room.person
    for record in records:
        give(record, to=room.person, change=False, since=room.since, until=room.until)


def make_question(organisation: Organisation, **fields: Any) -> InformationRequest:
    """Asked in a room that nobody has entered, unless `in_room` is given."""
    room = fields.pop("in_room", None) or closed_room(organisation)
    defaults = {"title": f"Question {next(number)}", "due_on": organisation.today() + timedelta(days=20)}
    return InformationRequest.objects.create(
        organisation=organisation, in_room=room, asked_by=room.person, **defaults | fields
    )


def closed_room(organisation: Organisation) -> AuditRoom:
    found = AuditRoom.objects.filter(organisation=organisation, title="Nobody").first()
    if found:
        return found
    audit = Audit.objects.create(organisation=organisation, title="Stage 1", audit_kind=AuditKind.STAGE_1)
    today = organisation.today()
    return AuditRoom.objects.create(
        organisation=organisation,
        title="Nobody",
        for_audit=audit,
        name="A",
        email="a@b.example",
        since=today,
        until=today,
    )
