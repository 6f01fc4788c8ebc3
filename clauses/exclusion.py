"""What the database refuses about excluded controls, told at the field it concerns (ISO 42001 6.1.3).

The rules join controls with risks, so their triggers stand on the floor of risks (its migration 0002).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "treats_an_open_risk": _(
        "It treats open risks (%(names)s), so it cannot be excluded. Take it off their treatments first."
    ),
    "excluded_controls_treat_nothing": _(
        "Excluded from the Statement of Applicability: %(names)s. Include it first, or choose another control."
    ),
}


@contextmanager
def told_at(field: str) -> Iterator[None]:
    """Raises such a refusal as a ValidationError at `field`; the transaction goes on, without what was done inside."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        told: Any = getattr(error.__cause__, "diag", None)
        words = REFUSALS.get(getattr(told, "constraint_name", None) or "")
        if words is None:
            raise
        raise ValidationError({field: words % {"names": told.message_detail}}) from error
