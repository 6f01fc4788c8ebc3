"""What the worker does for records: ids in, an action out. Losing or doubling a message does no harm."""

from celery import shared_task

from . import mentions
from .imports import actions, running
from .sealing import sealer


@shared_task(ignore_result=True)
def send_mention(mention_id: str) -> None:
    mentions.send(mention_id)


@shared_task(ignore_result=True)
def run_import(import_id: str) -> None:
    running.run(import_id)


@shared_task(ignore_result=True)
def sweep_imports() -> None:
    actions.sweep()


@shared_task(ignore_result=True)
def seal_history() -> None:
    sealer.seal()
