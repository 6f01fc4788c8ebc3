"""Which day somebody looks at: today, or a day gone by. Whatever asks what day it is asks here.

The day looked at decides what records say and what is late; who may see them is always decided by today.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone


@dataclass(frozen=True)
class Past:
    """The end of a day gone by in one organisation: `until` is the first moment that no longer belongs to it.

    `is_short` where all history of the installation is read in a moment (records.past.shadows).
    """

    organisation: int
    day: date
    until: datetime
    is_short: bool = False


LOOKED_AT: ContextVar[Past | None] = ContextVar("looked_at", default=None)


def past() -> Past | None:
    """The day gone by that is looked at; None where it is today."""
    return LOOKED_AT.get()


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The first moment after the day."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


def now() -> datetime:
    """The moment that is looked at: the last one of a day gone by, else now."""
    looked_at = past()
    return looked_at.until - timedelta(microseconds=1) if looked_at else timezone.now()


def today(zone: ZoneInfo) -> date:
    looked_at = past()
    return looked_at.day if looked_at else timezone.localdate(timezone=zone)


def moment_of(day: date, zone: ZoneInfo) -> datetime:
    """When a day is judged: now where it is today, the last moment of the day looked at, noon of a day ahead."""
    return now() if day == today(zone) else datetime.combine(day, time(12), zone)
