"""A worker killed while it builds an evidence pack: it is made in the end, once and whole, and nothing is left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import default_storage

from reports import actions
from reports.models import Report
from tests.faults.test_reports import is_done, kill, prefix, times_done, wait_for, workers  # noqa: F401 (fixtures)
from tests.reports.pack.packing import another_version, asked, content_of, file_of, parts_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("where", ["packing", "moved"])
def test_a_worker_killed_in_the_middle_of_a_pack_loses_and_doubles_nothing(
    where: str,
    organisation: Any,
    officer: Any,
    prefix: str,  # noqa: F811
    workers: Any,  # noqa: F811
    tmp_path: Path,
) -> None:
    item = file_of(organisation, officer, text="First")
    another_version(item, officer, "Second")
    report = actions.ask_for_report(
        organisation, kind=Report.Kind.EVIDENCE_PACK, by=officer, key="fault", format="zip", parameters={}
    )
    worker, marker = workers(where)
    wait_for(marker.exists)
    kill(worker)
    report.refresh_from_db()
    assert (report.state, report.attempt, report.key) == (Report.State.RUNNING, 1, "")

    workers("nowhere")
    wait_for(lambda: is_done(report), then=actions.sweep)
    assert report.attempt == 2
    assert times_done(report) == 1
    content = content_of(report)
    path = tmp_path / "pack.zip"
    path.write_bytes(content)
    assert asked(path, "--archive", report.sha256)[0] == 0
    texts = [text for name, text in sorted(parts_of(content).items()) if name.startswith("evidence/")]
    assert texts == [b"First", b"Second"]
    stored = Path(default_storage.path(report.key)).parent
    assert [one.name for one in stored.iterdir() if str(report.pk) in one.name] == [f"{report.pk}-2.zip"]
    incoming = Path(settings.FILE_UPLOAD_TEMP_DIR)
    assert not list(incoming.glob(f"pack-{report.pk}*"))
