"""Two schedulers run at once by mistake, as real processes, with a real worker: everything is told and made once."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reports.models import Digest, Report
from tests.cast import make_supplier
from tests.servers import environment
from tests.traces import history_of

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60


@pytest.fixture
def two_beats(own_broker: str, files_folder: str, tmp_path: Path) -> Iterator[list[Path]]:
    """What each of them says."""
    logs, beats = [tmp_path / "one.log", tmp_path / "two.log"], []
    for log in logs:
        command = [sys.executable, "-m", "tests.faults.fast_beat", str(log.with_suffix(".schedule"))]
        with log.open("w") as output:
            beats.append(
                subprocess.Popen(command, env=environment(own_broker, files_folder), stdout=output, stderr=output)
            )
    yield logs
    for beat in beats:
        beat.kill()
        beat.wait()


def at_noon(organisation: Any) -> None:
    """Puts the organisation where it is about noon now: digests are made from seven in the morning on."""
    hours = 12 - datetime.now(UTC).hour
    # The signs of these names are the other way round.
    organisation.timezone = f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
    organisation.save()


def test_two_schedulers_tell_and_make_everything_once(
    job_worker: Any, two_beats: list[Path], organisation: Any, contributor: Any, manager: Any
) -> None:
    at_noon(organisation)
    make_supplier(organisation, owner=contributor, review_on=organisation.today())
    report = Report.objects.create(organisation=organisation, number=1, requested_by=manager, idempotency_key="lost")
    Report.objects.update(requested_at=datetime(2026, 1, 1, tzinfo=UTC))
    deadline = time.monotonic() + PATIENCE
    while True:
        states = [*Digest.objects.values_list("state", flat=True), Report.objects.get().state]
        asked = [log.read_text().count("reports.tasks.make_digests") for log in two_beats]
        if states == ["sent", "done"] and min(asked) >= 3:
            break
        assert time.monotonic() < deadline, (states, asked)
        time.sleep(0.2)
    time.sleep(2)
    assert Digest.objects.count() == 1
    assert organisation.sent_mail.count() == 1
    assert organisation.sent_mail.get().recipient == contributor.email
    report.refresh_from_db()
    assert report.attempt == 1
    assert history_of(Report, pgh_obj=report.pk, state="done").count() == 1
