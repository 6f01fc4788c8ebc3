"""Records, and lists of them, as pages name them: with an address where this person may open it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from organisations.models import User
from organisations.requests import MemberRequest
from records.models import Record
from risks.models import Risk


@dataclass(frozen=True)
class Linked:
    """A record as a page names it."""

    reference: str
    title: str
    url: str
    note: str = ""


def linked(record: Record, *, note: Any = "") -> Linked:
    return Linked(record.reference, record.title, record.get_absolute_url(), str(note))


def page_of(name: str, organisation: Any, **query: Any) -> str:
    """The address of a page of the organisation by its URL name."""
    address = reverse(name, kwargs={"organisation": organisation.slug})
    return f"{address}?{urlencode(query)}" if query else address


def addresses_for(user: User, records: Iterable[Record | None]) -> dict[int, str]:
    """Addresses of those among `records` that one may see, by id: one query."""
    ids = {record.pk for record in records if record}
    found = Record.objects.visible_to(user).filter(pk__in=ids).select_related("organisation") if ids else []
    return {record.pk: record.get_absolute_url() for record in found}


def risks_of(request: MemberRequest, record: Any) -> list[dict[str, Any]]:
    """Reference, title, owner and address of the risks that a record is linked with and one may see."""
    seen = Risk.objects.visible_to(request.user).of(request.organisation).filter(pk__in=record.risks.values("pk"))
    return [
        {"reference": one.reference, "title": one.title, "owner": one.owner, "url": one.get_absolute_url()}
        for one in seen.select_related("organisation", "owner").order_by("reference")
    ]


def system_of(request: MemberRequest, record: Any) -> dict[str, str] | None:
    """Name of the AI system a record is about, with its address for those who may see it."""
    if record.system is None:
        return None
    url = addresses_for(request.user, [record.system]).get(record.system_id, "")
    return {"name": str(record.system), "url": url}
