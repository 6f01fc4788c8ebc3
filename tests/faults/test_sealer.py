"""Sealers are killed at any moment, while people write: no event is lost, doubled or sealed half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from io import BytesIO
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection

from records.sealing.lines import copied
from records.sealing.models import Root, SealedEvent
from records.sealing.sealer import seal
from records.sealing.unsealed import unsealed_events
from tests.cast import make_supplier
from tests.records.sealing.test_at_once import everything_is_sealed_once
from tests.servers import environment

pytestmark = pytest.mark.django_db(transaction=True)

KILLS, CUTS = 5, 100
PATIENCE = 60


def test_a_sealer_killed_again_and_again_loses_and_doubles_nothing(
    organisation: Any, own_broker: str, files_folder: str
) -> None:
    suppliers = [make_supplier(organisation) for _ in range(40)]
    chance = random.Random(42)
    for kill in range(KILLS):
        before = SealedEvent.objects.count()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.endless_sealer"], env=environment(own_broker, files_folder)
        )
        try:
            deadline = time.monotonic() + PATIENCE
            for supplier in suppliers:
                supplier.service = f"Service {kill}"
                supplier.save()
            while SealedEvent.objects.count() == before:
                assert time.monotonic() < deadline, "It sealed nothing."
                time.sleep(0.02)
            time.sleep(chance.random() / 5)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    deadline = time.monotonic() + PATIENCE
    while list(unsealed_events()):
        # The server needs a moment to notice that the last one has died with its lock.
        assert time.monotonic() < deadline, "Something is never sealed."
        seal()
        time.sleep(0.1)
    assert Root.objects.count() > KILLS
    everything_is_sealed_once()


def test_a_sealer_whose_connection_is_cut_again_and_again_loses_and_doubles_nothing(organisation: Any) -> None:
    """As when the database fails over: a hundred times, at any moment."""
    suppliers = [make_supplier(organisation) for _ in range(10)]
    chance, done, pid = random.Random(7), threading.Event(), [0]

    def keep_sealing() -> None:
        while not done.is_set():
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    pid[0] = cursor.fetchone()[0]
                seal(size=3)
            except (OperationalError, InterfaceError):
                connection.close()
        connection.close()

    sealer = threading.Thread(target=keep_sealing)
    sealer.start()
    for cut in range(CUTS):
        supplier = suppliers[cut % len(suppliers)]
        supplier.service = f"Service {cut}"
        supplier.save()
        time.sleep(chance.random() / 20)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid[0]])
    done.set()
    sealer.join()
    seal()
    everything_is_sealed_once()


def test_a_connection_cut_while_copying_is_known_as_cut_and_opened_anew() -> None:
    with pytest.raises(OperationalError):
        copied("COPY (SELECT pg_terminate_backend(pg_backend_pid())) TO STDOUT", BytesIO())
    connection.close_if_unusable_or_obsolete()
    rows = BytesIO()
    copied("COPY (SELECT 1) TO STDOUT", rows)
    assert rows.getvalue() == b"1\n"
