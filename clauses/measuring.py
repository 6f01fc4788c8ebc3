"""Verbs on measurements of an objective (ISO 42001 9.1)."""

from __future__ import annotations

from django.db import transaction

from organisations.models import User
from records.actions import touch

from .models import Measurement, Objective


@transaction.atomic
def measure(measurement: Measurement, *, by: User) -> Measurement:
    """Keeps a measurement that was checked; the objective counts as changed."""
    measurement.by = by
    measurement.save()
    touch(measurement.objective, by=by)
    return measurement


@transaction.atomic
def take_out(objective: Objective, number: int, *, by: User) -> bool:
    """Removes a measurement that was a mistake; history keeps it. False where there is none of that number."""
    gone, _each = Measurement.objects.filter(objective=objective, pk=number).delete()
    if gone:
        touch(objective, by=by)
    return bool(gone)
