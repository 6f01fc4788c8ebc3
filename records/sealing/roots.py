"""The roots of an organisation: all of them, and the current one that reports print."""

from __future__ import annotations

from django.db.models import QuerySet

from organisations.models import Organisation

from .models import Root


def roots_of(organisation: Organisation | None) -> QuerySet[Root]:
    """Every root of its chain, oldest first; of None those of the installation. Use `.iterator()` for packs."""
    return Root.objects.filter(chain__organisation=organisation).order_by("number")


def current_root(organisation: Organisation | None) -> Root | None:
    """The newest root: `number`, `head_hex`, `last` (sequence), `made_at`; None before anything was sealed."""
    return roots_of(organisation).last()


def as_json(root: Root) -> dict[str, object]:
    """A root as it stands in a pack's `roots.jsonl`."""
    return {
        "number": root.number,
        "first": root.first,
        "last": root.last,
        "merkle": root.merkle_hex,
        "made_at": root.made_at_text,
        "head": root.head_hex,
    }
