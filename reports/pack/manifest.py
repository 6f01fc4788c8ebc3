"""`manifest.json`: what the pack is, each record and each file in it. Written line by line, whatever its length."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

FORMAT = "AIMS Portal evidence pack, 1"


def manifest_lines(head: dict[str, Any], lists: dict[str, Iterable[bytes]]) -> Iterator[bytes]:
    """One JSON object: the names of `head`, then each list with one entry a line, as its lines of JSON have it."""
    told = {"format": FORMAT, **head}
    yield b"{\n"
    for name, value in told.items():
        yield f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)},\n".encode()
    for number, (name, lines) in enumerate(lists.items(), 1):
        yield f"{json.dumps(name)}: [".encode()
        for position, line in enumerate(lines):
            yield (b",\n" if position else b"\n") + line.rstrip(b"\n")
        yield b"\n]" + (b",\n" if number < len(lists) else b"\n")
    yield b"}\n"
