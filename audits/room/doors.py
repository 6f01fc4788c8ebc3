"""Which pages somebody in a room may open, by the name of their address. Whatever is not named here is none of theirs.

A test walks every address of the portal: one that is neither here nor in its own list of what stays closed fails it.
"""

from __future__ import annotations

# Kinds of records with list, page and history; what of them is shown, `visible_to` decides.
KINDS = (
    *("ai-system", "dataset", "system-resource", "system-record", "supplier"),
    *("position", "context-issue", "interested-party", "legal-requirement", "scope-statement", "aims-process"),
    *("role-assignment", "objective", "planned-change", "document"),
    *("resource", "competence", "training-record", "awareness", "communication"),
    *("risk-criteria", "risk", "treatment", "treatment-plan", "own-control", "statement", "impact-assessment"),
    *("go-live", "incident", "concern", "evidence"),
    *("audit-programme", "audit", "finding", "corrective-action", "improvement", "management-review"),
    "information-request",
)
PAGES = ("list", "detail", "history")
# The room itself and what leads to it: open before and after the days of the room, too, to say when it is open.
ALWAYS = frozenset({"home", "room", "room-accept", "room-finish", "help"})
# Pages to be read.
READS = frozenset(
    {
        *(f"{kind}-{page}" for kind in KINDS for page in PAGES),
        *("register-list", "search", "mandatory-list", "document-version"),
        *("ai-system-dossier", "ai-system-go-live", "risk-map", "statement-compare", "audit-programme-coverage"),
        *("impact-assessment-document", "evidence-drop"),
        *("room-population-list", "room-sample-list", "room-sample"),
        *("room-evidence-version", "room-evidence-image", "room-document-version", "room-document-image"),
    }
)
# Their own desk: what they may post to.
WRITES: frozenset[str] = frozenset(
    {
        *("room-population", "room-note-list", "room-note-edit", "room-note-remove", "room-request-new"),
        *("room-draft-new", "room-draft", "room-draft-submit", "room-draft-discard"),
        *("information-request-accept", "information-request-return", "information-request-withdraw"),
        *("room-finding-list", "room-finding", "room-finding-accept", "room-finding-return"),
        *("room-finding-reject", "room-finding-verify", "room-pack"),
        # The day they look at is kept with their session.
        "as-of",
    }
)
# Files and lists that leave the portal, where the room allows it; programs take all they read.
TAKES = frozenset(
    {
        *(f"{kind}-export" for kind in KINDS),
        *("statement-lines", "evidence-download", "document-file", "room-sample-file", "audit-programme-coverage-file"),
        "room-pack-file",
        *(f"api-{kind}-{page}" for kind in KINDS if kind != "position" for page in ("list", "detail")),
        *("api-requirement-list", "api-requirement-detail", "api-dossier", "api-gate", "api-document-one-version"),
    }
)
# A key of one's own for programs, where the room allows to take away what they read.
KEYS = frozenset({"api-key-list", "api-key-revoke"})
# Of these, what tells who was trained; closed where a room shows initials only.
NAMES_PEOPLE = frozenset(
    f"api-{kind}-{page}" for kind in ("training-record", "competence") for page in ("list", "detail")
)
