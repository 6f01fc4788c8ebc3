"""Loads a file's `external_audit_invitation`, and further ones in `audit_rooms`: whom it lets into which audit.

Nobody is mailed. The person gets the role that comes with a room, whatever the file calls them, and accepts its terms
on their first visit, unless the file says that they have.
"""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from audits.models import Audit, AuditKind, AuditRoom
from audits.room.forms import CONFIDENTIALITY
from clauses.models import Requirement
from organisations.actions import appoint
from organisations.models import Membership
from organisations.roles import Role
from organisations.rows import Intake, Row
from records.loading import keep_given

ALL = "all"


def load_rooms(intake: Intake) -> None:
    row = intake.root.row("external_audit_invitation")
    if row:
        intake.attempt(row, room)
    intake.each("audit_rooms", room)


def room(row: Row) -> AuditRoom:
    audit, scope = audit_of(row), row.row("scope", needed=True)
    person = row.one("invited", "people", needed=True)
    systems = [one for one in scope.many("ai_systems", "ai_systems") if one]
    requirements = requirements_of(scope)
    accepted = row.flag("accepted")
    made = AuditRoom(
        title=person.name if person else "",
        email=person.email if person else "",
        person=person,
        owner=row.one("contact", "people"),
        since=row.day("valid_from", needed=True),
        until=row.day("valid_to", needed=True),
        data_as_of=row.day("data_as_of"),
        downloads=row.flag("download_allowed"),
        confidentiality=str(CONFIDENTIALITY),
        invited_at=timezone.now(),
        accepted_at=timezone.now() if accepted else None,
    )
    if audit:
        made.for_audit = audit
    keys = {"title": "invited", "email": "invited", "since": "valid_from", "until": "valid_to"}
    keep_given(row, made, for_audit="audit", downloads="download_allowed", **keys)
    made.systems.set(systems)
    made.requirements.set(requirements)
    let_in(made)
    return made


def audit_of(row: Row) -> Audit | None:
    """The audit that a row names; its kind is that of the audit."""
    reference = row.text("audit", needed=True)
    found = Audit.objects.filter(organisation=row.intake.organisation, reference=reference).first()
    if reference and found is None:
        row.refuse("audit", _("“%(reference)s” is no audit of this file") % {"reference": reference})
    kind = row.choice("kind", AuditKind, needed=False)
    if kind and found and found.audit_kind != kind:
        row.refuse("kind", _("is not the kind of %(reference)s") % {"reference": reference})
    return found


def requirements_of(scope: Row) -> list[Requirement]:
    """The clauses whose section is named, and the controls: `all` of them, or those of the areas named."""
    sections = set(scope.texts("clauses"))
    every = list(Requirement.objects.assessable())
    if scope.get("annex_a") == ALL:
        scope.read.add("annex_a")
        areas = {one.section for one in every if one.is_control}
    else:
        areas = set(scope.texts("annex_a"))
    for unknown in sorted((sections | areas) - {one.section for one in every}):
        scope.refuse("clauses", _("“%(number)s” is no clause or area") % {"number": unknown})
    return [one for one in every if one.section in sections | areas]


def let_in(made: AuditRoom) -> None:
    """Makes the person a member by the room alone, until the last day of all their rooms."""
    member = Membership.objects.get(user=made.person, organisation=made.organisation)
    is_earlier = member.role == Role.EXTERNAL_AUDITOR and member.until and member.until > made.until
    until = member.until if is_earlier else made.until
    appoint(
        member.user,
        organisation=made.organisation,
        role=Role.EXTERNAL_AUDITOR,
        function=member.function,
        until=until,
    )
