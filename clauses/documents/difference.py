"""What is different between two versions of a document: of texts word by word, of files by hash and size."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import ngettext

from clauses.models import DocumentVersion
from organisations.texts import Part, differences

# Lines that stand around a change.
AROUND = 2


def compared(before: DocumentVersion | None, after: DocumentVersion) -> dict[str, Any] | None:
    """Two versions in the shape of `clauses/document_difference.html`; None where there is only one."""
    if before is None:
        return None
    of_texts = not (before.key or after.key)
    parts = list(parts_between(before.text, after.text)) if of_texts else []
    is_same = before.text == after.text if of_texts else before.sha256 == after.sha256
    return {"before": before, "after": after, "is_same": is_same, "of_texts": of_texts, "parts": parts}


def parts_between(before: str, after: str) -> Iterator[Part]:
    """The lines that differ, word by word, with some around them; `left` says how many lines are left out."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    steps = SequenceMatcher(None, old, new).get_opcodes()
    for place, (kind, i1, i2, j1, j2) in enumerate(steps):
        if kind != "equal":
            yield from differences("".join(old[i1:i2]), "".join(new[j1:j2]))
        else:
            yield from kept(old[i1:i2], is_first=place == 0, is_last=place == len(steps) - 1)


def kept(lines: list[str], *, is_first: bool, is_last: bool) -> Iterator[Part]:
    """Lines that stayed: those beside a change, and how many are left out."""
    head, tail = (0 if is_first else AROUND), (0 if is_last else AROUND)
    left = len(lines) - head - tail
    if left <= 1:
        yield Part("same", "".join(lines))
        return
    words = ngettext("%(n)d line the same", "%(n)d lines the same", left) % {"n": left}
    yield from (Part("same", "".join(lines[:head])), Part("left", words))
    yield Part("same", "".join(lines[len(lines) - tail :]) if tail else "")
