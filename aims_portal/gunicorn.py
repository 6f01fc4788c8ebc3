"""How gunicorn serves the portal, in the demo and in a container alike. The address comes from the command line."""

import gc
import os
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

wsgi_app = "aims_portal.wsgi:application"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
timeout = 60
graceful_timeout = 5
keepalive = 5
preload_app = True
control_socket_disable = True
# The heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (gunicorn unlinks it at once)


def pre_fork(server: Arbiter, worker: Worker) -> None:
    """What the workers inherit is not searched for garbage again: full collections make the slowest pages."""
    gc.freeze()
