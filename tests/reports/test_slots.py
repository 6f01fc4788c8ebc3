"""Which reminder is due on a day: the table, and what holds for every date."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.slots import day_of, escalated_on, slot_after, slot_on

DUE = date(2026, 11, 23)
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 1, 1))


@pytest.mark.parametrize(
    ("days", "slot"),
    [
        *((-400, None), (-31, None), (-30, -30), (-29, -30), (-8, -30), (-7, -7), (-2, -7), (-1, -1), (0, 0)),
        *((1, 0), (6, 0), (7, 7), (13, 7), (14, 14), (15, 14), (365, 364)),
    ],
)
def test_the_latest_slot_that_has_come(days: int, slot: int | None) -> None:
    assert slot_on(DUE, DUE + timedelta(days=days)) == slot


def test_slots_follow_each_other() -> None:
    slots, slot = [], None
    for _n in range(7):
        slot = slot_after(slot)
        slots.append(slot)
    assert slots == [-30, -7, -1, 0, 7, 14, 21]


@given(due_on=DAYS, today=DAYS)
def test_the_slot_has_come_and_the_next_has_not(due_on: date, today: date) -> None:
    slot = slot_on(due_on, today)
    assert slot is None or day_of(due_on, slot) <= today
    assert day_of(due_on, slot_after(slot)) > today


@given(due_on=DAYS, start=st.integers(-60, 60), length=st.integers(0, 120))
def test_whoever_looks_every_day_sees_each_slot_once(due_on: date, start: int, length: int) -> None:
    seen = [slot_on(due_on, due_on + timedelta(days=start + n)) for n in range(length)]
    told = [slot for slot in dict.fromkeys(seen) if slot is not None]
    assert told == sorted(told)
    assert all(slot_after(one) == other for one, other in pairwise(told))


def test_more_than_two_weeks_late_is_escalated() -> None:
    assert escalated_on(DUE, 14) == DUE + timedelta(days=15)
