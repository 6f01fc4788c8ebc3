"""Each day's readiness is kept once, and the trend is made of these days and of now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from reports.models import ReadinessSnapshot
from reports.readiness.explained import explained
from reports.readiness.snapshots import figures_of, take, take_all, thinned, trend_of
from reports.tasks import take_readiness
from tests.reports.conftest import Stage


def test_a_day_is_kept_once_and_says_what_the_page_says(played: Stage) -> None:
    now = timezone.now()
    assert take(played.organisation, now)
    assert not take(played.organisation, now)
    take_readiness()
    (kept,) = ReadinessSnapshot.objects.filter(organisation=played.organisation)
    result = explained(played.organisation, played.officer, now)
    assert (kept.on, kept.verdict) == (played.organisation.today(), result.verdict)
    assert kept.figures == figures_of(result)


def test_the_database_keeps_no_second_row_of_a_day(played: Stage) -> None:
    take(played.organisation, timezone.now())
    try:
        with transaction.atomic():
            ReadinessSnapshot.objects.create(organisation=played.organisation, on=played.organisation.today())
    except IntegrityError:
        return
    raise AssertionError("two rows of a day")


def test_the_day_is_that_of_the_organisation(played: Stage) -> None:
    late = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    assert take(played.organisation, late)
    assert str(ReadinessSnapshot.objects.get(organisation=played.organisation).on) == "2026-11-27"


def test_after_a_pause_the_days_between_are_kept_and_the_trend_tells_what_changed(played: Stage) -> None:
    take(played.organisation, timezone.now())
    played.position("4.2", status="met", narrative="As said.")
    with time_machine.travel(timezone.now() + timedelta(days=5)):
        take_all()
        take_all()
        assert ReadinessSnapshot.objects.filter(organisation=played.organisation).count() == 6
        trend = trend_of(played.organisation, explained(played.organisation, played.officer))
    met = [one.figures["clauses"]["met"] for one in trend.days]
    assert met == [met[0], *[met[0] + 1] * 5]
    assert "<svg" in trend.chart
    assert "5 days ago" in trend.caption


def test_one_day_is_no_trend_yet(played: Stage) -> None:
    trend = trend_of(played.organisation, explained(played.organisation, played.officer))
    assert (trend.chart, len(trend.days)) == ("", 1)


def test_days_on_which_nothing_changed_are_not_drawn() -> None:
    def day(met: int) -> Any:
        return ReadinessSnapshot(figures={"clauses": {"met": met}, "controls": {"met": 0}})

    days = [day(met) for met in (1, 1, 1, 2, 2, 2, 3)]
    assert [one.figures["clauses"]["met"] for one in thinned(days)] == [1, 1, 2, 2, 3]


def test_an_organisation_that_nobody_reads_has_no_days(organisation: Any, officer: Any, manager: Any) -> None:
    organisation.memberships.update(until=organisation.today() - timedelta(days=1))
    assert not take(organisation, timezone.now())
