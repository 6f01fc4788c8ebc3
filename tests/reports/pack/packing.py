"""Makes packs for the tests, opens them, and asks their verifier."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from evidence.actions import add_version, receive
from evidence.models import Evidence
from organisations.models import Organisation, User
from records.models import Record
from records.sealing.sealer import seal
from reports import making
from reports.actions import ask_for_report
from reports.filing import opened
from reports.models import Report
from reports.pack import verify

VERIFIER = Path(verify.__file__)
number = iter(range(10**6))


def pack(organisation: Organisation, by: User, **parameters: str) -> Report:
    """A pack that was asked for, sealed before, and made."""
    seal()
    report = ask_for_report(
        organisation,
        kind=Report.Kind.EVIDENCE_PACK,
        by=by,
        key=str(next(number)),
        format="zip",
        parameters=parameters,
    )
    making.make(report.pk)
    return Report.objects.get(pk=report.pk)


def content_of(report: Report) -> bytes:
    assert report.state == Report.State.DONE, report.error
    with opened(report) as file:
        return file.read()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def manifest_of(parts: dict[str, bytes]) -> Any:
    return json.loads(parts["manifest.json"])


def unpacked(parts: dict[str, bytes], folder: Path) -> Path:
    for name, content in parts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def asked(path: Path, *options: str) -> tuple[int, str]:
    """What the verifier ends with, and what it says."""
    command = [sys.executable, "-I", str(VERIFIER), str(path), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def file_of(organisation: Organisation, by: User, *proves: Record, name: str = "a.txt", text: str = "") -> Evidence:
    """An item of evidence with a file."""
    file = ContentFile((text or f"What happened {next(number)}").encode(), name=name)
    return receive(organisation, by=by, file=file, title="Proof", proves=proves)


def another_version(item: Evidence, by: User, text: str) -> None:
    add_version(item, by=by, file=ContentFile(text.encode(), name="b.txt"))
