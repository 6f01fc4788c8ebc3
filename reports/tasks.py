"""What the worker does: ids in, an action out. Losing or doubling a message does no harm (see actions)."""

from celery import shared_task

from .actions import sweep
from .making import make


@shared_task(ignore_result=True)
def render_report(report_id: str) -> None:
    make(report_id)


@shared_task(ignore_result=True)
def sweep_reports() -> None:
    sweep()
