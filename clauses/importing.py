"""Bringing where the organisation stands on clauses and controls, such as a Statement of Applicability in Excel."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from records.imports.importer import Importer


class PositionImporter(Importer):
    """A row is found by its number, 6.1.2 or A.6.2.4. What a clause and a control may say differs: the form knows."""

    key = ()

    def records(self) -> QuerySet[Any]:
        return super().records().select_related("requirement", "organisation", "owner")
