"""What happens to evidence: it is received, gets new versions, and is linked to what it proves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation, User
from records.actions import keep, touch
from records.models import Record

from .checking import Refused, checked
from .models import Evidence, EvidenceVersion, Proof
from .storing import keep_file


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
    title = title or (PurePath(file.name).stem.replace("_", " ") if file else url)
    evidence = Evidence(organisation=organisation, title=title[:200], **{"owner": by, **fields})
    keep(evidence, by=by)
    add_version(evidence, file=file, url=url, by=by)
    for record in proves:
        link(evidence, record, by=by)
    return evidence


@transaction.atomic
def add_version(
    evidence: Evidence, *, by: User, file: Any = None, url: str = "", note: str = "", at: datetime | None = None
) -> EvidenceVersion:
    """Adds a file or link beside those before it; none is ever replaced. Raises Refused for a file that cannot be taken.

    `file` is an upload (see uploads.HashedUpload) or any Django File; `at` is when it came, if not now.
    """
    number = 1 + max(evidence.versions.values_list("number", flat=True), default=0)
    version = EvidenceVersion(evidence=evidence, number=number, url=url, note=note, added_by=by)
    version.added_at = at or version.added_at
    if file:
        name = PurePath(file.name).name[-255:]
        too_large = getattr(file, "is_too_large", False)
        version.content_type = checked(file, filename=name, size=file.size, is_too_large=too_large)
        kept = keep_file(file, organisation=evidence.organisation, size=file.size, sha256=getattr(file, "sha256", ""))
        version.key, version.size, version.sha256, version.filename = kept.key, kept.size, kept.sha256, name
    elif not url:
        raise Refused(_("Choose a file or give a link."))
    version.save()
    if number > 1:
        touch(evidence, by=by)
    return version


@transaction.atomic
def link(evidence: Evidence, record: Record, *, by: User) -> None:
    """Says that the evidence proves something about the record; twice is the same as once."""
    if evidence.organisation_id != record.organisation_id:
        raise Refused(_("This record belongs to another organisation."))
    _proof, is_new = Proof.objects.get_or_create(evidence=evidence, record_id=record.pk, defaults={"added_by": by})
    if is_new:
        touch(record, by=by)


@transaction.atomic
def unlink(evidence: Evidence, record: Record, *, by: User) -> None:
    """Takes the link away; the evidence itself stays."""
    taken, _kinds = Proof.objects.filter(evidence=evidence, record_id=record.pk).delete()
    if taken:
        touch(record, by=by)
