"""The comparison with all controls of Annex A, so that no necessary control is overlooked (ISO 42001 6.1.3)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from clauses.models import Basis
from risks.applicability.statement import Line


class Considered(TextChoices):
    """How a control was considered; each control is one of these."""

    TREATS = "treats", _("Treats risks")
    BASIS = "basis", _("Other basis")
    EXCLUDED = "excluded", _("Excluded with a reason")
    UNLINKED = "unlinked", _("Because of a risk, none linked")
    NOT = "not", _("Not considered")


TONES = {Considered.NOT: "bad", Considered.UNLINKED: "warn", Considered.EXCLUDED: "none"}


def considered(line: Line) -> Considered:
    if line.risks:
        return Considered.TREATS
    if line.applicable is None or not line.justification.strip():
        return Considered.NOT
    if not line.applicable:
        return Considered.EXCLUDED
    if set(line.basis) - {Basis.RISK}:
        return Considered.BASIS
    return Considered.UNLINKED if line.basis else Considered.NOT


def coverage(lines: Iterable[Line]) -> list[tuple[Line, Considered]]:
    """All controls of Annex A with how each was considered; own controls are beside the comparison."""
    return [(line, considered(line)) for line in lines if not line.is_own]
