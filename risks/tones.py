"""The tone of each state a version may stand in (see `{% badge %}`)."""

from __future__ import annotations

from risks.models import Standing

STANDING_TONES: dict[str, str] = {
    Standing.DRAFT: "warn",
    Standing.IN_REVIEW: "info",
    Standing.APPROVED: "good",
    Standing.RETURNED: "bad",
    Standing.SUPERSEDED: "none",
}
