"""Checks chains as a whole: what is sealed, what should be, and the heads that were noted. Keeps what came of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.models import Organisation, User

from .lines import snapshot
from .models import Chain, Verification
from .unsealed import Unsealed, unsealed_events
from .verifying import Verdict, verify_chain

logger = logging.getLogger(__name__)

# An event is sealed seconds after its transaction has ended. None that the portal does takes this long.
LONGEST_WAIT = timedelta(hours=1)


def verify(organisation: Organisation | None = None, *, heads: Iterable[str] = ()) -> list[Verdict]:
    """Checks the chain of an organisation, or without one every chain; `heads` (hex) are looked for in all of them.

    Writes nothing. A head that stands in no chain is for the caller to name (`Verdict.heads`).
    """
    asked = frozenset(head.lower() for head in heads)
    with snapshot():
        chains = Chain.objects.select_related("organisation").order_by("organisation__slug")
        if organisation:
            chains = chains.filter(organisation=organisation)
        found = {chain.organisation_id: with_noted_heads(chain, asked) for chain in chains}
        for event in unsealed_events():
            if organisation is None or event.organisation == organisation.pk:
                owner = event.organisation
                verdict = found.setdefault(owner, Verdict(Chain(organisation_id=owner)))
                judge(verdict, event, timezone.now())
    return list(found.values())


def with_noted_heads(chain: Chain, asked: frozenset[str]) -> Verdict:
    """Checks a chain, and that it still has the heads that earlier checks found in it."""
    noted = {item.head_hex: item for item in chain.verifications.filter(faults=0)}
    verdict = verify_chain(chain, heads=asked | noted.keys())
    for head, item in noted.items():
        if head not in verdict.heads:
            text = _("root %(number)s with head %(head)s was here on %(day)s, and is not now: history was rewritten")
            day = item.checked_at.isoformat(timespec="seconds")
            verdict.fault(text, number=item.number, head=head, day=day)
    verdict.heads = {head: root for head, root in verdict.heads.items() if head in asked}
    return verdict


def judge(verdict: Verdict, event: Unsealed, now: datetime) -> None:
    facts = {"table": event.table, "event": event.event, "at": event.at.isoformat(timespec="seconds")}
    if event.is_passed:
        text = _("event %(event)s of %(table)s stands under no root, though later ones do: put in, or its seal cut off")
        verdict.fault(text, **facts)
    elif event.at < now - LONGEST_WAIT:
        text = _("event %(event)s of %(table)s of %(at)s is not sealed: put in, or the sealer stands still")
        verdict.fault(text, **facts)
    else:
        verdict.waiting += 1
        verdict.oldest = min(verdict.oldest or event.at, event.at)


def note(verdicts: Iterable[Verdict], *, by: User | None = None) -> None:
    """Keeps what came of checking, for the page Seal and for the next check."""
    Verification.objects.bulk_create(
        Verification(
            chain=verdict.chain,
            by=by,
            events=verdict.events,
            number=verdict.root.number,
            head=verdict.root.head,
            faults=verdict.count,
            told=verdict.faults,
        )
        for verdict in verdicts
        if verdict.chain.pk and verdict.root
    )


def check_and_note(organisation_id: int | None = None, person_id: int | None = None) -> None:
    """What the worker does: once a night for all, and whenever somebody asks for their organisation."""
    organisation = Organisation.objects.filter(pk=organisation_id).first() if organisation_id else None
    if organisation_id and organisation is None:
        return
    verdicts = verify(organisation)
    note(verdicts, by=User.objects.filter(pk=person_id).first() if person_id else None)
    for verdict in verdicts:
        if not verdict.is_intact:
            logger.error("the history of %s was altered: %s", verdict.chain, "; ".join(verdict.faults))
