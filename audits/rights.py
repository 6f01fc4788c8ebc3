"""Who plans and conducts audits, who answers a finding, and who judges the answer: never the same person."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _

from audits.models import Audit, Finding
from organisations.models import OrganisationGrant
from organisations.requests import MemberRequest
from organisations.roles import AUDIT, CHANGE_RECORDS, ROLES_WITH_END_DATE
from records.models import Record
from records.views import RecordViews

KEEPERS = (AUDIT, CHANGE_RECORDS)


def holds(user: Any, organisation: Any, *rights: str) -> bool:
    """Whether somebody is a member today and holds one of these rights."""
    held = OrganisationGrant.objects.filter(
        user=user, content_object=organisation, permission__codename__in=rights
    ).exists()
    return held and is_member(user, organisation)


def is_member(user: Any, organisation: Any) -> bool:
    """Whether somebody belongs to the organisation today and may write at all."""
    current = organisation.memberships.current().filter(user=user)
    return bool(current.exclude(role__in=ROLES_WITH_END_DATE).exists())


def audits(user: Any, audit: Audit) -> bool:
    """Whether somebody is of the auditors' side of an audit: its lead, its team, who may audit, or its room.

    What a certification body decides is recorded by the officer where its auditors have no room here.
    """
    organisation = audit.organisation
    is_named = audit.lead_id == user.pk or audit.auditmember_set.filter(person=user).exists()
    if is_named and is_member(user, organisation):
        return True
    if not audit.is_external:
        return holds(user, organisation, AUDIT)
    if audit.rooms.exists():
        return audit.rooms.filter(person=user).exists()
    return holds(user, organisation, AUDIT, CHANGE_RECORDS)


def may_answer(user: Any, finding: Finding) -> bool:
    """Who answers for a finding: its owner, or the officer; not who audits there."""
    if user.pk == finding.owner_id:
        return is_member(user, finding.organisation)
    return holds(user, finding.organisation, CHANGE_RECORDS)


def no_judge(user: Any, finding: Finding) -> str:
    """Why somebody may not judge what was answered or done; empty where they may."""
    if not audits(user, finding.found_in):
        return _("Only the auditors of this audit decide on it.")
    if user.pk == finding.owner_id:
        return _("You own this finding: another auditor must decide on it.")
    if user.pk == finding.responded_by_id:
        return _("You answered it: another auditor must decide on it.")
    if user.pk == finding.corrected_by_id:
        return _("You corrected it: another auditor must decide on it.")
    return ""


class AuditedViews(RecordViews):
    """Record types that auditors and officers keep. An owner answers for a record, and changes nothing in it."""

    bulk: ClassVar[tuple[str, ...]] = ("owner", "review_on")

    def may_create(self, request: MemberRequest) -> bool:
        return self.can_be_created and any(right in request.permissions for right in KEEPERS)

    def may_change(self, request: MemberRequest, record: Record) -> bool:
        return any(right in request.permissions for right in KEEPERS)

    def may_comment(self, request: MemberRequest, record: Record, *, may_change: bool) -> bool:
        """Who answers for it may say something about it."""
        return may_change or self.may_prove(request, record)

    def may_prove(self, request: MemberRequest, record: Record) -> bool:
        """Who may put evidence on it: its owner, whom it was given to, the officer."""
        return Record.objects.changeable_by(request.user).filter(pk=record.pk).exists()

    def hindrance(self, request: MemberRequest, record: Any, name: str) -> str:
        return "" if self.may_change(request, record) else _("You may read this record, not change it")
