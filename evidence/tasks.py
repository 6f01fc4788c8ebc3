"""What the portal does about evidence by itself."""

from celery import shared_task

from . import uploads


@shared_task
def sweep_incoming() -> int:
    """Removes files of uploads that broke off because their process was killed."""
    return uploads.sweep_incoming()
