"""What is due: every date that waits for somebody, in one list, the latest-waiting first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import CharField, F, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from organisations.kept_sql import KeptRows, Reader, reader_of
from organisations.models import Organisation, User
from records.addresses import record_address

from .dates import SOURCES, Source, due_by, word_of


@dataclass(frozen=True)
class Due:
    """One thing that waits for somebody by a day."""

    reference: str
    title: str
    what: str
    on: date
    owner: str
    url: str

    @property
    def words(self) -> str:
        return word_of(self.what)

    def is_late(self, today: date) -> bool:
        return self.on < today

    def as_item(self) -> dict[str, Any]:
        """In the shape of `components/items.html`."""
        note = [self.reference, self.owner or _("no owner")]
        return {"title": f"{self.words}: {self.title}", "url": self.url, "due": self.on, "note": " · ".join(note)}


def due_rows(user: Any, organisation: Organisation, by: date, *, owner: User | None = None, what: str = "") -> KeptRows:
    """Rows of everything `user` may see that falls on `by` or before; sorted, ready to count and to slice."""
    theirs, reader = owner.pk if owner else None, reader_of(user, organisation)
    return rows_for(reader, by, theirs, what) if reader else put_together(user, organisation, by, theirs, what)


@lru_cache(maxsize=256)
def rows_for(reader: Reader, by: date, owner: int | None, what: str) -> KeptRows:
    return put_together(reader.user, reader.organisation, by, owner, what)


def put_together(user: Any, organisation: Organisation, by: date, owner: int | None, what: str) -> KeptRows:
    first, *others = (
        row_of(rows, source, everybody=owner is None)
        for source, rows in due_parts(user, organisation, by, owner=owner).items()
        if what in {"", source.rule}
    )
    return KeptRows.of(first.union(*others, all=True) if others else first, order='ORDER BY "on", reference')


def due_parts(
    user: Any, organisation: Organisation, by: date, *, owner: User | int | None = None
) -> dict[Source, QuerySet[Any]]:
    """What is due of each kind of date."""
    return {source: due_by(source, by, organisation, seen_by=user, owner=owner) for source in SOURCES}


def row_of(records: QuerySet[Any], source: Source, *, everybody: bool = False) -> QuerySet[Any, dict[str, Any]]:
    """What is told of one kind of date; for `everybody` once, however many are to see to it."""
    title = Concat("title", Value(": "), source.says, output_field=TextField()) if source.says else F("title")
    is_shared = everybody and source.is_shared
    owner = F("owner__name" if is_shared else f"{source.owner}__name")
    named = {"said": title, "owned_by": owner, "rule": Value(source.rule, CharField())}
    rows = records.order_by().values("reference", "kind", "on", **named)
    # One measure against two impacts is one thing to do.
    return rows.distinct() if source.says or is_shared else rows


def due(
    user: Any,
    organisation: Organisation,
    by: date,
    *,
    owner: User | None = None,
    what: str = "",
    limit: int | None = None,
) -> list[Due]:
    """What is due by a day, with title, address, date and owner. One query."""
    return as_dues(due_rows(user, organisation, by, owner=owner, what=what)[:limit], organisation)


def as_dues(rows: Any, organisation: Organisation) -> list[Due]:
    return [
        Due(
            reference=row["reference"],
            title=row["said"],
            what=row["rule"],
            on=row["on"],
            owner=row["owned_by"] or "",
            url=record_url(organisation, row["kind"], row["reference"]),
        )
        for row in rows
    ]


def record_url(organisation: Organisation, kind: str, reference: str) -> str:
    """Address of a record's page, without loading the record."""
    return record_address(kind, organisation.slug, reference)
