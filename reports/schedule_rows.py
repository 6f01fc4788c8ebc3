"""Reports that are made by themselves: how often, who is told, and each time it was done.

A period has one row, so a report is asked for once in it, however often and by how many schedulers somebody looks.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.history import tracked
from organisations.mail_jobs import MailJob
from organisations.models import Organisation, User
from organisations.roles import VIEW_RECORDS


class Every(models.TextChoices):
    WEEK = "week", _("Weekly, on Monday")
    MONTH = "month", _("Monthly, on the 1st")


@tracked(seen_with=VIEW_RECORDS, kept_at="report-list", of_today=True)
class ReportSchedule(models.Model):
    """One report asked for anew in each period, in the name of who set it up, until somebody stops it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="report_schedules")
    kind = models.CharField(_("report"), max_length=30)
    format = models.CharField(_("format"), max_length=4, default="pdf")
    every = models.CharField(_("how often"), max_length=5, choices=Every, default=Every.MONTH)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("set up"), auto_now_add=True)
    # What the period was when it was set up or changed: that one is not made up for.
    after = models.DateField(_("after the period of"), editable=False)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True, editable=False)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    readers: models.ManyToManyField[User, ScheduleReader] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("tell"), through="ScheduleReader", related_name="+"
    )

    class Meta:
        default_permissions = ()
        ordering = ["kind", "pk"]
        verbose_name = _("scheduled report")
        verbose_name_plural = _("scheduled reports")

    def __str__(self) -> str:
        return f"{self.label}: {self.get_every_display()}"

    @property
    def label(self) -> str:
        from .models import Report

        return str(Report.Kind(self.kind).label)


@tracked(seen_with=VIEW_RECORDS, kept_at="report-list", of_today=True)
class ScheduleReader(models.Model):
    """One person who is told each time."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    schedule = models.ForeignKey(ReportSchedule, on_delete=models.CASCADE, related_name="rows")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["schedule", "person"], name="each_reader_once")]
        verbose_name = _("reader of a scheduled report")
        verbose_name_plural = _("readers of scheduled reports")

    def __str__(self) -> str:
        return f"{self.schedule}: {self.person}"


class ScheduledReport(models.Model):
    """That a schedule was kept in one period; `told_at` once everybody's mail is a row. Its own history."""

    schedule = models.ForeignKey(ReportSchedule, on_delete=models.CASCADE, related_name="runs")
    period_on = models.DateField(_("period"))
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, null=True, related_name="+")
    # Why there is no report, where there is none.
    fault = models.CharField(_("reason"), max_length=200, blank=True)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-period_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["schedule", "period_on"], name="one_report_a_period")]
        verbose_name = _("report of a period")
        verbose_name_plural = _("reports of periods")

    def __str__(self) -> str:
        return f"{self.schedule}: {self.period_on}"


@tracked(without=("attempt", "try_at", "error"), of_today=True)
class ReportNotice(MailJob):
    """The mail that tells one person that one report is there: a link, never the file."""

    TASK: ClassVar[str] = "reports.tasks.send_notice"

    report = models.ForeignKey("reports.Report", on_delete=models.CASCADE, related_name="notices")

    class Meta:
        default_permissions = ()
        ordering = ["-queued_at", "person__name"]
        constraints = [models.UniqueConstraint(fields=["report", "person"], name="told_once_of_a_report")]
        indexes = [
            models.Index(
                fields=["try_at"], condition=models.Q(state__in=["queued", "sending"]), name="notices_under_way"
            )
        ]
        verbose_name = _("notice of a report")
        verbose_name_plural = _("notices of reports")

    def __str__(self) -> str:
        return f"{self.report}: {self.person}"
