"""Days around today at the organisation, and what its people were told on them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from reports.models import Digest, Reminder
from reports.reminding import make

BERLIN = ZoneInfo("Europe/Berlin")
# A Monday; membership of the cast's auditor from outside is counted from the real today, so nothing here is far away.
TODAY = datetime.now(BERLIN).date()


def morning(day: date = TODAY, hour: int = 8) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN)


def later(days: int, hour: int = 8) -> datetime:
    return morning(TODAY + timedelta(days=days), hour)


def due(days: int) -> date:
    return TODAY + timedelta(days=days)


def run(organisation: Any, days: int, hour: int = 8) -> int:
    """Makes the digests of a day, and every mail is taken at once."""
    made = make(organisation, later(days, hour))
    Digest.objects.filter(state=Digest.State.QUEUED).update(state=Digest.State.SENT)
    return made


def told(person: Any) -> list[tuple[str, int]]:
    rows = Reminder.objects.filter(recipient=person).order_by("pk")
    return list(rows.values_list("record__reference", "slot"))


def its_time(digest: Digest) -> Digest:
    """The digest as one to be sent now, whatever time of day it is while the test runs."""
    Digest.objects.filter(pk=digest.pk).update(try_at=timezone.now() - timedelta(seconds=1))
    return Digest.objects.get(pk=digest.pk)
