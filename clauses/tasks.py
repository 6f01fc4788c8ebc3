"""What the worker does for clauses: ids in, an action out. Losing or doubling a message does no harm."""

from celery import shared_task

from .asking import telling


@shared_task(ignore_result=True)
def send_asking(job_id: str) -> None:
    telling.send(job_id)
