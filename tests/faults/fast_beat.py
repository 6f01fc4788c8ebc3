"""A scheduler that asks for everything each second: `python -m tests.faults.fast_beat SCHEDULE`."""

from __future__ import annotations

import sys

from aims_portal.celery import app


def main(schedule: str) -> None:
    # With a task that expires the worker's queue stays short, however busy the machine.
    app.conf.beat_schedule = {
        name: {"task": entry["task"], "schedule": 1.0, "options": {"expires": 5}}
        for name, entry in app.conf.beat_schedule.items()
    }
    app.start(["beat", "--loglevel=INFO", "--pidfile=", "--schedule", schedule])


if __name__ == "__main__":
    main(sys.argv[1])
