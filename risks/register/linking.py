"""Addresses of records, but of those one may not see."""

from __future__ import annotations

from collections.abc import Iterable

from organisations.models import User
from records.models import Record


def addresses_for(user: User, records: Iterable[Record]) -> dict[int, str]:
    """Addresses of those among `records` that one may see, by id: one query."""
    ids = {record.pk for record in records}
    found = Record.objects.visible_to(user).filter(pk__in=ids).select_related("organisation") if ids else []
    return {record.pk: record.get_absolute_url() for record in found}
