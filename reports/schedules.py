"""Reports made by themselves: set up, changed, stopped; kept once in each period, and whom it is told to.

After a pause the report of the present period is made, not one for each that was missed: a report tells of the moment
in which it is made.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.mail_jobs import send_after_commit
from organisations.models import Organisation, User
from organisations.roles import REQUEST_REPORTS, VIEW_RECORDS

from .actions import ask_for_report
from .models import Report, ReportNotice, ReportSchedule, ScheduledReport, ScheduleReader
from .schedule_rows import Every

logger = logging.getLogger(__name__)


def period_of(every: str, day: date) -> date:
    """The first day of the period in which a day falls: a Monday, or the first of a month."""
    return day - timedelta(days=day.weekday()) if every == Every.WEEK else day.replace(day=1)


def begun(every: str, today: date) -> date:
    """The period that is not made up for: the present one, unless it begins today."""
    first = period_of(every, today)
    return first - timedelta(days=1) if first == today else first


def next_on(schedule: ReportSchedule, today: date) -> date:
    """The day of the next report: today, where the present period has none and is due."""
    period = period_of(schedule.every, today)
    is_kept = schedule.runs.filter(period_on=period).exists()
    if period > schedule.after and not is_kept:
        return today
    return period_of(schedule.every, period + timedelta(days=7 if schedule.every == Every.WEEK else 31))


def who_may_read(organisation: Organisation) -> Iterable[User]:
    """Members who read all of the organisation, by name: only they are told of a report."""
    members = organisation.memberships.current().holding(VIEW_RECORDS).values("user")
    return User.objects.filter(pk__in=members, is_active=True).order_by("name", "email")


@transaction.atomic
def set_up(
    organisation: Organisation, *, by: User, kind: str, format: str, every: str, readers: Iterable[User]
) -> ReportSchedule:
    schedule = ReportSchedule.objects.create(
        organisation=organisation,
        kind=kind,
        format=format,
        every=every,
        made_by=by,
        after=begun(every, organisation.today()),
    )
    tell_from_now_on(schedule, readers)
    return schedule


@transaction.atomic
def change(schedule: ReportSchedule, *, by: User, kind: str, format: str, every: str, readers: Iterable[User]) -> None:
    """Whoever changes it answers for it from then on: the report is asked for in their name."""
    if every != schedule.every:
        schedule.after = begun(every, schedule.organisation.today())
    schedule.kind, schedule.format, schedule.every, schedule.made_by = kind, format, every, by
    schedule.save()
    tell_from_now_on(schedule, readers)


def tell_from_now_on(schedule: ReportSchedule, readers: Iterable[User]) -> None:
    people = list(readers)
    schedule.rows.exclude(person__in=people).delete()
    for person in people:
        ScheduleReader.objects.get_or_create(
            schedule=schedule, person=person, defaults={"organisation": schedule.organisation}
        )


def stop(schedule: ReportSchedule, *, by: User) -> None:
    """Ends it; what was made stays. Once is enough."""
    ReportSchedule.objects.filter(pk=schedule.pk, stopped_at=None).update(stopped_at=timezone.now(), stopped_by=by)


def keep_all(now: datetime | None = None) -> int:
    """Asks for what is due and tells of what is ready; returns how many reports were asked for."""
    asked = 0
    for schedule in ReportSchedule.objects.filter(stopped_at=None).order_by("pk"):
        try:
            asked += keep(schedule.pk, now or timezone.now())
        except Exception:  # whatever is wrong with one, the others are made
            logger.exception("the scheduled report %s could not be asked for", schedule.pk)
    tell_all()
    return asked


@transaction.atomic
def keep(schedule_id: int, now: datetime) -> bool:
    """Asks for the report of the period in which `now` falls, once; the row of the period and the report are one."""
    # Of two schedulers one does it; the database would refuse the other's row in any case.
    free = ReportSchedule.objects.select_for_update(skip_locked=True, of=("self",)).filter(stopped_at=None)
    schedule = free.select_related("organisation", "made_by").filter(pk=schedule_id).first()
    if schedule is None:
        return False
    period = period_of(schedule.every, timezone.localdate(now, schedule.organisation.zone))
    if period <= schedule.after or schedule.runs.filter(period_on=period).exists():
        return False
    run = ScheduledReport(schedule=schedule, period_on=period)
    if may_ask(schedule):
        run.report = ask_for_report(
            schedule.organisation,
            kind=schedule.kind,
            format=schedule.format,
            by=schedule.made_by,
            key=f"schedule {schedule.pk} {period}",
        )
    else:
        run.fault = _("Who set it up may no longer ask for reports.")
    run.save()
    return run.report is not None


def may_ask(schedule: ReportSchedule) -> bool:
    members = schedule.organisation.memberships.current().holding(REQUEST_REPORTS)
    return bool(schedule.made_by.is_active and members.filter(user=schedule.made_by).exists())


def tell_all() -> int:
    """Makes the mail of what is ready; returns how many mails. Failed reports are told to nobody, and shown."""
    over = [Report.State.DONE, Report.State.FAILED]
    waiting = ScheduledReport.objects.filter(told_at=None, report__state__in=over)
    return sum(tell(run) for run in waiting.values_list("pk", flat=True))


@transaction.atomic
def tell(run_id: int) -> int:
    rows = ScheduledReport.objects.select_for_update(skip_locked=True, of=("self",)).filter(told_at=None, pk=run_id)
    run = rows.select_related("report", "schedule__organisation").first()
    if run is None or run.report is None:
        return 0
    now, notices = timezone.now(), []
    if run.report.state == Report.State.DONE:
        told = set(run.report.notices.values_list("person", flat=True))
        people = [row.person_id for row in run.schedule.rows.all() if row.person_id not in told]
        notices = [
            ReportNotice(
                organisation=run.schedule.organisation, person_id=person, report=run.report, try_at=now, queued_at=now
            )
            for person in people
        ]
        ReportNotice.objects.bulk_create(notices)
    run.told_at = now
    run.save(update_fields=["told_at"])
    send_after_commit(notices)
    return len(notices)
