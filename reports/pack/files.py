"""Which files belong to a scope: every version of its evidence, and what its documents said once approved."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Count, Sum
from django.db.models.functions import Length

from clauses.models import DocumentVersion
from evidence.models import EvidenceVersion, Proof
from evidence.references import in_order
from organisations.models import User
from records.approvable import SETTLED
from records.models import Record

from .naming import Paths

AT_ONCE = 500
TEXT = "text.md"


class Planned(NamedTuple):
    """A file as it is to be put into the archive; where `key` is empty its content is that of a document's `text`."""

    path: str
    role: str
    reference: str
    title: str
    version: int
    name: str
    key: str
    document: int
    size: int
    sha256: str
    added_at: str
    dates: dict[str, str]
    proves: list[str]
    url: str


def planned(keys: Collection[int], user: User) -> Iterator[Planned]:
    """The files of these records in the order of `keys`; also the links, which have a `url` and no content."""
    paths = Paths()
    keys = list(keys)
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        found = [*of_evidence(some, user, paths), *of_documents(some, paths)]
        place = {key: number for number, key in enumerate(some)}
        for _key, file in sorted(found, key=lambda one: (place[one[0]], one[1].version)):
            yield file


def of_evidence(keys: list[int], user: User, paths: Paths) -> Iterator[tuple[int, Planned]]:
    versions = (
        EvidenceVersion.objects.filter(evidence__in=keys).select_related("evidence").order_by("evidence", "number")
    )
    proves = proven(keys, user)
    for one in versions:
        item = one.evidence
        days = ("produced_on", "covers_from", "covers_to", "received_on", "valid_until")
        folders = ("evidence", item.reference, f"v{one.number}")
        yield (
            item.pk,
            Planned(
                path="" if one.url else paths.path(*folders, name=one.filename),
                role="evidence",
                reference=item.reference,
                title=item.title,
                version=one.number,
                name=one.filename,
                key=one.key,
                document=0,
                size=one.size,
                sha256=one.sha256,
                added_at=iso(one.added_at),
                dates={name: iso(day) for name in days if (day := getattr(item, name))},
                proves=proves.get(item.pk, []),
                url=one.url,
            ),
        )


def of_documents(keys: list[int], paths: Paths) -> Iterator[tuple[int, Planned]]:
    """Versions that were approved, a text as its own file; drafts never."""
    settled = DocumentVersion.objects.filter(document__in=keys, state__in=SETTLED).exclude(sha256="")
    rows = settled.select_related("document").prefetch_related("document__positions")
    for one in rows.defer("text").order_by("document", "number"):
        item = one.document
        name = one.filename if one.key else TEXT
        yield (
            item.pk,
            Planned(
                path=paths.path("documents", item.reference, f"v{one.number}", name=name),
                role="document",
                reference=item.reference,
                title=f"{item.title} {one.label}",
                version=one.number,
                name=name,
                key=one.key,
                document=0 if one.key else one.pk,
                size=one.size,
                sha256=one.sha256,
                added_at=iso(one.written_at),
                dates={"effective_on": iso(one.effective_on)} if one.effective_on else {},
                proves=in_order(position.reference for position in item.positions.all()),
                url="",
            ),
        )


def proven(keys: list[int], user: User) -> dict[int, list[str]]:
    """References of what each item of evidence proves, as far as `user` may see it."""
    visible = Record.objects.visible_to(user)
    rows = Proof.objects.filter(evidence__in=keys, record__in=visible).values_list("evidence", "record__reference")
    found: dict[int, list[str]] = {}
    for key, reference in rows:
        found.setdefault(key, []).append(reference)
    return {key: in_order(references) for key, references in found.items()}


def iso(moment: date | datetime) -> str:
    return moment.isoformat()


def opened(file: Planned) -> Any:
    """The content of a planned file, from its beginning. Raises FileNotFoundError and what the storage raises."""
    if file.key:
        return default_storage.open(file.key)
    return ContentFile(DocumentVersion.objects.values_list("text", flat=True).get(pk=file.document).encode())


def amount(keys: Collection[int]) -> tuple[int, int]:
    """How many files these records have, and how many bytes (of texts, about how many). Two queries."""
    kept = EvidenceVersion.objects.filter(evidence__in=keys).exclude(key="")
    settled = DocumentVersion.objects.filter(document__in=keys, state__in=SETTLED).exclude(sha256="")
    evidence = kept.aggregate(count=Count("pk"), size=Sum("size"))
    documents = settled.aggregate(count=Count("pk"), size=Sum("size"), text=Sum(Length("text")))
    sizes = (evidence["size"], documents["size"], documents["text"])
    return evidence["count"] + documents["count"], sum(filter(None, sizes))
