"""`bin/manage verify [--organisation SLUG] [--head HEX]`: is history what it was when it was sealed? If not, exit 1."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from organisations.models import Organisation
from organisations.origin import TrackedCommand
from records.sealing.checking import note, verify
from records.sealing.verifying import Verdict


class Command(TrackedCommand):
    """Reads all of it, and writes down only that it was checked."""

    help = (
        "Recomputes every event, sealed row and root, and names what was altered. With --head, the head printed in a "
        "report or mailed out, it also proves that history up to that root is what it was then."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", help="only this one; else all of the installation")
        parser.add_argument("--head", metavar="HEX", action="append", default=[], help="may be given more than once")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = chosen(options["organisation"])
        heads = [usable(head) for head in options["head"]]
        begin = time.monotonic()
        verdicts = verify(organisation, heads=heads)
        took = max(time.monotonic() - begin, 0.001)
        faults = sum(self.tell(verdict) for verdict in verdicts) + sum(self.tell_head(head, verdicts) for head in heads)
        note(verdicts)
        events = sum(verdict.events for verdict in verdicts)
        self.stdout.write(f"{events:,} events checked in {took:.1f} s ({events / took:,.0f} a second).")
        if faults:
            self.stdout.write(f"NOT OK: {faults:,} faults.")
            sys.exit(1)
        self.stdout.write("OK")

    def tell(self, verdict: Verdict) -> int:
        """Prints what came of one chain; returns how many faults it has."""
        name = name_of(verdict)
        for text in verdict.faults:
            self.stdout.write(f"FAULT {name}: {text}")
        if verdict.count > len(verdict.faults):
            self.stdout.write(f"FAULT {name}: and {verdict.count - len(verdict.faults):,} more")
        root = verdict.root
        at = f"root {root.number}, sequence {root.last}, head {root.head.hex()}" if root else "nothing sealed yet"
        self.stdout.write(f"{name}: {verdict.events:,} events under {verdict.roots:,} roots; {at}")
        if verdict.waiting and verdict.oldest:
            since = verdict.oldest.isoformat(timespec="seconds")
            self.stdout.write(f"{name}: {verdict.waiting:,} events wait to be sealed, the oldest since {since}")
        return verdict.count

    def tell_head(self, head: str, verdicts: list[Verdict]) -> int:
        for verdict in verdicts:
            if root := verdict.heads.get(head):
                self.stdout.write(
                    f"{name_of(verdict)}: head {head} is that of root {root.number} of {root.made_at_text}; everything "
                    f"up to sequence {root.last} is what was sealed then"
                )
                return 0
        self.stdout.write(f"FAULT: no root has the head {head}: this is not the history of which it was noted")
        return 1


def chosen(slug: str | None) -> Organisation | None:
    if not slug:
        return None
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        raise CommandError(f"There is no organisation {slug}.")
    return organisation


def usable(head: str) -> str:
    """The 64 hex digits of a head, as people copy them from paper: spaces and capitals do not matter."""
    digits = "".join(head.split()).lower()
    if len(digits) != 64 or set(digits) - set("0123456789abcdef"):
        raise CommandError("A head is 64 hexadecimal digits, as printed in reports.")
    return digits


def name_of(verdict: Verdict) -> str:
    return verdict.chain.organisation.slug if verdict.chain.organisation else "installation"
