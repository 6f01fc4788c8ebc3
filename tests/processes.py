"""Processes of a test: a family, who lives of it, and what they are called."""

from __future__ import annotations

import random
import socket
import time
from contextlib import suppress
from pathlib import Path


def family(pid: int) -> set[int]:
    """A process and all below it."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if command_line(pid)}


def command_line(pid: int) -> str:
    """Empty for what has ended, zombies included."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def none_left(pids: set[int], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not alive(pids)


def members(pid: int, *words: str) -> list[int]:
    """Those of the family whose command line holds all the words, the eldest first."""
    return [one for one in sorted(family(pid)) if all(word in command_line(one) for word in words)]


def member(pid: int, *words: str) -> int:
    return members(pid, *words)[0]


def free_port() -> int:
    """A port that no connection is given for its own end.

    Of the others, a client that asks again and again while nobody listens is one day connected to itself.
    """
    for port in random.sample(range(20_000, 30_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("No port is free.")


def children(pid: int) -> set[int]:
    return {int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
