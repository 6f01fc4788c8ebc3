"""Evidence packs of two sizes, each built by a process of its own; and how fast the verifier goes through history."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.storage import default_storage

from evidence.models import Evidence, EvidenceVersion
from organisations.actions import appoint
from organisations.models import Organisation, User
from organisations.roles import Role
from records.sealing.merkle import BEFORE_THE_FIRST, canonical, head_of, leaf_of, levels_of, path_in
from records.sealing.packed import SealedLine
from reports.pack import verify
from reports.pack.history import event_line

from .figures import Part

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 2**20
A_FILE = 64 * MEGABYTE
BUNDLE = 5000
HOW = (
    "Wall time of one worker, from the row that was asked for to the kept archive: every file is read, hashed and "
    "written, and the archive read once more for its own hash. Files are PDF, which are not packed again."
)
FLAT, A_SECOND = 1.15, 100_000


def packing(*, megabytes: int) -> Part:
    """A small pack and one of so many megabytes: memory must not grow with the bytes."""
    part = Part("Evidence pack", HOW)
    few, many = built("pack-few", 8 * MEGABYTE), built("pack-many", megabytes * MEGABYTE)
    name = f"{megabytes:,} MB"
    part.add(f"{name}, wall time", many["seconds"], unit=" s")
    part.add(f"{name}, a second", many["size"] / MEGABYTE / many["seconds"], unit=" MB")
    part.add(f"{name}, most memory of the process", many["megabytes"], unit=" MB")
    part.add(f"{name}, memory × that for 8 MB", many["megabytes"] / few["megabytes"], FLAT)
    part.add(f"{name}, verifier on the archive", many["verified"], unit=" s")
    return part


def built(slug: str, size: int) -> dict[str, float]:
    organisation, officer = filled(slug, size)
    command = [sys.executable, "-m", "tests.bench.packing", organisation.slug, officer.email]
    answer = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True)
    found = json.loads(answer.stdout.splitlines()[-1])
    path = Path(found.pop("path"))
    start = time.perf_counter()
    subprocess.run([sys.executable, verify.__file__, path], check=True, capture_output=True)
    found["verified"] = time.perf_counter() - start
    path.unlink()
    for key in EvidenceVersion.objects.filter(evidence__organisation=organisation).values_list("key", flat=True):
        default_storage.delete(key)
    measured: dict[str, float] = found
    return measured


def filled(slug: str, size: int) -> tuple[Organisation, User]:
    """An organisation with so many bytes of files, each other than the others."""
    organisation = Organisation.objects.create(name=slug, slug=slug)
    officer = User.objects.create_user(email=f"officer@{slug}.example", name="Officer")
    appoint(organisation=organisation, user=officer, role=Role.COMPLIANCE_OFFICER)
    folder, number = Path(default_storage.path(f"{organisation.pk}")), 0
    folder.mkdir(parents=True, exist_ok=True)
    block = os.urandom(MEGABYTE)
    while size > 0:
        number, length = number + 1, min(size, A_FILE)
        digest, path = hashlib.sha256(), folder / f"{number}"
        with path.open("wb") as file:
            for position in range(0, length, MEGABYTE):
                chunk = number.to_bytes(8, "big") + position.to_bytes(8, "big") + block[16:]
                digest.update(chunk)
                file.write(chunk)
        path.rename(folder / digest.hexdigest())
        item = Evidence.objects.create(organisation=organisation, title=f"File {number}")
        EvidenceVersion.objects.create(
            evidence=item,
            number=1,
            key=f"{organisation.pk}/{digest.hexdigest()}",
            filename="file.pdf",
            content_type="application/pdf",
            size=path_size(folder / digest.hexdigest()),
            sha256=digest.hexdigest(),
        )
        size -= length
    return organisation, officer


def path_size(path: Path) -> int:
    return path.stat().st_size


def verifying(*, events: int, rounds: int) -> Part:
    """A pack of nothing but history, under roots of as many events as the sealer puts under one."""
    part = Part("Verifier of packs", f"CPU of `verify.py` on a folder with {events:,} events, its start included.")
    with history(events) as folder:
        spent = min(cpu_of(folder) for _round in range(rounds))
    part.add("events a second", events / spent, unit="")
    part.add("seconds for 100,000 events", spent / events * 100_000, 100_000 / A_SECOND, unit=" s")
    return part


def cpu_of(folder: Path) -> float:
    before = sum(os.times()[2:4])
    subprocess.run([sys.executable, verify.__file__, str(folder)], check=True, capture_output=True)
    return sum(os.times()[2:4]) - before


@contextmanager
def history(events: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        head, number = BEFORE_THE_FIRST, 0
        with (folder / "roots.jsonl").open("w") as roots, (folder / "history.jsonl").open("w") as lines:
            for first in range(1, events + 1, BUNDLE):
                number, places = number + 1, range(first, min(first + BUNDLE, events + 1))
                texts = [line_of(place) for place in places]
                levels = levels_of([leaf_of(text.encode()) for text in texts])
                facts = {"number": number, "first": first, "last": places[-1], "made_at": "2026-11-23T09:00:00+00:00"}
                head = head_of(head, levels[-1][0], **facts)  # type: ignore[arg-type]
                roots.write(canonical(facts | {"merkle": levels[-1][0].hex(), "head": head.hex()}) + "\n")
                for place, text in zip(places, texts, strict=True):
                    event = SealedLine(text, place, number, path_in(levels, place - first))
                    lines.write(event_line(place, event).decode())
        close(folder, {"number": number, "head": head.hex(), "last": events}, events)
        yield folder


def line_of(place: int) -> str:
    """As long as the lines of records mostly are."""
    values = {"title": f"Record {place}", "kind": "evidence", "owner_id": "17", "review_on": "2027-03-01"} | {
        f"column_{number}": "t" for number in range(8)
    }
    return canonical({"sequence": place, "table": "records_recordevent", "event": place, "values": values})


def close(folder: Path, seal: dict[str, object], events: int) -> None:
    files = [
        {"path": name, "sha256": hashed(folder / name), "size": path_size(folder / name), "altered": False}
        for name in ("roots.jsonl", "history.jsonl")
    ]
    counts = {"records": 0, "files": 2, "left_out": 0, "events": events}
    manifest = {"seal": seal, "counts": counts, "records": [], "files": files, "left_out": []}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "index.pdf").write_bytes(b"")
    names = ("manifest.json", "index.pdf")
    (folder / "checksums.txt").write_text("".join(f"{hashed(folder / name)}  {name}\n" for name in names))


def hashed(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
