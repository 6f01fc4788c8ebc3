"""Builds a pack from beginning to end: what belongs to it, as of one moment; then file by file into the archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from records.models import Record
from reports.actions import keep_large
from reports.models import Report
from reports.papers.printing import UnprintableError, printed
from reports.verification import code_of

from . import history
from .archive import Archive
from .index import Contents, paper_of
from .manifest import manifest_lines
from .progress import Progress
from .scopes import NoScope
from .taking_in import TakingIn

# So many records are looked at in a second, at the least.
A_SECOND = 500


def build_and_keep(report: Report, attempt: int) -> None:
    """Builds the pack of a report and keeps it. Raises Lost, OSError, UnprintableError."""
    progress = Progress(report, attempt)
    progress.be_long(Record.objects.of(report.organisation).count() // A_SECOND)
    with ExitStack() as stack:
        taking = stack.enter_context(closing(TakingIn(report, progress)))
        try:
            taking.look()
        except NoScope as error:
            raise UnprintableError(str(error)) from error
        path = stack.enter_context(place_of(report, attempt))
        archive = Archive(path, at=taking.at, told=progress.told)
        stack.callback(archive.close)
        taking.write(archive)
        contents, pages = concluded(report, taking, archive, progress)
        finished = archive.finish()
        facts = {"figures": contents.figures, "code": code_of(contents.figures), "as_of": taking.at, "pages": pages}
        keep_large(report, attempt, finished, progress.told, **facts)


@contextmanager
def place_of(report: Report, attempt: int) -> Iterator[Path]:
    """Where the archive is written, on the disk of the files; what a worker that died left there goes."""
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    for left_behind in folder.glob(f"pack-{report.pk}-*"):
        left_behind.unlink(missing_ok=True)
    path = folder / f"pack-{report.pk}-{attempt}.upload"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def concluded(report: Report, taking: TakingIn, archive: Archive, progress: Progress) -> tuple[Contents, int]:
    """Adds the manifest, the index that prints its hash, and the hashes of both."""
    with archive.entry("manifest.json") as manifest:
        for line in manifest_lines(head_of(report, taking), taking.lists()):
            manifest.write(line)
    contents = Contents(
        scope=taking.scope.words,
        seal=taking.seal,
        manifest=manifest.sha256,
        counts=taking.counts(),
        altered=taking.altered,
        left_out=list(taking.left_out),
        lists=taking.hashes,
    )
    paper = paper_of(report, taking.at, contents, taking.records, taking.files)
    content, pages = printed(report, paper, code_of(contents.figures), progress.printing)
    index = archive.add("index.pdf", content)
    sums = f"{manifest.sha256}  manifest.json\n{index.sha256}  index.pdf\n"
    archive.add("checksums.txt", sums.encode())
    return contents, pages


def head_of(report: Report, taking: TakingIn) -> dict[str, Any]:
    seal: history.Seal = taking.seal
    return {
        "organisation": {"name": report.organisation.name, "id": report.organisation.slug},
        "pack": report.reference,
        "scope": {"words": taking.scope.words, **report.parameters},
        "as_of": taking.at.isoformat(),
        "made_by": str(report.requested_by) or _("nobody"),
        "seal": {"number": seal.number, "head": seal.head, "last": seal.last},
        "counts": taking.counts(),
    }
