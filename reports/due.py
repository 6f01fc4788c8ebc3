"""What is due: reviews of records and evidence that runs out, in one list, the latest-waiting first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.utils.translation import gettext as _

from evidence.models import Evidence
from organisations.models import Organisation, User
from records.addresses import record_address
from records.models import Record

REVIEW = "review"
EVIDENCE = "evidence"


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
        return _("Evidence runs out") if self.what == EVIDENCE else _("Review")

    def is_late(self, today: date) -> bool:
        return self.on < today

    def as_item(self) -> dict[str, Any]:
        """In the shape of `components/items.html`."""
        note = [self.reference, self.owner or _("no owner")]
        return {"title": f"{self.words}: {self.title}", "url": self.url, "due": self.on, "note": " · ".join(note)}


def due_rows(
    user: Any, organisation: Organisation, by: date, *, owner: User | None = None, what: str = ""
) -> QuerySet[Any, dict[str, Any]]:
    """Rows of everything `user` may see that falls on `by` or before; sorted, ready to count and to slice."""
    reviews, evidence = due_parts(user, organisation, by, owner=owner)
    parts = {REVIEW: row_of(reviews, "review_on", REVIEW), EVIDENCE: row_of(evidence, "valid_until", EVIDENCE)}
    rows = parts[what] if what else parts[REVIEW].union(parts[EVIDENCE], all=True)
    return rows.order_by("on", "reference")


def due_parts(
    user: Any, organisation: Organisation, by: date, *, owner: User | None = None
) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """Reviews, and evidence that runs out."""
    reviews = up_for_review(Record.objects.visible_to(user).of(organisation), by)
    evidence = Evidence.objects.visible_to(user).of(organisation).filter(valid_until__lte=by)
    if owner is not None:
        return reviews.filter(owner=owner), evidence.filter(owner=owner)
    return reviews, evidence


def up_for_review(records: QuerySet[Any], by: date) -> QuerySet[Any]:
    """Records whose review falls on `by` or before; a retired AI system needs no more review."""
    return records.filter(review_on__lte=by).exclude(aisystem__retired_on__isnull=False)


def row_of(records: QuerySet[Any], day: str, what: str) -> QuerySet[Any, dict[str, Any]]:
    named = {"on": F(day), "owned_by": F("owner__name"), "what": Value(what, CharField())}
    return records.order_by().values("reference", "title", "kind", **named)


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
            title=row["title"],
            what=row["what"],
            on=row["on"],
            owner=row["owned_by"] or "",
            url=record_url(organisation, row["kind"], row["reference"]),
        )
        for row in rows
    ]


def record_url(organisation: Organisation, kind: str, reference: str) -> str:
    """Address of a record's page, without loading the record."""
    return record_address(kind, organisation.slug, reference)
