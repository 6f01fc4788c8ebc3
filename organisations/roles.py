"""Who may do what: the only table of roles. Each right is a permission on the organisation, given through guardian."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """Roles a person may hold in one organisation."""

    ADMINISTRATOR = "administrator", _("Administrator")
    COMPLIANCE_OFFICER = "compliance_officer", _("AI compliance officer")
    CONTRIBUTOR = "contributor", _("Contributor")
    INTERNAL_AUDITOR = "internal_auditor", _("Internal auditor")
    AUDITOR = "auditor", _("Auditor, read-only")
    EXTERNAL_AUDITOR = "external_auditor", _("External auditor of one audit")
    MANAGER = "manager", _("Manager")


VIEW_RECORDS = "view_records"
CHANGE_RECORDS = "change_records"
CONTRIBUTE = "contribute"
REQUEST_REPORTS = "request_reports"
MANAGE_MEMBERS = "manage_members"
AUDIT = "audit"
ENTER_ROOM = "enter_room"
TAKE_AWAY = "take_away"
RELEASE_REPORTS = "release_reports"

PERMISSIONS: list[tuple[str, Any]] = [
    (VIEW_RECORDS, "Read every record of the organisation"),
    (CHANGE_RECORDS, "Create and change every record"),
    (CONTRIBUTE, "Change records one owns or was given"),
    (REQUEST_REPORTS, "Ask for reports"),
    (MANAGE_MEMBERS, "Keep members, roles and invitations"),
    (AUDIT, "Plan and conduct audits, write and verify findings"),
    (ENTER_ROOM, "Read what was released to an auditor’s room"),
    (TAKE_AWAY, "Download what was released to an auditor’s room"),
    (RELEASE_REPORTS, "Release a report to somebody outside"),
]

RIGHTS: dict[str, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset({VIEW_RECORDS, MANAGE_MEMBERS}),
    Role.COMPLIANCE_OFFICER: frozenset({VIEW_RECORDS, CHANGE_RECORDS, REQUEST_REPORTS}),
    Role.CONTRIBUTOR: frozenset({CONTRIBUTE}),
    Role.INTERNAL_AUDITOR: frozenset({VIEW_RECORDS, AUDIT}),
    Role.AUDITOR: frozenset({VIEW_RECORDS}),
    # With the right to take away where the room they are let into allows it.
    Role.EXTERNAL_AUDITOR: frozenset({ENTER_ROOM}),
    Role.MANAGER: frozenset({VIEW_RECORDS, REQUEST_REPORTS, RELEASE_REPORTS}),
}

# Somebody from outside never keeps access by being forgotten.
ROLES_WITH_END_DATE = frozenset({Role.AUDITOR, Role.EXTERNAL_AUDITOR})
# Given by inviting somebody to an audit, never by appointing a member.
ROLES_BY_ROOM = frozenset({Role.EXTERNAL_AUDITOR})
# Whoever audits decides on nothing that is audited.
ROLES_THAT_AUDIT = frozenset({Role.AUDITOR, Role.INTERNAL_AUDITOR, Role.EXTERNAL_AUDITOR})


def reads_drafts(membership: Any) -> bool:
    """Whether somebody reads what nobody has approved yet: not who comes from outside."""
    return membership.role not in ROLES_WITH_END_DATE


MEANINGS = {
    Role.ADMINISTRATOR: _(
        "Keeps members, roles, invitations, the organisation’s page. Reads every record, changes none."
    ),
    Role.COMPLIANCE_OFFICER: _("Keeps every clause, control and register. Asks for reports."),
    Role.CONTRIBUTOR: _("Sees and changes what they own or were given. Adds evidence to it."),
    Role.INTERNAL_AUDITOR: _("Reads every record and all evidence. Plans and conducts audits, writes findings."),
    Role.AUDITOR: _("From outside: reads every record and all evidence until the end date. Changes nothing."),
    Role.EXTERNAL_AUDITOR: _(
        "From outside: sees what was released to one audit, from a day until a day. Writes notes, requests, findings."
    ),
    Role.MANAGER: _("Reads every record. Asks for reports, downloads them, releases a summary to a customer."),
}
