"""Looks at both days and puts side by side what was there."""

from __future__ import annotations

from datetime import date
from typing import Any

from organisations.models import Organisation
from organisations.moment import now as moment
from records.past.looking import looking_back
from reports.readiness import readiness

from .records import Seen, record_groups, risk_groups, seen_on_its_day
from .result import Evolution
from .settled import Period, settled_groups
from .standing import figures, standing_groups


def evolution(organisation: Organisation, user: Any, since: date, until: date) -> Evolution:
    """What changed from the end of `since` to the end of `until`, or to now where that is today.

    As far as `user` may see it today. The same number of queries whatever the days are.
    """
    then, seen_then = one_day(organisation, user, since)
    now, seen_now = one_day(organisation, user, until)
    with looking_back(organisation, gone_by(organisation, until)):
        settled = settled_groups(Period(organisation, user, since, until))
    return Evolution(
        organisation=organisation.name,
        since=since,
        until=until,
        then=then,
        now=now,
        figures=figures(then, now),
        groups=(
            *standing_groups(then, now),
            *settled,
            *risk_groups(organisation, seen_then, seen_now),
            *record_groups(organisation, seen_then, seen_now),
        ),
    )


def one_day(organisation: Organisation, user: Any, day: date) -> tuple[Any, Seen]:
    with looking_back(organisation, gone_by(organisation, day)):
        return readiness(organisation, user, moment(), proofs=False), seen_on_its_day(organisation, user)


def gone_by(organisation: Organisation, day: date) -> date | None:
    return day if day < organisation.today() else None
