"""What the portal does about evidence by itself."""

from celery import shared_task

from . import rehashing, uploads


@shared_task
def sweep_incoming() -> int:
    """Removes files of uploads that broke off because their process was killed."""
    return uploads.sweep_incoming()


@shared_task(ignore_result=True)
def rehash_evidence() -> None:
    rehashing.rehash_due()


@shared_task(ignore_result=True)
def send_file_alarm(alarm_id: str) -> None:
    rehashing.send(alarm_id)
