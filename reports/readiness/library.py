"""The evidence that readiness looks at: what proves a requirement, has run out, or soon will."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from clauses.models import Position
from evidence.models import Evidence, State
from evidence.models import Proof as ProofRow
from organisations.models import Organisation
from reports.due import record_url

from .result import Proof

# How far ahead a report looks for evidence that runs out.
NEAR = timedelta(days=90)


class Shelf:
    """The organisation's evidence as far as it matters on a day, each item once. Two queries, three with proofs.

    Home names what has run out and does without the other `proofs`, so that it costs the same however much there is.
    """

    def __init__(self, organisation: Organisation, user: Any, on: date, *, proofs: bool) -> None:
        wanted = Q(valid_until__lt=on)
        if proofs:
            wanted |= Q(valid_until__lte=on + NEAR) | Q(
                Exists(ProofRow.objects.filter(evidence=OuterRef("pk"), record__kind=Position.KIND))
            )
        visible = Evidence.objects.visible_to(user).of(organisation).filter(wanted)
        items = visible.select_related("owner").prefetch_related("versions")
        self.on, self.with_proofs = on, proofs
        self.proofs = {item.pk: proof_of(item, organisation, on) for item in items}

    def linked(self, records: Iterable[int]) -> dict[int, list[int]]:
        """Ids of the evidence of each record; nothing without proofs."""
        found: dict[int, list[int]] = defaultdict(list)
        if self.with_proofs:
            for record, item in ProofRow.objects.filter(record__in=records).values_list("record", "evidence"):
                found[record].append(item)
        return found

    def items(self, ids: Iterable[int]) -> tuple[Proof, ...]:
        return in_order(self.proofs[pk] for pk in ids if pk in self.proofs)

    def expired(self) -> tuple[Proof, ...]:
        """Run out before this day, the longest ago first."""
        return by_end(proof for proof in self.proofs.values() if proof.state == State.EXPIRED)

    def expiring(self, within: timedelta) -> tuple[Proof, ...]:
        """Runs out from this day on, `within` a time."""
        last = self.on + within
        return by_end(p for p in self.proofs.values() if p.valid_until and self.on <= p.valid_until <= last)

    def index(self, groups: Iterable[Iterable[Proof]]) -> tuple[Proof, ...]:
        return in_order({proof.reference: proof for group in groups for proof in group}.values())


def proof_of(item: Evidence, organisation: Organisation, on: date) -> Proof:
    latest = item.latest
    received = timezone.localdate(latest.added_at, organisation.zone) if latest else item.received_on
    return Proof(
        reference=item.reference,
        title=item.title,
        kind=str(item.get_evidence_kind_display()),
        version=latest.number if latest else None,
        received=received,
        valid_until=item.valid_until,
        state=str(State(item.state(on))),
        sha256=latest.sha256 if latest else "",
        link=latest.url if latest else "",
        owner=item.owner.name if item.owner else "",
        url=record_url(organisation, Evidence.KIND, item.reference),
    )


def in_order(proofs: Iterable[Proof]) -> tuple[Proof, ...]:
    """By reference, EV-99 before EV-100."""
    return tuple(sorted(proofs, key=lambda proof: (len(proof.reference), proof.reference)))


def by_end(proofs: Iterable[Proof]) -> tuple[Proof, ...]:
    return tuple(sorted(proofs, key=lambda proof: (proof.valid_until or date.max, proof.reference)))
