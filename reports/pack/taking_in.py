"""Takes into the archive what belongs to a pack: looked at in one moment, then read file by file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from records.export import Line, harmless
from reports.models import Report
from reports.one_moment import one_moment

from . import history
from .archive import CHUNK, Archive
from .files import Planned, opened, planned
from .listing import listed
from .progress import Progress
from .readme import readme
from .scopes import Scope, scope_of
from .spool import Spool

VERIFIER = Path(__file__).with_name("verify.py")
RECORDS = ("kind", "reference", "title", "version", "owner", "review_on", "changed_on", "links")
FILES = (
    *("path", "role", "reference", "version", "title", "name", "size", "sha256", "altered", "recorded", "added_at"),
    *("produced_on", "covers_from", "covers_to", "received_on", "valid_until", "effective_on", "proves"),
)


class TakingIn:
    """What belongs to one pack, and what was found of it."""

    at: datetime
    scope: Scope
    seal: history.Seal

    def __init__(self, report: Report, progress: Progress) -> None:
        self.report, self.progress = report, progress
        self.spools = [Spool() for _each in range(6)]
        self.records, self.plan, self.files, self.made, self.left_out, self.events = self.spools
        self.altered: list[dict[str, Any]] = []
        self.bytes = 0
        self.hashes: dict[str, str] = {}

    def look(self) -> None:
        """Writes down what belongs to the pack, as of one moment. Raises NoScope."""
        organisation, person = self.report.organisation, self.report.requested_by
        with one_moment():
            self.at = timezone.localtime(timezone.now(), organisation.zone)
            self.seal = history.seal_of(organisation)
            self.scope = scope_of(organisation, person, self.report.parameters)
            for record in listed(self.scope.keys, organisation, person):
                self.records.add(record)
            for file in planned(self.scope.keys, person):
                self.plan.add(file)
                self.progress.expect(file.size)

    def write(self, archive: Archive) -> None:
        for values in self.plan:
            self.take_in(archive, Planned(*values))
        self.make(archive, "records.csv", csv_lines(RECORDS, self.records))
        self.make(archive, "files.csv", csv_lines(FILES, self.files))
        organisation = self.report.organisation
        self.make(archive, "roots.jsonl", history.root_lines(organisation, self.seal), "history")
        self.read_history()
        self.make(archive, "history.jsonl", self.events.lines(), "history")
        self.make(archive, "verify.py", [VERIFIER.read_bytes()], "tool")
        self.make(archive, "README.txt", [readme(self.report.title, self.scope.words)], "tool")

    def read_history(self) -> None:
        """Reads the events in one go: within the moment they are read in, nothing can be written, no lease either.

        None where a room takes its pack away: history tells more than the room releases.
        """
        if "room" in self.report.parameters:
            return
        self.progress.be_long(self.seal.last // history.A_SECOND)
        for line in history.event_lines(self.report.organisation, self.scope.keys, self.seal):
            self.events.add_line(line)
        self.progress.be_long(0)

    def take_in(self, archive: Archive, file: Planned) -> None:
        """Puts one file in, hashing it again; one that is not what came in is put in all the same, and named."""
        if file.url:
            self.leave_out(file, f"it is a link to {file.url}")
            return
        try:
            content = opened(file)
        except FileNotFoundError:
            self.leave_out(file, "its file is gone from storage")
            return
        with content, archive.entry(file.path, at=datetime.fromisoformat(file.added_at), size=content.size) as entry:
            while chunk := content.read(CHUNK):
                entry.write(chunk)
        line = file._asdict() | {"size": entry.size, "sha256": entry.sha256, "recorded": file.sha256}
        line["altered"] = entry.sha256 != file.sha256
        if line["altered"]:
            self.altered.append(line)
        self.files.add({name: value for name, value in line.items() if name not in {"key", "document", "url"}})
        self.bytes += entry.size

    def leave_out(self, file: Planned, why: str) -> None:
        self.left_out.add({"reference": file.reference, "version": file.version, "title": file.title, "why": why})

    def make(self, archive: Archive, name: str, lines: Iterable[bytes], role: str = "list") -> None:
        """A file that the portal writes."""
        with archive.entry(name) as entry:
            for line in lines:
                entry.write(line)
        self.hashes[name] = entry.sha256
        self.made.add({"path": name, "role": role, "size": entry.size, "sha256": entry.sha256, "altered": False})

    def counts(self) -> dict[str, int]:
        """`files` are all that the manifest names, `kept` those of evidence and documents, of which are `bytes`."""
        return {
            "records": self.records.count,
            "files": self.files.count + self.made.count,
            "kept": self.files.count,
            "left_out": self.left_out.count,
            "events": self.events.count,
            "bytes": self.bytes,
        }

    def lists(self) -> dict[str, Iterable[bytes]]:
        """The lists of the manifest, as lines of JSON."""
        files = (line for spool in (self.files, self.made) for line in spool.lines())
        return {"records": self.records.lines(), "files": files, "left_out": self.left_out.lines()}

    def close(self) -> None:
        for spool in self.spools:
            spool.close()


def csv_lines(head: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """A spreadsheet of rows, in which no cell is taken for a formula."""
    writer = csv.writer(Line())
    yield ("\ufeff" + writer.writerow(head)).encode()
    for row in rows:
        values = row | row.get("dates", {})
        yield writer.writerow([harmless(cell_of(values.get(name, ""))) for name in head]).encode()


def cell_of(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(": ".join(one) if isinstance(one, list) else one for one in value)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
