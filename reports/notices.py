"""The mail that a scheduled report is there: a link to its page, which opens only to those who may read it."""

from __future__ import annotations

from uuid import UUID

from django.core.mail import EmailMessage
from django.utils import timezone, translation

from organisations import mail_jobs
from organisations.mail_jobs import absolute, message_id
from organisations.mails import write_mail

from .models import Report, ReportNotice


def deliver(notice_id: UUID | str) -> bool:
    """Sends one notice if it is this process's to send; says whether the mail server took it."""
    return mail_jobs.deliver(ReportNotice, notice_id, mail_of)


def mail_of(notice: ReportNotice) -> EmailMessage | None:
    """The mail, or None where its reader may no longer see the report."""
    report = Report.objects.visible_to(notice.person).filter(pk=notice.report_id).select_related("organisation").first()
    if report is None or not notice.person.is_active:
        return None
    with timezone.override(report.organisation.zone), translation.override("en-gb"):
        return write_mail(
            "report",
            to=notice.person.email,
            organisation=report.organisation,
            context={"person": notice.person, "report": report, "link": absolute(report.get_absolute_url())},
            headers={"Message-ID": message_id(notice), "Auto-Submitted": "auto-generated"},
        )
