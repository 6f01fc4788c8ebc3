"""Tells the workers that a row waits for them. The row is the truth, the message a hint that may get lost."""

import logging
from typing import Any
from uuid import UUID

from celery import current_app
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def tell_workers(task: str, row_id: UUID | int, **options: Any) -> bool:
    """Sends the hint that a row waits for `task` (`reports.tasks.render_report`); False where the broker is away."""
    try:
        current_app.send_task(task, [str(row_id)], **options)
    except (KombuError, RedisError, OSError) as error:
        logger.warning("the broker cannot be reached, %s of %s waits: %s", task, row_id, error)
        return False
    return True
