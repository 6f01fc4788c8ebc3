"""Addresses of records whose pages may not be there, and of those one may not see."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import NoReverseMatch

from organisations.models import User
from records.models import Record


def address_of(record: Record) -> str:
    """The address of a record's page; nothing where its kind has none."""
    try:
        return record.get_absolute_url()
    except NoReverseMatch:
        return ""


def addresses_for(user: User, records: Iterable[Record]) -> dict[int, str]:
    """Addresses of those among `records` that one may see, by id: one query."""
    ids = {record.pk for record in records}
    found = Record.objects.visible_to(user).filter(pk__in=ids).select_related("organisation") if ids else []
    return {record.pk: url for record in found if (url := address_of(record))}
