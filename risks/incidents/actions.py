"""Verbs of an incident and of who is told about it. Each waits for who does the same at once, then looks again."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.models import User
from records.actions import keep, locked, touch
from risks.models import Incident, Level, Notification

GRAVE = (Level.HIGH, Level.CRITICAL)


def missing(incident: Incident) -> list[str]:
    """What stands in the way of closing an incident, in words."""
    reasons = []
    if not incident.cause.strip():
        reasons.append(_("The cause is not written down."))
    if not incident.correction.strip():
        reasons.append(_("The correction is not written down."))
    waiting = [row.recipient for row in incident.notifications.all() if row.is_open]
    reasons += [_("%(who)s: neither told nor marked as not needed.") % {"who": who} for who in waiting]
    return reasons


@transaction.atomic
def close_incident(incident: Incident, *, by: User, lessons: str, seen: int | None = None) -> None:
    """Closes an incident with what was learned; `seen` is the version that was shown. Raises ValidationError."""
    incident = locked(incident, seen)
    if not incident.is_open:
        raise ValidationError(_("It is closed already."))
    if reasons := missing(incident):
        raise ValidationError(reasons)
    if not lessons.strip():
        raise ValidationError({"lessons": _("Say what was learned, so that it does not happen again.")})
    incident.lessons, incident.closed_by = lessons.strip(), by
    incident.closed_on = incident.organisation.today()
    keep(incident, by=by)


@transaction.atomic
def reopen_incident(incident: Incident, *, by: User) -> None:
    """Takes up a closed incident again; what was learned stays, history keeps when it was closed."""
    incident = locked(incident)
    if incident.is_open:
        raise ValidationError(_("It is open."))
    incident.closed_on, incident.closed_by = None, None
    keep(incident, by=by)


@transaction.atomic
def keep_notification(notification: Notification, *, by: User) -> None:
    """Adds or changes who must be told. Hours run from the moment the incident was known. Raises ValidationError."""
    incident = locked(notification.incident)
    refuse_if_closed(incident)
    if notification.pk:
        refuse_if_told(notification)
    notification.due_at = due_at(incident, notification)
    notification.save()
    touch(incident, by=by)


@transaction.atomic
def tell(notification: Notification, *, by: User, at: datetime, note: str = "", seen: str = "") -> None:
    """Notes that somebody was told at a moment; `seen` is what was noted when it was shown (see `noted`).

    Raises ValidationError for a moment before it was known, or ahead, and where something else was noted meanwhile.
    """
    incident = locked(notification.incident)
    refuse_if_closed(incident)
    refuse_if_noted(notification, seen)
    refuse_impossible(incident, at)
    notification.told_at, notification.is_needed, notification.note = at, True, note.strip()
    notification.save()
    touch(incident, by=by)


@transaction.atomic
def mark_not_needed(notification: Notification, *, by: User, reason: str, seen: str = "") -> None:
    """Notes that somebody need not be told after all, and why. Raises ValidationError."""
    incident = locked(notification.incident)
    refuse_if_closed(incident)
    refuse_if_noted(notification, seen)
    refuse_if_told(notification)
    if not reason.strip():
        raise ValidationError({"note": _("Say why they need not be told.")})
    notification.is_needed, notification.note = False, reason.strip()
    notification.save()
    touch(incident, by=by)


@transaction.atomic
def remove_notification(notification: Notification, *, by: User) -> None:
    """Takes an untold notification off; history keeps it. Raises ValidationError."""
    incident = locked(notification.incident)
    refuse_if_closed(incident)
    refuse_if_told(notification)
    notification.delete()
    touch(incident, by=by)


def keep_deadlines(incident: Incident) -> None:
    """Counts deadlines given in hours anew, where it became known at another moment than was thought."""
    for row in incident.notifications.exclude(hours=None):
        if row.due_at != (due := due_at(incident, row)):
            row.due_at = due
            row.save(update_fields=["due_at"])


def due_at(incident: Incident, notification: Notification) -> datetime | None:
    """By when: the hours counted from when it was known, else the moment that was typed."""
    if notification.hours is None:
        return notification.due_at
    return incident.known_at + timedelta(hours=notification.hours)


def refuse_impossible(incident: Incident, told_at: datetime) -> None:
    if told_at > timezone.now():
        raise ValidationError({"told_at": _("This moment lies ahead.")})
    # People type minutes, the clock of the portal has seconds.
    if told_at < incident.known_at.replace(second=0, microsecond=0):
        raise ValidationError({"told_at": _("Nobody can be told before the incident was known.")})


def refuse_if_closed(incident: Incident) -> None:
    if not incident.is_open:
        raise ValidationError(_("The incident is closed. Reopen it to change who was told."))


def noted(notification: Notification) -> str:
    """What was noted of somebody who must be told, in a few signs: two people compare it."""
    answer = [
        notification.told_at.isoformat() if notification.told_at else "",
        notification.is_needed,
        notification.note,
    ]
    return hashlib.sha256(json.dumps(answer).encode()).hexdigest()[:16]


def refuse_if_noted(notification: Notification, seen: str) -> None:
    if seen and seen != noted(Notification.objects.get(pk=notification.pk)):
        raise ValidationError(_("Somebody else noted something of it meanwhile: look at the incident, then decide."))


def refuse_if_told(notification: Notification) -> None:
    if Notification.objects.filter(pk=notification.pk).exclude(told_at=None).exists():
        raise ValidationError(_("They have been told. What was told stays."))
