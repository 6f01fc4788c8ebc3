"""What the worker does for records: ids in, an action out. Losing or doubling a message does no harm."""

from celery import shared_task

from . import mentions


@shared_task(ignore_result=True)
def send_mention(mention_id: str) -> None:
    mentions.send(mention_id)
