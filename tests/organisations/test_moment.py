"""At which moment a day is judged: what was due this morning is late in the evening, on a page and for a program."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from organisations.moment import LOOKED_AT, Past, end_of, moment_of

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("hour", [0, 9, 18, 23])
def test_today_is_judged_as_it_is_now_at_any_hour(hour: int) -> None:
    moment = datetime(2026, 11, 26, hour, 30, tzinfo=BERLIN)
    with time_machine.travel(moment, tick=False):
        assert moment_of(date(2026, 11, 26), BERLIN) == moment


def test_a_day_ahead_is_judged_at_its_noon() -> None:
    with time_machine.travel(datetime(2026, 11, 26, 18, 30, tzinfo=BERLIN), tick=False):
        assert moment_of(date(2026, 12, 1), BERLIN) == datetime(2026, 12, 1, 12, tzinfo=BERLIN)


def test_a_day_that_is_looked_at_is_judged_at_its_last_moment() -> None:
    day = date(2026, 8, 31)
    token = LOOKED_AT.set(Past(1, day, end_of(day, BERLIN)))
    try:
        assert moment_of(day, BERLIN) == datetime(2026, 8, 31, 23, 59, 59, 999_999, tzinfo=BERLIN)
    finally:
        LOOKED_AT.reset(token)
