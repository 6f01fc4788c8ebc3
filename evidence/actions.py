"""What happens to evidence: it is received, gets new versions, and is linked to what it proves."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing, nullcontext
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation, User
from records.actions import keep, touch
from records.models import Record

from .admitting import admitted
from .checking import Refused
from .models import Evidence, EvidenceVersion, Proof, StoredFile
from .storing import keep_file
from .uploads import HashedUpload, as_upload


@transaction.atomic
def receive(
    organisation: Organisation,
    *,
    by: User,
    file: Any = None,
    url: str = "",
    title: str = "",
    proves: Iterable[Record] = (),
    **fields: Any,
) -> Evidence:
    """Takes in one file or link as a new item that proves `proves`. Raises Refused, and then nothing is stored."""
    if file:
        admitted(file)
    title = title or (PurePath(file.name).stem.replace("_", " ") if file else url)
    evidence = Evidence(organisation=organisation, title=title[:200], **{"owner": by, **fields})
    keep(evidence, by=by)
    add_version(evidence, file=file, url=url, by=by)
    # In one order, whoever does it: two people at once wait for each other and never in a circle.
    for record in sorted(proves, key=lambda record: record.pk):
        link(evidence, record, by=by)
    return evidence


@transaction.atomic
def bring(record: Record, file: Any, *, by: User) -> Evidence:
    """Makes a file evidence for the record. A file the library holds already is not taken in twice: its item is linked.

    Raises Refused, and then nothing is stored.
    """
    admitted(file)
    item = held(record.organisation, file, by=by)
    if item is None:
        return receive(record.organisation, by=by, file=file, proves=[record])
    link(item, record, by=by)
    return item


def held(organisation: Organisation, file: Any, *, by: User) -> Evidence | None:
    """The item whose latest version is this very file, among those the person may see."""
    if not isinstance(file, HashedUpload):
        return None
    items = Evidence.objects.visible_to(by).filter(organisation=organisation, versions__sha256=file.sha256)
    same = (item for item in items.distinct().order_by("pk") if item.latest and item.latest.sha256 == file.sha256)
    return next(same, None)


@transaction.atomic
def add_version(
    evidence: Evidence, *, by: User, file: Any = None, url: str = "", note: str = "", at: datetime | None = None
) -> EvidenceVersion:
    """Adds a file or link beside those before it; none is ever replaced.

    `file` is an upload or any Django File; `at` is when it came, if not now. Raises Refused for a file that cannot be
    taken, for both and for neither, and ValidationError for an address that is none.
    """
    if bool(file) == bool(url):
        raise Refused(_("Choose a file or give a link, one of the two."))
    if file:
        admitted(file)
    # Two at once wait for each other here, so that each gets a number of its own.
    Record.objects.select_for_update().get(pk=evidence.pk)
    number = 1 + max(evidence.versions.values_list("number", flat=True), default=0)
    version = EvidenceVersion(evidence=evidence, number=number, url=url, note=note, added_by=by)
    version.added_at = at or version.added_at
    if file:
        store(version, file)
    version.clean_fields(exclude=["evidence", "added_by"])
    version.save()
    if number > 1:
        # What was found of the file before it says nothing of this one.
        Evidence.objects.filter(pk=evidence.pk, damaged_on__isnull=False).update(damaged_on=None)
        touch(evidence, by=by)
    return version


def store(version: StoredFile, file: Any) -> None:
    """Keeps a file that may come in, and notes in the version what is known about it."""
    name = PurePath(file.name).name
    version.filename = name if len(name) <= 255 else PurePath(name).stem[:200] + PurePath(name).suffix[-50:]
    version.content_type = admitted(file)
    with nullcontext(file) if isinstance(file, HashedUpload) else closing(as_upload(file)) as upload:
        version.key = keep_file(upload, organisation=version.organisation)
        version.size, version.sha256 = upload.size, upload.sha256


@transaction.atomic
def link(evidence: Evidence, record: Record, *, by: User) -> bool:
    """Says that the evidence proves something about the record; returns whether that is new."""
    if evidence.organisation_id != record.organisation_id:
        raise Refused(_("This record belongs to another organisation."))
    _proof, is_new = Proof.objects.get_or_create(evidence=evidence, record_id=record.pk, defaults={"added_by": by})
    if is_new:
        touch(record, by=by)
    return is_new


@transaction.atomic
def unlink(evidence: Evidence, record: Record, *, by: User) -> None:
    """Takes the link away; the evidence itself stays."""
    taken, _kinds = Proof.objects.filter(evidence=evidence, record_id=record.pk).delete()
    if taken:
        touch(record, by=by)
