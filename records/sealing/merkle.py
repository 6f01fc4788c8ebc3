"""Hashes of the seal: leaves, the Merkle tree above them, and the heads that chain its roots. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

BEFORE_THE_FIRST = bytes(32)


def canonical(value: Any) -> str:
    """JSON of which there is only one for each value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def leaf_of(line: bytes) -> bytes:
    return sha256(b"\x00" + line).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def levels_of(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The tree, leaves first; the last level is the root alone. Of one leaf it is that leaf."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        # Without a call for each: this is half of the work of proving a history.
        above = [sha256(b"\x01" + left + right).digest() for left, right in zip(below[::2], below[1::2], strict=False)]
        levels.append(above + below[len(above) * 2 :])
    return levels


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    return levels_of(leaves)[-1][0]


def path_in(levels: Sequence[Sequence[bytes]], place: int) -> list[list[str]]:
    """What proves that the leaf at `place` (from 0) is under the root: [["left" or "right", hex], …] from below.

    The word says on which side the other node stands: `["left", h]` is SHA-256(0x01 ‖ h ‖ what we have).
    """
    path = []
    for level in levels[:-1]:
        beside = place ^ 1
        if beside < len(level):
            path.append(["left" if beside < place else "right", level[beside].hex()])
        place //= 2
    return path


def root_by(leaf: bytes, path: Iterable[Sequence[str]]) -> bytes:
    """The root to which a path leads from a leaf."""
    for side, other in path:
        beside = bytes.fromhex(other)
        leaf = node_of(beside, leaf) if side == "left" else node_of(leaf, beside)
    return leaf


def head_of(before: bytes, root: bytes, *, number: int, first: int, last: int, made_at: str) -> bytes:
    """The head of a root; `made_at` as it is printed (`shown`)."""
    facts = canonical({"number": number, "first": first, "last": last, "made_at": made_at})
    return sha256(b"\x02" + before + root + facts.encode()).digest()
