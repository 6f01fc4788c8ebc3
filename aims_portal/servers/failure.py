"""The one error of this package."""

from pathlib import Path


class ServerError(Exception):
    """A server could not be started; the message says why and what to do, in a sentence for people."""


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log file, to be shown in an error; empty when there is none."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
