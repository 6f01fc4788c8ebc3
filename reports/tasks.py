"""What the worker does: ids in, an action out. Losing or doubling a message does no harm (see actions)."""

from celery import shared_task

from .actions import sweep
from .digests import deliver
from .making import make
from .notices import deliver as deliver_notice
from .readiness.snapshots import take_all
from .reminding import make_all
from .schedules import keep_all


@shared_task(ignore_result=True)
def render_report(report_id: str) -> None:
    make(report_id)


@shared_task(ignore_result=True)
def sweep_reports() -> None:
    sweep()


@shared_task(ignore_result=True)
def make_digests() -> None:
    make_all()


@shared_task(ignore_result=True)
def send_digest(digest_id: str) -> None:
    deliver(digest_id)


@shared_task(ignore_result=True)
def keep_schedules() -> None:
    keep_all()


@shared_task(ignore_result=True)
def send_notice(notice_id: str) -> None:
    deliver_notice(notice_id)


@shared_task(ignore_result=True)
def take_readiness() -> None:
    take_all()
