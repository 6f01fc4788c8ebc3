"""What happens to a room: somebody is invited, accepts, it opens, ends, or is closed by the client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.models import AuditRoom
from organisations.actions import dismiss
from organisations.invitations import account_of, invite
from organisations.invitations import renew as renew_invitation
from organisations.invitations import withdraw as withdraw_invitation
from organisations.models import Invitation, Organisation, OrganisationGrant, User
from organisations.roles import TAKE_AWAY, Role
from records.actions import keep, locked, permission
from records.grants import VIEW
from records.models import RecordGrant

from .scope import released

AT_ONCE = 2_000


@transaction.atomic
def invite_auditor(room: AuditRoom, *, by: User) -> str:
    """Invites the person of a room; returns the token of the link to mail, empty where they have access already.

    Raises ValidationError where they read the organisation's records anyway, or the room is over or closed.
    """
    room = locked(room)
    if room.stage(room.organisation.today()) not in {"draft", "invited", "before"}:
        raise ValidationError(_("This room was opened or closed: make another one."))
    token, person = "", account_of(room.email)
    member = room.organisation.memberships.current().filter(user=person).first() if person else None
    if member is None:
        token = link_of(room, by)
    elif member.role != Role.EXTERNAL_AUDITOR:
        raise ValidationError(_("%(name)s is a member already, with another role.") % {"name": member.user})
    else:
        # Only the day: what a room that is open now lets them take away stays.
        member.until = max(filter(None, (member.until, room.until)))
        member.save(update_fields=["until"])
        room.person = member.user
    room.invited_at = timezone.now()
    keep(room, by=by)
    return token


def link_of(room: AuditRoom, by: User) -> str:
    """Token of a new link; one that was sent before stops working."""
    open_ones = room.organisation.invitations.filter(email=room.email.lower(), accepted_at=None, withdrawn_at=None)
    if (pending := open_ones.first()) and pending.role == Role.EXTERNAL_AUDITOR:
        if pending.until == room.until:
            return renew_invitation(pending)[1]
        withdraw_invitation(pending)
    return invite(
        organisation=room.organisation,
        email=room.email,
        name=room.name,
        role=Role.EXTERNAL_AUDITOR,
        function=str(room.for_audit.get_audit_kind_display()),
        until=room.until,
        by=by,
    )[1]


def invitation_of(room: AuditRoom) -> Invitation | None:
    """The newest invitation by mail that led to a room."""
    sent = room.organisation.invitations.filter(email=room.email.lower(), role=Role.EXTERNAL_AUDITOR)
    return sent.order_by("-pk").first()


@transaction.atomic
def accept_terms(room: AuditRoom, *, by: User) -> None:
    """The invited person accepts what the room is for and that it is confidential."""
    room = locked(room)
    if room.stage(room.organisation.today()) != "invited":
        return
    room.person, room.accepted_at = by, timezone.now()
    keep(room, by=by)


def open_room(room: AuditRoom) -> None:
    """Releases what belongs to the scope, once: the first time that somebody comes in."""
    if room.opened_at:
        return
    with transaction.atomic():
        fresh = locked(room)
        if fresh.opened_at is None:
            close_others(fresh)
            release(fresh)
            fresh.opened_at = timezone.now()
            keep(fresh, by=fresh.person)
    room.opened_at = fresh.opened_at


def release(room: AuditRoom) -> int:
    """Grants the person of a room everything that belongs to its scope now; returns how many records that are."""
    given = dict.fromkeys(keys_of(room))
    has = set(
        RecordGrant.objects.filter(user=room.person, content_object__in=given).values_list("content_object", flat=True)
    )
    right = permission(VIEW)
    RecordGrant.objects.bulk_create(
        (
            RecordGrant(user=room.person, content_object_id=key, permission=right, since=room.since, until=room.until)
            for key in given
            if key not in has
        ),
        batch_size=AT_ONCE,
    )
    set_taking_away(room)
    return len(given)


def keys_of(room: AuditRoom) -> Iterator[int]:
    for one in released(room):
        yield from one.records.values_list("pk", flat=True)


def set_taking_away(room: AuditRoom) -> None:
    """Lets the person of a room take files and lists away, or no longer."""
    right = Permission.objects.get(content_type=ContentType.objects.get_for_model(Organisation), codename=TAKE_AWAY)
    held: dict[str, Any] = {"user": room.person, "content_object": room.organisation, "permission": right}
    if room.downloads:
        OrganisationGrant.objects.get_or_create(**held)
    else:
        OrganisationGrant.objects.filter(**held).delete()


def close_others(room: AuditRoom) -> None:
    """Takes back what an earlier room released to the same person: each shows its own audit, and nothing else."""
    RecordGrant.objects.filter(user=room.person, content_object__organisation=room.organisation).delete()


@transaction.atomic
def end_review(room: AuditRoom, *, by: User) -> None:
    """The auditor is through: access closes, what they wrote stays. Raises ValidationError where it is not open."""
    room = locked(room)
    if room.stage(room.organisation.today()) != "open":
        raise ValidationError(_("This room is not open."))
    close_others(room)
    room.ended_at = timezone.now()
    keep(room, by=by)


@transaction.atomic
def revoke(room: AuditRoom, *, by: User) -> None:
    """The client closes a room at once, whatever its days; a link that was not used stops working."""
    room = locked(room)
    if room.revoked_at or room.ended_at:
        raise ValidationError(_("This room is closed already."))
    room.revoked_at, room.revoked_by = timezone.now(), by
    keep(room, by=by)
    pending = invitation_of(room)
    if pending and pending.is_open:
        withdraw_invitation(pending)
    person = room.person or account_of(room.email)
    if person is None:
        return
    if room.opened_at:
        close_others(room)
    member = room.organisation.memberships.filter(user=person, role=Role.EXTERNAL_AUDITOR).first()
    if member and not others_of(room, person).exists():
        dismiss(member)


def others_of(room: AuditRoom, person: User) -> Any:
    """Further rooms of the same person that are not closed."""
    rooms = AuditRoom.objects.of(room.organisation).filter(email__iexact=room.email).exclude(pk=room.pk)
    return rooms.filter(revoked_at=None, until__gte=room.organisation.today()).exclude(invited_at=None)


def rooms_that_closed(user: Any) -> list[AuditRoom]:
    """Rooms somebody was let into whose last day is over, or that the client closed; the newest first."""
    rooms = AuditRoom.objects.filter(person=user).select_related("organisation", "for_audit").order_by("-until", "-pk")
    return [one for one in rooms if one.stage(one.organisation.today()) in {"over", "revoked", "ended"}]
