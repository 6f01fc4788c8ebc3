"""An audit, a room of it, and the auditor from outside who was let in."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils import timezone

from audits.models import Audit, AuditKind, AuditRoom
from audits.room.opening import open_room
from clauses.models import Requirement
from organisations.models import Organisation, User
from organisations.roles import Role
from tests.cast import person

number = count(1)
A_WEEK = timedelta(days=7)


def make_audit(organisation: Organisation, **fields: Any) -> Audit:
    defaults = {"title": f"Audit {next(number)}", "audit_kind": AuditKind.STAGE_1, "criteria": "ISO/IEC 42001"}
    return Audit.objects.create(organisation=organisation, **defaults | fields)


def make_room(organisation: Organisation, **fields: Any) -> AuditRoom:
    """A room whose person was not invited yet; to all clauses and controls, or to `requirements`, and `systems`."""
    today = organisation.today()
    systems, requirements = fields.pop("systems", ()), fields.pop("requirements", None)
    defaults = {
        "title": f"Otto {next(number)}",
        "for_audit": fields.get("for_audit") or make_audit(organisation),
        "email": f"otto-{next(number)}@certbody.example",
        "since": today - A_WEEK,
        "until": today + A_WEEK,
        "data_as_of": today,
        "confidentiality": "Keep it to yourself",
    }
    room = AuditRoom.objects.create(organisation=organisation, **defaults | fields)
    room.systems.set(systems)
    room.requirements.set(Requirement.objects.assessable() if requirements is None else requirements)
    return room


def make_inmate(room: AuditRoom, *, second_factor: bool = True, accepted: bool = True) -> User:
    """The person of a room, as they are after they followed the link, set up what they need and accepted."""
    user = User.objects.filter(email=room.email).first()
    if user is None:
        slug = room.email.partition("@")[0]
        user = person(slug, room.organisation, Role.EXTERNAL_AUDITOR, until=max(room.until, room.organisation.today()))
        User.objects.filter(pk=user.pk).update(email=room.email)
        user.email = room.email
    if second_factor:
        Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "x"}})
    room.person, room.invited_at = user, timezone.now()
    room.accepted_at = timezone.now() if accepted else None
    room.save()
    return user


def opened_room(organisation: Organisation, **fields: Any) -> AuditRoom:
    """A room that is open, with everything of its scope released to its `person`."""
    room = make_room(organisation, **fields)
    make_inmate(room)
    open_room(room)
    return room


def move(room: AuditRoom, since: date, until: date) -> None:
    """Other days of a room, of what it released and of the membership."""
    AuditRoom.objects.filter(pk=room.pk).update(since=since, until=until)
    room.person.recordgrant_set.update(since=since, until=until)  # type: ignore[union-attr]
    room.person.memberships.update(until=max(until, room.organisation.today()))  # type: ignore[union-attr]
    room.refresh_from_db()


def room_form(organisation: Organisation) -> dict[str, Any]:
    today = organisation.today()
    return {
        "owner": User.objects.get(email=f"officer@{organisation.slug}.example").pk,
        "for_audit": make_audit(organisation).pk,
        "title": "Otto Prüfer",
        "email": "otto.pruefer@certbody.example",
        "areas": ["4", "A.2"],
        "since": today.isoformat(),
        "until": (today + A_WEEK).isoformat(),
        "confidentiality": "Keep it to yourself",
    }
