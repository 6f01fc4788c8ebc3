"""Draws a sample by chance that can be drawn again: the same seed over the same population gives the same records."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audits.models import AuditRoom, RoomSample
from records.models import Record

SEED_LENGTH = 40


def chosen(population: Iterable[str], *, seed: str, size: int) -> list[str]:
    """The `size` references whose SHA-256 of `seed:reference` (UTF-8, in hexadecimal) comes first, in that order.

    No machine, no clock and no random generator has a part in it.
    """
    return sorted(population, key=lambda reference: rank(seed, reference))[:size]


def rank(seed: str, reference: str) -> str:
    return hashlib.sha256(f"{seed}:{reference}".encode()).hexdigest()


def fingerprint(population: Sequence[str]) -> str:
    """SHA-256 of the references in their order, one on each line."""
    return hashlib.sha256("\n".join(population).encode()).hexdigest()


def made_seed() -> str:
    """Eight digits that nobody chose."""
    return f"{secrets.randbelow(10**8):08d}"


@transaction.atomic
def draw(room: AuditRoom, *, kind: str, query: str, population: Sequence[str], size: int, seed: str = "") -> RoomSample:
    """Draws `size` of the `population`, and keeps all of it for ever. Raises ValidationError by field."""
    if not population:
        raise ValidationError({"size": _("There is nothing to draw from.")})
    if not 1 <= size <= len(population):
        most = {"n": len(population)}
        words = ngettext("There is only %(n)s record.", "Choose from 1 to %(n)s.", len(population)) % most
        raise ValidationError({"size": words})
    seed = seed.strip() or made_seed()
    Record.objects.select_for_update().get(pk=room.pk)
    newest = room.samples.order_by("-number").first()
    return RoomSample.objects.create(
        room=room,
        number=newest.number + 1 if newest else 1,
        kind=kind,
        query=query,
        seed=seed,
        size=size,
        population=list(population),
        population_sha256=fingerprint(population),
        drawn=chosen(population, seed=seed, size=size),
    )
