"""The code on each page of a report, by which anybody can check that its figures are the ones that were derived."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def code_of(figures: dict[str, Any]) -> str:
    """The first 48 bits of the SHA-256 of the figures as canonical JSON, e.g. `7F3A-92C1-0B44`.

    Canonical: keys sorted, no spaces, UTF-8. The figures are those of its paper (`papers`), kept with the report.
    """
    canonical = json.dumps(figures, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digits = hashlib.sha256(canonical.encode()).hexdigest()[:12].upper()
    return "-".join(digits[start : start + 4] for start in (0, 4, 8))
