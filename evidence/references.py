"""References of records as people type them: `6.1.2, A.6.2.4, AIS-01`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from records.models import Record


def natural(reference: str) -> list[str | int]:
    """Sort key by which 9.1 comes before 10.2, and EV-99 before EV-100."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", reference)]


def in_order(references: Iterable[str]) -> list[str]:
    return sorted(references, key=natural)


class ReferencesField(forms.CharField):
    """Cleans to the list of records named, of those in `records`; `was` is what the page showed, as it was posted."""

    default_error_messages = {
        "unknown": _("There is no record “%(reference)s” here that you may change."),
        "unknown_many": _("There are no records %(reference)s here that you may change."),
    }
    records: Any = Record.objects.none()

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"show_hidden_initial": True, "max_length": 4000, **options})

    def clean(self, value: Any) -> list[Record]:
        wanted = words(super().clean(value))
        found = {record.reference.upper(): record for record in self.records.filter(reference__in=both_cases(wanted))}
        unknown = [reference for reference in wanted if reference.upper() not in found]
        if unknown:
            named = ", ".join(f"“{reference}”" for reference in unknown) if len(unknown) > 1 else unknown[0]
            code = "unknown_many" if len(unknown) > 1 else "unknown"
            raise forms.ValidationError(self.error_messages[code], code=code, params={"reference": named})
        return list({found[reference.upper()].pk: found[reference.upper()] for reference in wanted}.values())

    def has_changed(self, initial: Any, data: Any) -> bool:
        if not isinstance(initial, str | None):
            initial = " ".join(str(getattr(record, "reference", record)) for record in initial)
        return {word.upper() for word in words(initial)} != {word.upper() for word in words(data)}


def words(text: Any) -> list[str]:
    return list(dict.fromkeys(str(text or "").replace(",", " ").replace(";", " ").split()))


def both_cases(references: list[str]) -> set[str]:
    return {*references, *(reference.upper() for reference in references)}
