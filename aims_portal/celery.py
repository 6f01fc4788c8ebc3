"""The Celery application. Its messages are hints: what must not be lost is a row first (reports.models)."""

import os
from typing import Any

import pghistory
from celery import Celery, Task
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aims_portal.settings")


class TrackedTask(Task):
    """Every task of the worker: what it changes is told in history under its name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with pghistory.context(job=self.name):
            return super().__call__(*args, **kwargs)


app = Celery("aims_portal", task_cls=TrackedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def die_with_the_worker(**kwargs: object) -> None:
    """A pool process whose worker was killed would finish its task unseen, while the next worker does it again."""
    from aims_portal.servers.tether import tie_this_process

    tie_this_process()
