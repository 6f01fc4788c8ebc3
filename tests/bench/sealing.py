"""What the seal costs those who write, and how fast it is made and checked."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from records.models import Record
from records.sealing.checking import verify
from records.sealing.sealer import seal

from .figures import Part
from .stock import Stocked
from .writes import WRITERS, together

# Ten times as often as in the portal.
PAUSE = 1.0
SEALER = f"""
import django, time
django.setup()
from records.sealing.sealer import seal
while True:
    seal()
    time.sleep({PAUSE})
"""
EVENT, TIMES = 10.0, 1.3


def sealing(stock: Stocked, *, saves: int) -> Part:
    part = Part(
        "Sealing of history",
        f"Sealing everything at first, checking all of it (aim: 100,000 events a second), and one save with "
        f"{WRITERS} writers while a sealer in a process of its own works every {PAUSE:g} s, against none.",
    )
    begin = time.perf_counter()
    count = seal()
    part.add("sealing one event", (time.perf_counter() - begin) * 1e6 / max(count, 1), unit=" µs", spread=f"{count:,}")
    ids = list(Record.objects.of(stock.organisation).filter(kind="evidence").values_list("pk", flat=True)[:1600])
    without = quantiles(together(ids, saves))
    with sealer():
        sealed = quantiles(together(ids, saves))
    for name, cut in (("p50", 49), ("p99", 98)):
        part.add(f"one save without the sealer, {name}", without[cut], unit=" ms")
        aim = TIMES * without[cut] if cut == 98 else None
        part.add(f"one save with the sealer, {name}", sealed[cut], aim, unit=" ms")
    seal()
    begin = time.perf_counter()
    events = sum(verdict.events for verdict in verify())
    each = (time.perf_counter() - begin) * 1e6 / max(events, 1)
    part.add("checking one event", each, EVENT, unit=" µs", spread=f"{events:,}")
    return part


def quantiles(times: list[float]) -> list[float]:
    return statistics.quantiles(times, n=100)


@contextmanager
def sealer() -> Iterator[None]:
    """A sealer that works all the time."""
    process = subprocess.Popen([sys.executable, "-c", SEALER])
    time.sleep(3)
    try:
        yield
    finally:
        process.kill()
        process.wait()
