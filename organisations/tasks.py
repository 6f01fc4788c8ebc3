"""What the worker does for mail of every kind."""

from celery import shared_task

from . import mail_jobs


@shared_task(ignore_result=True)
def sweep_mail() -> None:
    mail_jobs.sweep_mail()
