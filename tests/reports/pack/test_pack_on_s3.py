"""A pack on an object store: read from it file by file, kept there, and fetched from the middle."""

from __future__ import annotations

from typing import Any

import pytest

from reports.models import Report
from tests.evidence.test_s3 import bucket, s3_server  # noqa: F401 (fixtures)
from tests.reports.pack.packing import asked, content_of, file_of, pack, parts_of

pytestmark = pytest.mark.django_db


def test_a_pack_is_made_kept_and_fetched(
    bucket: Any,  # noqa: F811
    organisation: Any,
    officer: Any,
    sent: Any,
    sign_in: Any,
    tmp_path: Any,
) -> None:
    item = file_of(organisation, officer, text="Kept far away")
    bucket.Object(file_of(organisation, officer).versions.get().key).delete()
    report = pack(organisation, officer)
    assert report.state == Report.State.DONE
    content = content_of(report)
    path = tmp_path / "pack.zip"
    path.write_bytes(content)
    code, said = asked(path, "--archive", report.sha256)
    assert code == 0
    assert "gone from storage" in said
    assert bucket.Object(report.key).content_length == report.size
    client = sign_in(officer)
    rest = client.get(f"{report.get_absolute_url()}download/", headers={"range": "bytes=500-"})
    assert rest.status_code == 206
    assert rest.getvalue() == content[500:]
    assert parts_of(content)[f"evidence/{item.reference}/v1/a.txt"] == b"Kept far away"
