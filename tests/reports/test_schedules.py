"""Scheduled reports: once in each period, whatever runs twice or late; told by a link to those who may read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from organisations.actions import dismiss
from reports import making
from reports.models import Report, ReportNotice, ReportSchedule, ScheduledReport
from reports.notices import deliver
from reports.schedules import begun, keep, keep_all, next_on, period_of, set_up, stop

SignIn = Callable[..., Client]
NOVEMBER = datetime(2026, 11, 26, 10, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, 10, tzinfo=UTC)


@pytest.fixture
def schedule(organisation: Any, manager: Any, officer: Any, sent: Any) -> ReportSchedule:
    with time_machine.travel(NOVEMBER):
        return set_up(
            organisation, by=manager, kind="readiness", format="pdf", every="month", readers=[manager, officer]
        )


def test_periods_begin_on_mondays_and_firsts() -> None:
    assert period_of("week", date(2026, 11, 26)) == date(2026, 11, 23)
    assert period_of("month", date(2026, 11, 26)) == date(2026, 11, 1)
    assert begun("month", date(2026, 11, 26)) == date(2026, 11, 1)
    assert begun("month", date(2026, 12, 1)) == date(2026, 11, 30), "on the day itself it is made at once"


def test_it_is_made_once_in_each_period(schedule: ReportSchedule, manager: Any) -> None:
    assert next_on(schedule, date(2026, 11, 26)) == date(2026, 12, 1)
    with time_machine.travel(NOVEMBER):
        assert keep_all() == 0, "the period in which it was set up is over"
    with time_machine.travel(DECEMBER):
        assert [keep(schedule.pk, DECEMBER), keep(schedule.pk, DECEMBER), keep_all()] == [True, False, 0]
        assert next_on(schedule, date(2026, 12, 1)) == date(2027, 1, 1)
    report = Report.objects.get()
    assert (report.kind, report.format, report.requested_by) == ("readiness", "pdf", manager)


def test_after_a_pause_one_report_is_made_not_one_for_each_period(schedule: ReportSchedule) -> None:
    with time_machine.travel(datetime(2027, 4, 20, 10, tzinfo=UTC)):
        assert keep_all() == 1
        assert keep_all() == 0
    assert [run.period_on for run in schedule.runs.all()] == [date(2027, 4, 1)]


def test_who_is_told_gets_one_link_and_no_file(
    schedule: ReportSchedule, officer: Any, manager: Any, quick_print: Any
) -> None:
    with time_machine.travel(DECEMBER):
        keep_all()
        assert not ReportNotice.objects.exists(), "it is not made yet"
        making.make(Report.objects.get().pk)
        keep_all()
        keep_all()
        notices = list(ReportNotice.objects.order_by("person__name"))
        assert {one.person for one in notices} == {officer, manager}
        assert ScheduledReport.objects.get().told_at
        assert all(deliver(one.pk) for one in notices)
        assert not any(deliver(one.pk) for one in notices)
    assert len(mail.outbox) == 2
    for one in mail.outbox:
        assert Report.objects.get().get_absolute_url() in one.body
        assert not one.attachments


def test_who_left_in_the_meantime_is_not_told(schedule: ReportSchedule, officer: Any, quick_print: Any) -> None:
    with time_machine.travel(DECEMBER):
        keep_all()
        making.make(Report.objects.get().pk)
        keep_all()
    dismiss(officer.memberships.get())
    with time_machine.travel(datetime(2026, 12, 3, 10, tzinfo=UTC)):
        assert not deliver(ReportNotice.objects.get(person=officer).pk)
    assert mail.outbox == []


def test_whose_right_ended_makes_none_and_that_is_said(schedule: ReportSchedule, manager: Any) -> None:
    dismiss(manager.memberships.get())
    with time_machine.travel(DECEMBER):
        assert keep_all() == 0
    assert not Report.objects.exists()
    assert "no longer" in ScheduledReport.objects.get().fault


def test_a_stopped_one_makes_nothing(schedule: ReportSchedule, manager: Any) -> None:
    stop(schedule, by=manager)
    with time_machine.travel(DECEMBER):
        assert keep_all() == 0


def test_it_is_set_up_changed_and_stopped_on_pages(
    organisation: Any, manager: Any, officer: Any, sign_in: SignIn
) -> None:
    client, base = sign_in(manager), f"/{organisation.slug}/reports/"
    given = {"kind": "readiness", "format": "pdf", "every": "month", "readers": [manager.pk]}
    page = client.post(f"{base}schedules/new/", given | {"readers": []})
    assert page.status_code == 422
    assert "Choose at least one person." in page.content.decode()
    answer = client.post(f"{base}schedules/new/", given)
    assert answer.status_code == 302
    schedule = ReportSchedule.objects.get()
    assert answer.url.endswith(f"/schedules/{schedule.pk}/")
    assert "Monthly, on the 1st" in client.get(base).content.decode()
    client.post(answer.url, given | {"every": "week", "readers": [manager.pk, officer.pk]})
    schedule.refresh_from_db()
    assert schedule.every == "week"
    assert {row.person for row in schedule.rows.all()} == {manager, officer}
    client.post(f"{answer.url}stop/")
    schedule.refresh_from_db()
    assert schedule.stopped_by == manager
    assert "Stopped by" in client.get(answer.url).content.decode()
    assert client.post(answer.url, given).status_code == 403


@pytest.mark.parametrize("role", ["auditor", "internal_auditor", "administrator"])
def test_readers_look_and_change_nothing(role: str, request: Any, schedule: ReportSchedule, sign_in: SignIn) -> None:
    client, here = sign_in(request.getfixturevalue(role)), schedule.organisation.slug
    page = client.get(f"/{here}/reports/schedules/{schedule.pk}/")
    assert page.status_code == 200
    assert b"Stop this report" not in page.content
    assert client.post(f"/{here}/reports/schedules/{schedule.pk}/", {}).status_code == 403
    assert client.get(f"/{here}/reports/schedules/new/").status_code == 403


def test_a_contributor_cannot_be_told(organisation: Any, manager: Any, contributor: Any, sign_in: SignIn) -> None:
    given = {"kind": "readiness", "format": "pdf", "every": "month", "readers": [contributor.pk]}
    page = sign_in(manager).post(f"/{organisation.slug}/reports/schedules/new/", given)
    assert page.status_code == 422
    assert not ReportSchedule.objects.exists()
