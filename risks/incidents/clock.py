"""How much time is left to tell somebody of an incident, or how late it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from risks.models import Notification

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A deadline nearer than this wants somebody at once.
NEAR = DAY


@dataclass(frozen=True)
class Clock:
    """What a deadline says: words, and the tone of their badge."""

    words: str
    tone: str


def clock_of(notification: Notification, now: datetime) -> Clock:
    """What to say of one notification at a moment."""
    if not notification.is_needed:
        return Clock(_("not needed"), "none")
    if notification.told_at is None:
        return running(notification.due_at, now)
    if notification.due_at is None:
        return Clock(_("told"), "good")
    if notification.is_late(now):
        return Clock(_("told %(time)s late") % {"time": span(notification.told_at - notification.due_at)}, "bad")
    return Clock(_("told in time"), "good")


def running(due_at: datetime | None, now: datetime) -> Clock:
    """A deadline that nobody has met yet."""
    if due_at is None:
        return Clock(_("not told, no deadline"), "warn")
    if now > due_at:
        return Clock(_("%(time)s late") % {"time": span(now - due_at)}, "bad")
    left = due_at - now
    return Clock(_("in %(time)s") % {"time": span(left)}, "warn" if left < NEAR else "info")


def span(time: timedelta) -> str:
    """A length of time: "40 min", "47 h", "3 days 4 h"; never nothing."""
    if time < HOUR:
        return _("%(n)d min") % {"n": max(1, time // timedelta(minutes=1))}
    if time < 2 * DAY:
        return _("%(n)d h") % {"n": time // HOUR}
    days, hours = time // DAY, time % DAY // HOUR
    words = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    return f"{words} {_('%(n)d h') % {'n': hours}}" if hours else words
