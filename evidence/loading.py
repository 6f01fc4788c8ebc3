"""Loads a file's `evidence`, with the files that lie beside it."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path, PurePath

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from organisations.models import User
from organisations.rows import BadRowError, Intake, Row
from records.loading import keep_given

from .actions import add_version
from .checking import Refused
from .models import Evidence, Kind, Proof

# The hour at which a file counts as received that only has a day.
RECEIVED_AT = time(9)


def load_evidence(intake: Intake) -> None:
    """The library; what it proves (`ai_system`, `refs`) must be known by now. Names absent files in `intake.absent`."""
    intake.each("evidence", evidence)


def evidence(row: Row) -> Evidence:
    uploader, filename, url = row.one("uploaded_by", "people", needed=True), row.text("file"), row.text("url")
    proven = [row.one("ai_system", "ai_systems"), *row.many("refs", "requirements")]
    row.read.add("counts_as")  # see clauses.loading_positions
    made = Evidence(
        title=row.text("title", needed=True),
        owner=uploader,
        evidence_kind=row.choice("kind", Kind),
        description=row.text("description"),
        produced_on=row.day("produced_on"),
        covers_from=row.day("covers_from"),
        covers_to=row.day("covers_to"),
        received_on=row.day("uploaded_on", needed=True),
        valid_until=row.day("valid_until"),
    )
    check_source(row, filename, url)
    keep_given(row, made, evidence_kind="kind", received_on="uploaded_on")
    unique = {record.pk: record for record in proven if record}
    Proof.objects.bulk_create(Proof(evidence=made, record_id=pk, added_by=uploader) for pk in unique)
    receive(row, made, filename, url, by=uploader)
    return made


def check_source(row: Row, filename: str, url: str) -> None:
    if filename and url:
        row.refuse("url", _("give a file or a link, not both"))
    is_plain = PurePath(filename).name == filename and "\\" not in filename and len(filename.encode()) <= 255
    if filename and (not is_plain or filename == ".."):
        row.refuse("file", _("must be the plain name of a file beside this one"))
    try:
        if url:
            URLValidator(["http", "https"])(url)
    except ValidationError as error:
        row.refuse("url", error.messages[0])


def receive(row: Row, made: Evidence, filename: str, url: str, *, by: User) -> None:
    """Adds the first version, received on the day the row gives. A file that is not there leaves none."""
    at = datetime.combine(made.received_on, RECEIVED_AT, made.organisation.zone)
    if url:
        add_version(made, by=by, url=url, at=at)
    elif path := beside(row.intake.path, filename):
        with path.open("rb") as opened:
            try:
                version = add_version(made, by=by, file=File(opened, name=path.name), at=at)
            except Refused as refusal:
                row.refuse("file", refusal.messages[0])
                raise BadRowError from refusal
        row.intake.stored.append(version.key)
    else:
        row.intake.absent.append(f"{made.reference} ({filename or '–'})")


def beside(path: Path, filename: str) -> Path | None:
    """The file in the folder of `path`, or in its folder `files`."""
    places = [path.parent / filename, path.parent / "files" / filename] if filename else []
    return next((place for place in places if place.is_file()), None)
