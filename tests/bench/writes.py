"""Saving while fifteen others save: the statements of one save, with the triggers of history and without them."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from records.models import Record

from .figures import Part
from .stock import Stocked

WRITERS = 16
SAVE = (
    "UPDATE records_record SET version = version + 1, review_every = 1 + version %% 12 WHERE id = %s",
    "UPDATE evidence_evidence SET covers_from = received_on - (1 + random() * 300)::int WHERE record_ptr_id = %s",
)
HISTORY = """
    SELECT format('ALTER TABLE %%s %s TRIGGER %%I', tgrelid::regclass, tgname) FROM pg_trigger
    WHERE tgrelid IN ('records_record'::regclass, 'evidence_evidence'::regclass)
        AND tgname LIKE 'pgtrigger_update_update%%'
"""


def saving(stock: Stocked, *, saves: int) -> Part:
    part = Part(
        "Saving with 16 writers",
        f"Wall time of one save of a record in its own transaction, {WRITERS} connections at once, each on its own "
        "records. The throw-away server does not wait for the disk, so this is the price of the triggers alone.",
    )
    ids = list(Record.objects.of(stock.organisation).filter(kind="evidence").values_list("pk", flat=True)[:1600])
    for name in ("without", "with"):
        if name == "without":
            with history_off():
                times = together(ids, saves)
        else:
            times = together(ids, saves)
        cuts = statistics.quantiles(times, n=100)
        part.add(f"{name} history, p50", cuts[49], unit=" ms", spread=f"{len(times):,} saves")
        part.add(f"{name} history, p99", cuts[98], unit=" ms")
    return part


def together(ids: list[int], saves: int) -> list[float]:
    """Milliseconds of every save."""
    times: list[float] = []
    share = len(ids) // WRITERS
    begin = threading.Barrier(WRITERS)

    def write(own: list[int]) -> None:
        database: BaseDatabaseWrapper = connection.copy()
        with database.cursor() as cursor:
            begin.wait()
            for number in range(saves):
                start = time.perf_counter()
                cursor.execute("BEGIN; " + "; ".join(SAVE) + "; COMMIT", [own[number % len(own)]] * len(SAVE))
                times.append((time.perf_counter() - start) * 1000)
        database.close()

    threads = [threading.Thread(target=write, args=(ids[n * share : (n + 1) * share],)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


@contextmanager
def history_off() -> Iterator[None]:
    switch("DISABLE")
    try:
        yield
    finally:
        switch("ENABLE")


def switch(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute((HISTORY % how).replace("%%", "%"))
        for (command,) in cursor.fetchall():
            cursor.execute(command)
