"""Links to records whose pages may not be there, and to lists of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from records.models import Record


@dataclass(frozen=True)
class Linked:
    """A record as a page names it; `url` is empty where there is no page, or none that this person may open."""

    reference: str
    title: str
    url: str
    note: str = ""


def linked(record: Record, *, note: Any = "", is_open: bool = True) -> Linked:
    return Linked(record.reference, record.title, address_of(record) if is_open else "", str(note))


def address_of(record: Record) -> str:
    try:
        return record.get_absolute_url()
    except NoReverseMatch:
        return ""


def page_of(name: str, organisation: Any, **query: Any) -> str:
    """The address of a page of the organisation by its URL name; empty where there is none."""
    try:
        address = reverse(name, kwargs={"organisation": organisation.slug})
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(query)}" if query else address
