"""Links to records, and to lists of them, as pages name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from records.models import Record


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
