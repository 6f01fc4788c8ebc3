"""What the worker does for records: ids in, an action out. Losing or doubling a message does no harm."""

from celery import shared_task

from . import mentions
from .imports import actions, running
from .sealing import checking, mailing, sealer


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


@shared_task(ignore_result=True)
def send_root(mail_id: str) -> None:
    mailing.send(mail_id)


@shared_task(ignore_result=True)
def verify_history(organisation_id: str = "", person_id: int | None = None) -> None:
    """Checks the history of one organisation for somebody, or without one that of all."""
    checking.check_and_note(int(organisation_id) if organisation_id else None, person_id)
