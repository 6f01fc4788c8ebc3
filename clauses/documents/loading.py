"""Loads a file's `documents`, each with the version it names; the texts and files lie in the row or beside the file."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.core.files import File
from django.utils.translation import gettext as _

from clauses.models import Document, DocumentKind, DocumentPosition, DocumentReader, DocumentVersion
from evidence.checking import Refused
from evidence.loading import beside
from organisations.rows import BadRowError, Intake, Row
from records.approvable import Standing
from records.loading import keep_given

from .writing import ask_to_read, fill

STATES = (Standing.DRAFT, Standing.APPROVED)
# The hour at which a version counts as written that only has a day.
WRITTEN_AT = time(9)


def load_documents(intake: Intake) -> None:
    """Documents with `refs` to requirements; whoever reads them is asked as from the day of the loading."""
    intake.each("documents", document)


def document(row: Row) -> Document:
    positions = [position for position in row.many("refs", "requirements") if position]
    readers = [person for person in row.many("readers", "people") if person]
    version = version_of(row)
    made = Document(
        title=row.text("title", needed=True),
        document_kind=row.choice("kind", DocumentKind),
        source=row.text("source"),
        owner=row.one("owner", "people"),
        approver=row.one("approver", "people"),
        read_by_all=row.flag("read_by_all"),
        review_on=row.day("review_due"),
        review_every=row.number("review_every"),
    )
    keep_given(row, made, document_kind="kind", review_on="review_due")
    DocumentPosition.objects.bulk_create(DocumentPosition(document=made, position=one) for one in positions)
    DocumentReader.objects.bulk_create(DocumentReader(document=made, person=one) for one in readers)
    if version:
        keep_version(row, made, version)
        ask_to_read(made)
    return made


def version_of(row: Row) -> DocumentVersion | None:
    """The version that a row names, without its document and its content."""
    label, state = row.text("version"), row.text("status") or Standing.DRAFT
    by, on = row.one("approved_by", "people"), row.day("approved_on")
    if state not in STATES:
        row.refuse(
            "status", _("“%(value)s” is not one of %(offered)s") % {"value": state, "offered": ", ".join(STATES)}
        )
    if state == Standing.APPROVED and not (label and by and on):
        missing = "version" if not label else "approved_by" if on else "approved_on"
        row.refuse(missing, _("is missing"))
    effective_on, author = row.day("effective"), row.one("author", "people")
    if author and author == by:
        row.refuse("approved_by", _("wrote it, and cannot have approved it"))
    row.read.update(("text", "file", "note"))
    return (
        label
        and DocumentVersion(
            number=1,
            label=label[:20],
            state=state,
            author=author,
            decided_by=by,
            decided_on=on,
            effective_on=effective_on or on,
            change_note=row.text("note")[:300],
        )
    ) or None


def keep_version(row: Row, made: Document, version: DocumentVersion) -> None:
    """Keeps the version with its text or file; where neither is there, it is named in `intake.absent`."""
    version.document = made
    # Its author is whoever keeps it, unless they approved it: then the file does not say who wrote it.
    version.author = version.author or (made.owner if made.owner != version.decided_by else None)
    if version.decided_on:
        version.written_at = datetime.combine(version.decided_on, WRITTEN_AT, made.organisation.zone)
    fill_from(row, version)
    if not version.sha256:
        row.intake.absent.append(f"{made.reference} {version.label}")
    version.save()


def fill_from(row: Row, version: DocumentVersion) -> Any:
    filename = row.text("file")
    if not (path := beside(row.intake.path, filename)):
        return fill(version, text=row.text("text"))
    with path.open("rb") as opened:
        try:
            fill(version, file=File(opened, name=path.name))
        except Refused as refusal:
            row.refuse("file", refusal.messages[0])
            raise BadRowError from refusal
    return row.intake.stored.append(version.key)
