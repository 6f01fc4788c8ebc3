"""A summary that may be given to a customer: scope, policy, AI systems by class. Nothing that is weak, named or open.

What it leaves out is the point: no names of people or systems, no risks, findings, incidents or evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from audits.models import AuditRules
from clauses.models import Document, DocumentKind
from clauses.scope.inventory import approved_scope
from organisations.models import Organisation
from organisations.moment import now
from records.approvable import Standing
from reports.models import Report
from reports.readiness.inventory import inventory_of
from reports.readiness.lists import Seen
from reports.readiness.result import Inventory, Tally
from risks.models import Statement

from .document import document, table
from .paper import Chapter, Cover, Paper, day


def paper_of(report: Report) -> Paper:
    at = now()
    here = report.organisation
    seen = Seen(here, report.requested_by, at, timezone.localdate(at, here.zone))
    inventory = inventory_of(here, report.requested_by, named=False)
    cover = Cover(
        _("AI management system: summary for customers"),
        _("What our AI management system covers, and how it is kept. Made for people outside; nothing confidential."),
        facts=((_("Standard"), "ISO/IEC 42001:2023"), (_("Certificate"), certificate(here))),
    )
    chapters = [about(here), policy(seen), systems(inventory), kept(seen)]
    return document(report, at, cover, chapters, headline(inventory))


def headline(inventory: Inventory) -> list[dict[str, Any]]:
    return [{"value": inventory.in_scope, "of": None, "label": _("AI systems in scope")}]


def certificate(here: Organisation) -> str:
    rules = AuditRules.objects.filter(organisation=here).first()
    if rules is None or rules.certified_on is None:
        return _("Not certified")
    words = [rules.certificate, _("since %(day)s") % {"day": day(rules.certified_on)}]
    words += [_("until %(day)s") % {"day": day(rules.expires_on)}] if rules.expires_on else []
    return ", ".join(filter(None, [*words, here.certification_body]))


def about(here: Organisation) -> Chapter:
    scope = approved_scope(here)
    text = scope.text if scope else ""
    gaps = () if scope else (_("No scope is approved yet"),)
    facts = (
        (_("Organisation"), ", ".join(filter(None, [here.name, here.legal_form, here.country]))),
        (_("Business"), here.business),
        (_("Scope"), text),
        (_("Version of the scope"), scope.label if scope else ""),
    )
    return Chapter("scope", _("Organisation and scope"), facts=facts, gaps=gaps)


def policy(seen: Seen) -> Chapter:
    """Policies in force, by title and version; what they say is given out separately."""
    found = seen.of(Document).with_versions(seen.on).filter(document_kind=DocumentKind.POLICY).order_by("reference")
    rows = [[one.title, one.holds] for one in found if one.holds]
    head = [(_("Policy"), ""), (_("Version in force"), "w-treated")]
    return Chapter("policy", _("Policy"), tables=(table("", head, rows, _("No policy is in force yet.")),))


def systems(inventory: Inventory) -> Chapter:
    return Chapter(
        "systems",
        _("AI systems"),
        lead=_("In use and in scope. A system may have several roles, so roles add up to more than systems."),
        facts=((_("In scope"), str(inventory.in_scope)),),
        tables=(
            table(
                _("By class of the EU AI Act"),
                [(_("Class"), ""), (_("Systems"), "w-score")],
                tallied(inventory.by_class),
            ),
            table(_("By our role"), [(_("Role"), ""), (_("Systems"), "w-score")], tallied(inventory.by_role)),
        ),
    )


def tallied(tallies: Iterable[Tally]) -> list[list[Any]]:
    return [[one.label, one.count] for one in tallies if one.count]


def kept(seen: Seen) -> Chapter:
    """The Statement of Applicability in force, in numbers; which controls are left out is the customer's to ask."""
    approved = seen.of(Statement).filter(state=Standing.APPROVED).order_by("-number", "-pk").first()
    facts: tuple[tuple[str, str], ...] = ((_("Statement of Applicability"), _("None in force yet")),)
    if approved:
        applies = sum(bool(line.get("applicable")) for line in approved.content)
        facts = (
            (_("Statement of Applicability"), f"{approved.label}, {day(approved.decided_on)}"),
            (_("Controls that apply"), str(applies)),
        )
    return Chapter("controls", _("Controls"), facts=facts)
