"""Verbs on documents: a version is written, approved, read and understood (ISO 42001 7.5.2, 7.5.3)."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clauses.asking.sight import asked_about
from clauses.models import Document, DocumentKind, DocumentVersion, Reading
from evidence.actions import store
from evidence.admitting import admitted
from organisations.authority import Authority
from organisations.models import User
from records.actions import give, keep, take_back, touch
from records.approvable import SETTLED, Standing
from records.approving import approve, record_of, submit
from records.forms import people_of
from records.labels import next_label
from records.models import Record
from records.months import months_after

# Days within which a new version is read.
READ_WITHIN = timedelta(days=14)
FIRST = "1.0"


class WrittenMeanwhile(Exception):
    """Somebody wrote a version after this one was begun; `newest` is theirs."""

    def __init__(self, newest: DocumentVersion) -> None:
        self.newest = newest
        super().__init__(str(newest))


def needed(version: DocumentVersion) -> Authority:
    """Who may approve: policy and scope are management's own, the rest a head of department's (5.2, 7.5.2)."""
    return needed_for(version.document.document_kind)


def needed_for(kind: str) -> Authority:
    return Authority.DESIGNATED if kind in {DocumentKind.POLICY, DocumentKind.SCOPE} else Authority.HEAD


@transaction.atomic
def write_version(
    document: Document,
    *,
    by: User,
    label: str,
    began_at: int,
    text: str = "",
    file: File[Any] | None = None,
    note: str = "",
    effective_on: date | None = None,
) -> DocumentVersion:
    """Adds a draft after version number `began_at`; one in review is taken back by it.

    Raises WrittenMeanwhile where somebody was faster, Refused for a file that cannot be taken, ValidationError where
    there is neither text nor file, or both, or the label was approved already.
    """
    if bool(file) == bool(text.strip()):
        raise ValidationError({"text": _("Write the text or choose a file, one of the two.")})
    if file:
        admitted(file)
    Record.objects.select_for_update().get(pk=document.pk)
    newest = document.latest
    if newest and newest.number != began_at:
        raise WrittenMeanwhile(newest)
    if document.versions.filter(state__in=SETTLED, label=label).exists():
        raise ValidationError({"label": _("Version %(label)s was approved already.") % {"label": label}})
    number = newest.number + 1 if newest else 1
    version = DocumentVersion(document=document, number=number, label=label, author=by, change_note=note)
    version.effective_on = effective_on
    fill(version, text=text, file=file)
    if newest and newest.state == Standing.IN_REVIEW:
        newest.state, newest.submitted_by, newest.submitted_at = Standing.DRAFT, None, None
        newest.save()
    version.save()
    touch(document, by=by)
    return version


def fill(version: DocumentVersion, *, text: str = "", file: File[Any] | None = None) -> None:
    """Gives a version its content and the hash of it."""
    if file:
        store(version, file)
    elif text:
        version.text = text.replace("\r\n", "\n")
        version.sha256 = hashlib.sha256(version.text.encode()).hexdigest()


def label_after(document: Document) -> str:
    """`2.2` after an approved `2.1`; a draft keeps its own."""
    newest = document.latest
    if newest is None:
        return FIRST
    if newest.state not in SETTLED:
        return str(newest.label)
    return next_label(newest.label)


def submit_version(version: DocumentVersion, *, by: User) -> None:
    """Sends the newest draft into review. Raises ValidationError."""
    submit(version, by=by, complete=ready)


def ready(version: DocumentVersion) -> None:
    if version.document.versions.filter(number__gt=version.number).exists():
        raise ValidationError(_("There is a newer draft: submit that one."))
    if not version.sha256:
        raise ValidationError(_("It has no text and no file yet."))


@transaction.atomic
def approve_version(version: DocumentVersion, *, by: User, seen: int | None, note: str = "") -> None:
    """Approves exactly what was shown; it supersedes the one before, and whoever reads the document is asked to.

    The next review is set by its cadence. Raises ValidationError with the reason where it is refused.
    """
    today = version.organisation.today()
    effective_on = max(version.effective_on or today, today)
    earlier = version.document.versions.all()
    approve(version, by=by, seen=seen, needed=needed(version), earlier=earlier, note=note, effective_on=effective_on)
    # It is locked by now: as it was before somebody else saved it, it must not be written back.
    document = Document.objects.select_related("organisation").get(pk=version.document_id)
    if document.review_every:
        document.review_on = months_after(effective_on, document.review_every)
    keep(document, by=by)
    ask_to_read(document)


def people_who_read(document: Document) -> set[User]:
    """Everybody who has to read it: its readers, or all members but those from outside."""
    return set(people_of(document.organisation)) if document.read_by_all else set(document.readers.all())


def ask_to_read(document: Document) -> int:
    """Asks whoever reads a document for the version that was approved last; once each. Returns how many are new."""
    version = document.versions.filter(state=Standing.APPROVED).first()
    people = people_who_read(document)
    for person in people:
        give(document, to=person, change=False)
    if version is None:
        return 0
    version.readings.filter(confirmed_at=None).exclude(person__in=people).delete()
    asked = set(version.readings.values_list("person", flat=True))
    on = document.organisation.today()
    due_on = max(on, version.effective_on or on) + READ_WITHIN
    rows = [
        Reading(read_version=version, person=person, asked_on=on, due_on=due_on)
        for person in sorted(people, key=lambda one: one.pk)
        if person.pk not in asked
    ]
    return len(Reading.objects.bulk_create(rows))


def let_go(document: Document, former: set[User]) -> None:
    """Whoever reads or approves a document no longer, and of whom nothing is asked about it, sees it no longer."""
    keeping = {document.owner_id, document.approver_id} | asked_about(document)
    for person in former - people_who_read(document):
        if person.pk not in keeping:
            take_back(document, of=person)


@transaction.atomic
def confirm_reading(document: Document, *, by: User, number: int) -> Reading:
    """Says that a person has read and understood the version in force. Raises ValidationError."""
    Record.objects.select_for_update().get(pk=document.pk)
    version = document.versions.filter(state=Standing.APPROVED).first()
    if version is None or version.number != number:
        raise ValidationError(_("Another version is in force by now. Read that one."))
    reading: Reading | None = version.readings.filter(person=by, confirmed_at=None).first()
    if reading is None:
        raise ValidationError(_("You were not asked, or have confirmed it already."))
    reading.confirmed_at = timezone.now()
    reading.save()
    touch(record_of(version), by=by)
    return reading
