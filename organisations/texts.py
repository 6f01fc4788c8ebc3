"""Compares and merges texts word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import NamedTuple

WORDS = re.compile(r"\s+|\w+|[^\w\s]")
# Comparing takes time that grows with the square of the words: beyond, a text is one piece.
MOST = 6000

# A text that lost more than this part of its words was written anew: marking word by word would only confuse.
REWRITTEN = 0.6


class Part(NamedTuple):
    """A piece of a text: `same` as before, `new`, or `gone`."""

    kind: str
    text: str


class Edit(NamedTuple):
    """Words `begin` to `end` of the former text became `words`."""

    begin: int
    end: int
    words: list[str]


def pieces(text: str) -> list[str]:
    found = WORDS.findall(text)
    return found if len(found) <= MOST else [text]


def edits(before: list[str], after: list[str]) -> list[Edit]:
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [Edit(i, j, after[k:m]) for what, i, j, k, m in steps if what != "equal"]


def differences(before: str, after: str) -> list[Part]:
    """`after` with what is new in it marked, and with what it no longer has."""
    old, new = pieces(before), pieces(after)
    changes = edits(old, new)
    if sum(len("".join(old[edit.begin : edit.end]).split()) for edit in changes) > len(before.split()) * REWRITTEN:
        return [part for part in (Part("gone", before), Part("new", after)) if part.text]
    parts, place = [], 0
    for edit in changes:
        parts += [
            Part("same", "".join(old[place : edit.begin])),
            Part("gone", "".join(old[edit.begin : edit.end])),
            Part("new", "".join(edit.words)),
        ]
        place = edit.end
    parts.append(Part("same", "".join(old[place:])))
    return [part for part in parts if part.text]


def merged(before: str, *, theirs: str, yours: str) -> str | None:
    """One text with the changes of both; None where they changed the same place."""
    old = pieces(before)
    by_them, by_you = edits(old, pieces(theirs)), edits(old, pieces(yours))
    if any(touch(one, other) and one != other for one in by_them for other in by_you):
        return None
    found, place = [], 0
    for edit in sorted({(one.begin, one.end): one for one in [*by_them, *by_you]}.values()):
        found += [*old[place : edit.begin], *edit.words]
        place = edit.end
    return "".join([*found, *old[place:]])


def touch(one: Edit, other: Edit) -> bool:
    return one.begin <= other.end and other.begin <= one.end
