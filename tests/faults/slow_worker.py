"""A Celery worker that stops where a test wants to kill it: `python -m tests.faults.slow_worker PREFIX MARKER WHERE`.

It takes its messages from the broker under PREFIX and prints one line for a report. At WHERE (`printing`, `stored`,
`packing`, `moved`, or `nowhere`) it writes the file MARKER and waits for the end, with a lease of two seconds; a worker
that waits nowhere has the lease that workers have.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from aims_portal.celery import app

LEASE = timedelta(seconds=2)


def main(prefix: str, marker: str, where: str) -> None:
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, "global_keyprefix": prefix}
    app.loader.import_default_modules()
    from reports import actions, making
    from reports.pack import building, taking_in

    def wait_at(place: str) -> None:
        if place == where:
            Path(marker).touch()
            time.sleep(600)

    def printed(report: Any, result: Any, code: str, alive: Any) -> tuple[bytes, int]:
        alive(20, 0)
        wait_at("printing")
        return b"%PDF- " + code.encode(), 1

    real_put = actions.put

    def put(key: str, content: bytes) -> None:
        real_put(key, content)
        wait_at("stored")

    real_opened, real_move = taking_in.opened, actions.move

    def opened(file: Any) -> Any:
        if "/v2/" in file.path:
            wait_at("packing")
        return real_opened(file)

    def move(key: str, path: Path, alive: Any) -> None:
        real_move(key, path, alive)
        wait_at("moved")

    taking_in.opened, actions.move, building.printed = opened, move, printed
    if where != "nowhere":
        actions.LEASE = LEASE
    actions.put = put
    making.printed = printed
    app.worker_main(["worker", "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle"])


if __name__ == "__main__":
    main(*sys.argv[1:4])
