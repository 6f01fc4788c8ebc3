"""Keeps records that come out of a file under the references they have there."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from organisations.rows import Row

from .models import Record, keep_reference

# What `keep_reference` can count on from: AIS-01, AUD-2027-S1.
REFERENCE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,9}-[A-Za-z0-9]{1,9}")


def keep_given(row: Row, record: Record, *, without: Iterable[str] = (), **keys: str) -> None:
    """Closes the row and saves the record made of it; new records of its kind count on from its id.

    `keys` say where a column stands in the row (`title="name"`). Notes problems and raises BadRowError.
    """
    record.organisation, record.reference = row.intake.organisation, row.text("id")
    if record.reference and not REFERENCE.fullmatch(record.reference):
        row.refuse("id", _("must be letters, a hyphen and a number, such as AIS-01"))
    row.check(record, without=without, **keys)
    record.save()
    keep_reference(record.organisation, record.reference)
