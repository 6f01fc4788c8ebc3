"""An auditor from outside in the bench: let into everything of an organisation, so each list is as long as it gets."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from audits.models import Audit, AuditKind, AuditRoom
from audits.room.opening import open_room
from clauses.models import Requirement
from organisations.actions import appoint
from organisations.models import Organisation, User
from organisations.roles import Role
from systems.models import AISystem

DAYS = timedelta(days=30)


def let_in(organisation: Organisation) -> User:
    """The person of an open room to all clauses, controls and AI systems, with all of it released."""
    today, email = organisation.today(), f"inmate@{organisation.slug}.example"
    person = User.objects.create(email=email, name=f"Inmate {organisation.name}", password="!")
    appoint(person, organisation=organisation, role=Role.EXTERNAL_AUDITOR, until=today + DAYS)
    audit = Audit.objects.create(organisation=organisation, title="Stage 1", audit_kind=AuditKind.STAGE_1)
    room = AuditRoom.objects.create(
        organisation=organisation,
        title=person.name,
        for_audit=audit,
        email=email,
        person=person,
        since=today,
        until=today + DAYS,
        data_as_of=today,
        invited_at=timezone.now(),
        accepted_at=timezone.now(),
    )
    room.systems.set(AISystem.objects.of(organisation))
    room.requirements.set(Requirement.objects.assessable())
    open_room(room)
    return person
