"""Columns that several registers have."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext as _

from records.tables import WIDE


class WideColumn(tables.Column):
    """A column that leaves on phones."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(**{"attrs": WIDE, **extra})


class YesNoColumn(WideColumn):
    def render(self, value: bool) -> str:
        return _("Yes") if value else _("No")

    def value(self, value: bool) -> str:
        return self.render(value)


class LinksColumn(tables.Column):
    """A list of records as their references, in the export only."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(visible=False, orderable=False, **extra)

    def value(self, record: Any, bound_column: Any) -> str:
        return "; ".join(sorted(one.reference for one in getattr(record, bound_column.name).all()))
