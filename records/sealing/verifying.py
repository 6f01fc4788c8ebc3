"""Recomputes the seal of a chain from its events, and names what is no longer as it was sealed. Writes nothing.

Everything is gone through in the order of sequence, in blocks: memory does not grow with history.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from .chain_rows import UNREADABLE, Reader, Rows, SealedRoot, roots_in_order
from .lines import snapshot
from .merkle import BEFORE_THE_FIRST, head_of, merkle_root
from .models import Chain
from .shapes import known_shapes

# So many faults of a chain are told one by one; all are counted.
TOLD = 100
# An event is sealed seconds after it was committed: so much older than the root before its own, it was put in later.
LATE = timedelta(hours=1)


@dataclass
class Verdict:
    """What came of checking one chain: how much there is, its newest root, and the faults.

    `heads`: of the heads that were asked for (hex), those that are heads of its roots.
    """

    chain: Chain
    asked: frozenset[str] = frozenset()
    events: int = 0
    roots: int = 0
    root: SealedRoot | None = None
    faults: list[str] = field(default_factory=list)
    count: int = 0
    heads: dict[str, SealedRoot] = field(default_factory=dict)
    # Events that are not sealed yet, and the moment the oldest says it is of.
    waiting: int = 0
    oldest: datetime | None = None

    @property
    def is_intact(self) -> bool:
        return not self.count

    def fault(self, text: str, **facts: object) -> None:
        self.count += 1
        if len(self.faults) < TOLD:
            self.faults.append(text % facts)


def verify_chain(chain: Chain, *, heads: frozenset[str] = frozenset()) -> Verdict:
    """Checks every event, sealed row and root of a chain."""
    verdict = Verdict(chain, heads)
    with snapshot():
        Walk(verdict).go()
    return verdict


class Walk:
    """One way through a chain: its rows and its roots side by side."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict, self.fault = verdict, verdict.fault
        self.shapes = known_shapes()
        self.reader = Reader(verdict.chain, self.shapes)
        self.sequence = 0
        # The stored head of the last root, and the one it should have: where they differ, that was said.
        self.heads = {BEFORE_THE_FIRST}
        # When a root last left nothing unsealed.
        self.up_to_date: datetime | None = None

    def go(self) -> None:
        for root in roots_in_order(self.verdict.chain):
            rows = self.reader.up_to(root.last)
            self.count(rows)
            self.check_place(root)
            self.check_head(root)
            self.check_rows(root, rows)
            self.verdict.root = root
            self.verdict.roots += 1
        self.check_rest()
        for number in sorted(self.reader.unreadable):
            shape = self.shapes[number]
            text = _("columns %(columns)s of %(table)s are gone: what was sealed with them cannot be read")
            self.fault(text, columns=", ".join(shape.gone), table=shape.table)

    def count(self, rows: Rows) -> None:
        """Says where sequences are missing."""
        if not rows.sequences:
            return
        self.verdict.events += len(rows.sequences)
        if rows.sequences[-1] - self.sequence != len(rows.sequences):
            for sequence in rows.sequences:
                if sequence != self.sequence + 1:
                    text = _("sealed rows are missing: sequences %(first)s to %(last)s")
                    self.fault(text, first=self.sequence + 1, last=sequence - 1)
                self.sequence = sequence
        self.sequence = rows.sequences[-1]

    def check_place(self, root: SealedRoot) -> None:
        before = self.verdict.root
        number, last = (before.number, before.last) if before else (0, 0)
        if root.number != number + 1:
            text = _("roots are missing: numbers %(first)s to %(last)s")
            self.fault(text, first=number + 1, last=root.number - 1)
        elif root.first != last + 1:
            text = _("root %(number)s begins at sequence %(first)s and not at %(due)s")
            self.fault(text, number=root.number, first=root.first, due=last + 1)
        if self.sequence < root.last:
            text = _("root %(number)s goes on to sequence %(last)s, but sealed rows end at %(end)s: they were cut off")
            self.fault(text, number=root.number, last=root.last, end=self.sequence)

    def check_head(self, root: SealedRoot) -> None:
        facts = {"number": root.number, "first": root.first, "last": root.last}
        right = {head_of(head, root.merkle, **facts, made_at=root.made_at_text) for head in self.heads}
        if root.head not in right:
            text = _("root %(number)s was altered: its head does not follow from it and the root before it")
            self.fault(text, number=root.number)
        self.heads = right | {root.head}
        if root.head.hex() in self.verdict.asked:
            self.verdict.heads[root.head.hex()] = root

    def check_rows(self, root: SealedRoot, rows: Rows) -> None:
        """Compares each event with its row, and the rows with the root over them."""
        is_sealed = bool(rows.stored) and merkle_root(rows.stored) == root.merkle
        if rows.stored != rows.now or not is_sealed:
            self.name_altered(root, rows, is_sealed=is_sealed)
        limit = self.limit(root)
        if limit and min(rows.at, default=limit) < limit:
            for place, at in enumerate(rows.at):
                if at and at < limit:
                    text = _("%(event)s says it is of %(at)s, but root %(number)s sealed it long after: it was put in")
                    self.fault(text, event=self.name(rows, place), at=at.decode(), number=root.number)
        if root.was_complete:
            self.up_to_date = root.made_at

    def name_altered(self, root: SealedRoot, rows: Rows, *, is_sealed: bool) -> None:
        now = [leaf for leaf in rows.now if leaf]
        rows_only = len(now) == len(rows.now) > 0 and merkle_root(now) == root.merkle
        for place in self.altered(rows):
            event, leaf = self.name(rows, place), rows.now[place]
            if rows_only:
                self.fault(_("the sealed row of %(event)s was altered; the event itself was not"), event=event)
            elif leaf is None:
                self.fault(_("%(event)s is gone: it was deleted"), event=event)
            else:
                self.fault(_("%(event)s was altered, or its place was, or what is known of its context"), event=event)
        if not is_sealed and not rows_only:
            text = _("root %(number)s does not fit what is sealed under it, sequences %(first)s to %(last)s")
            self.fault(text, number=root.number, first=root.first, last=root.last)

    def altered(self, rows: Rows) -> Iterator[int]:
        """The places of rows that are not what their events give."""
        for place, (stored, now) in enumerate(zip(rows.stored, rows.now, strict=True)):
            if stored != now and now != UNREADABLE:
                yield place

    def limit(self, root: SealedRoot) -> bytes:
        """What is older than this came late (a clock that ran ahead for a while makes nothing late)."""
        if self.up_to_date is None:
            return b""
        limit = min(self.up_to_date, root.made_at) - LATE
        return limit.astimezone(UTC).isoformat(timespec="microseconds").encode()

    def check_rest(self) -> None:
        """Rows under no root."""
        after = self.sequence
        for rows in self.reader.rest():
            self.count(rows)
        if self.sequence > after:
            text = _("no root covers sequences %(first)s to %(last)s: roots were cut off")
            self.fault(text, first=after + 1, last=self.sequence)

    def name(self, rows: Rows, place: int) -> str:
        table = self.shapes[rows.shapes[place]].table
        facts = {"table": table, "event": rows.events[place], "sequence": rows.sequences[place]}
        return _("event %(event)s of %(table)s (sequence %(sequence)s)") % facts
