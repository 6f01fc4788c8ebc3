"""How far a pack is, in bytes read and written; with each word the lease of its attempt is renewed."""

from __future__ import annotations

import time

from reports.actions import renew
from reports.models import Report

A_WORD = 0.5
# Of a hundred: where the bytes begin and end; the index and the rest come after.
BEGINS, ENDS = 5, 90


class Progress:
    def __init__(self, report: Report, attempt: int) -> None:
        self.report, self.attempt = report, attempt
        self.expected, self.done, self.told_at = 0, 0, 0.0

    def expect(self, size: int) -> None:
        """So many bytes are read into the archive, and read again at its end."""
        self.expected += 2 * size

    def told(self, size: int = 0) -> None:
        """So many bytes are done. Raises Lost where another attempt has taken over."""
        self.done += size
        if time.monotonic() - self.told_at > A_WORD:
            self.be_long(0)

    def be_long(self, seconds: int) -> None:
        """Nothing is heard for so many seconds now."""
        self.told_at = time.monotonic()
        renew(self.report.pk, self.attempt, self.percent, pages=seconds)

    def printing(self, _percent: int, pages: int) -> None:
        """The index is set (see `printing.Alive`)."""
        self.be_long(pages)

    @property
    def percent(self) -> int:
        return min(ENDS, BEGINS + (ENDS - BEGINS) * self.done // max(1, self.expected))
