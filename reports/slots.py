"""When a date reminds: 30, 7 and 1 days before, on the day, then every week.

A slot is the number of days from the date to the reminder: -30, -7, -1, 0, 7, 14, … A reminder belongs to one slot, so
however often and however late somebody looks, each is told once, and after a pause only the latest of those missed.
"""

from __future__ import annotations

from datetime import date, timedelta

BEFORE = (-30, -7, -1)
WEEK = 7
# How far ahead of a date the first reminder comes.
AHEAD = timedelta(days=-BEFORE[0])


def slot_on(due_on: date, today: date) -> int | None:
    """The latest slot that has come by `today`; None while the date is more than 30 days ahead."""
    days = (today - due_on).days
    if days >= 0:
        return days - days % WEEK
    return max((slot for slot in BEFORE if slot <= days), default=None)


def slot_after(slot: int | None) -> int:
    """The slot that follows one; the first of all follows None."""
    if slot is None:
        return BEFORE[0]
    if slot >= 0:
        return slot + WEEK
    return min((later for later in BEFORE if later > slot), default=0)


def day_of(due_on: date, slot: int) -> date:
    """The day on which a slot comes."""
    return due_on + timedelta(days=slot)


def escalated_on(due_on: date, after: int) -> date:
    """The day from which somebody beside the owner must know: more than `after` days late."""
    return due_on + timedelta(days=after + 1)
