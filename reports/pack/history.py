"""The sealed history of a pack's records, as `records.sealing` gives it, one line of JSON for each event and root."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from organisations.models import Organisation
from records.sealing.merkle import leaf_of
from records.sealing.packed import SealedLine, sealed_lines
from records.sealing.roots import as_json, current_root, roots_of

# So many events are read in a second, at the least.
A_SECOND = 1000


class Seal(NamedTuple):
    """The root at which a pack is made: its number, its head, and the last event under it. Zero and empty: none yet."""

    number: int
    head: str
    last: int


def seal_of(organisation: Organisation) -> Seal:
    root = current_root(organisation)
    return Seal(root.number, root.head_hex, root.last) if root else Seal(0, "", 0)


def root_lines(organisation: Organisation, seal: Seal) -> Iterator[bytes]:
    for root in roots_of(organisation).filter(number__lte=seal.number).iterator():
        yield line_of(as_json(root))


def event_lines(organisation: Organisation, keys: Collection[int], seal: Seal) -> Iterator[bytes]:
    """The events of these records up to the root of the pack, counted from 1, each with what proves it."""
    if not seal.number or not keys:
        return
    for number, event in enumerate(sealed_lines(organisation, keys), 1):
        if event.sequence > seal.last:
            return
        yield event_line(number, event)


def event_line(number: int, event: SealedLine) -> bytes:
    """Its place and path, and last, as it was sealed, `event`: what is hashed can be taken out of the text.

    Of what came over a channel where nobody is to be known there is only the hash, `leaf`: the line names the moment,
    which the portal does not tell either (docs/decisions/0017-anonymous-concerns.md).
    """
    path = "".join(beside for _side, beside in event.path)
    told = f'"event":{event.line}'
    if is_nameless(event.line):
        told = f'"leaf":"{leaf_of(event.line.encode()).hex()}"'
    return f'{{"n":{number},"sequence":{event.sequence},"root":{event.root},"path":"{path}",{told}}}\n'.encode()


def is_nameless(line: str) -> bool:
    return '"channel":' in line and "channel" in (json.loads(line)["metadata"] or {})


def line_of(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
