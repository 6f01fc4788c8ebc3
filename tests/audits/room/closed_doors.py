"""Which addresses stay closed to somebody in a room: a new one is open by `doors`, or it is stated here."""

from __future__ import annotations

# Endings of names by which something is written, brought in or kept for oneself, whatever the kind of record.
WRITING = (
    *("-new", "-edit", "-selection", "-import", "-import-headings", "-import-detail", "-comments", "-comment"),
    *("-comment-people", "-filters", "-filter", "-submit", "-approve", "-return", "-withdraw", "-close", "-reopen"),
    *("-accept", "-finish", "-deliver", "-verify", "-retire", "-draft", "-remove", "-save", "-answer", "-class"),
    *("-new-class", "-assess", "-ask-acceptance", "-withdraw-acceptance", "-next-assessment", "-next", "-write"),
    *("-acknowledge", "-evidence", "-expected", "-notify", "-told", "-untell", "-notification", "-responsibility"),
    *("-check", "-add", "-done", "-section", "-new-version", "-link", "-take-off", "-catalogue", "-pass-on"),
)
# Beginnings of names of what is about the organisation itself, its people, its own work, or other rooms.
INSIDE = (
    *("member-", "invitation-", "organisation-", "outbox", "mail-", "api-key-", "calendar", "mention-", "reminder-"),
    *("due-", "report-", "readiness-", "log", "task-", "evidence-request-", "gap-", "audit-room-", "import-"),
    "seal",
    *("statement-coverage", "certification-"),
    # Coverage tells about the whole organisation, and so does what changed between two days.
    *("framework-", "evolution"),
    # Of audits, findings and what follows from them they read list, page and history (see doors.py).
    *("audit-", "finding-", "corrective-action-", "improvement-", "management-review-", "information-request-"),
)
# Of the API they read lists and single records, and nothing else of it.
API = "api-"


def is_stated(name: str) -> bool:
    """Whether it is said that an address stays closed to them."""
    return name.endswith(WRITING) or name.startswith(INSIDE) or name.startswith(API)
