"""A worker killed in the middle of an import leaves nothing half, and the next one does all of it, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from records.imports.actions import claim
from records.imports.running import run
from records.models import Import, Record
from systems.models import Supplier
from tests.cast import make_supplier
from tests.records.imports.bringing import SUPPLIERS, Bringing, csv_of, supplier
from tests.servers import environment
from tests.traces import history_of

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 120


def test_a_worker_killed_in_the_middle_leaves_nothing_half(
    organisation: Any,
    officer: Any,
    sign_in: Any,
    own_broker: str,
    files_folder: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # No other worker hears of it.
    monkeypatch.setattr("organisations.workers.current_app.send_task", lambda *_args, **_options: None)
    known = make_supplier(organisation, title="Known", owner=officer)
    brings, rows = Bringing(sign_in(officer), organisation, "suppliers"), [supplier(f"New {n}") for n in range(300)]
    brought = brings.checked(csv_of(SUPPLIERS, supplier("Known", supplies="Something else"), *rows))
    brings.start(brought)
    before, marker = history_of(Record).count(), tmp_path / "written"
    command = [sys.executable, "-m", "tests.faults.slow_import", str(brought.pk), str(marker)]
    worker = subprocess.Popen(command, env=environment(own_broker, files_folder), start_new_session=True)
    try:
        deadline = time.monotonic() + PATIENCE
        while not marker.exists():
            assert time.monotonic() < deadline, "It never came so far."
            assert worker.poll() is None, "It ended by itself."
            time.sleep(0.2)
        assert claim(brought.pk) is None, "somebody has it"
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    assert (Supplier.objects.count(), history_of(Record).count()) == (1, before)
    known.refresh_from_db()
    assert known.service == "A hosted language model"
    Import.objects.filter(pk=brought.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    run(brought.pk)
    assert Import.objects.get(pk=brought.pk).state == Import.State.DONE
    assert Supplier.objects.count() == 301
    known.refresh_from_db()
    assert (known.service, known.version) == ("Something else", 2)
