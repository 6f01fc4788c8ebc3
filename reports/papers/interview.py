"""One page for one person before an auditor asks: duties, main risks, objectives, last decisions (ISO 42001 5.1)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from audits.models import ManagementReview, ReviewState
from clauses.models import Objective, Position, RoleAssignment
from organisations.models import Membership
from organisations.moment import now
from reports.models import Report
from reports.readiness.lists import Seen
from reports.readiness.management import aim_of
from reports.readiness.result import as_plain
from risks.models import Level, Risk

from .document import table
from .paper import Chapter, Cover, Paper, day, framed, person

# So many of each fit on the page, and so much of a text.
MOST, LETTERS = 5, 220


def paper_of(report: Report) -> Paper:
    at = now()
    here = report.organisation
    seen = Seen(here, report.requested_by, at, timezone.localdate(at, here.zone))
    member = member_of(report)
    chapters = [duties(seen, member), risks(seen, member), objectives(seen, member), decisions(seen, member)]
    cover = Cover(
        _("Interview sheet"),
        _("What an auditor may ask about, from the records of this moment."),
        subject=member.user.name,
        facts=((_("Function"), member.function), (_("Role in the portal"), str(member.get_role_display()))),
    )
    headline = [{"value": len(one.tables[0].rows), "of": None, "label": one.title.lower()} for one in chapters]
    figures = {"headline": headline, "facts": as_plain(cover.facts), "chapters": as_plain(chapters)}
    entries = [(one.anchor, one.title) for one in chapters]
    context = framed(report, at, cover, entries) | {"chapters": chapters}
    return Paper("paper/one_page.html", at, figures, context)


def member_of(report: Report) -> Membership:
    """Whom the sheet is for, who must still be a member."""
    members = Membership.objects.current().filter(organisation=report.organisation)
    found = members.select_related("user").filter(user__email=report.parameters.get("person", "")).first()
    if found is None:
        raise ObjectDoesNotExist(_("Who it was asked for is no longer a member."))
    return found


def brief(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(LETTERS)


def duties(seen: Seen, member: Membership) -> Chapter:
    """Roles held (5.3), and how the organisation says it leads (5.1) to those who lead."""
    held = seen.of(RoleAssignment).filter(holder=member.user).order_by("reference")[:MOST]
    rows = [[f"{one.reference} {one.title}", brief(one.responsibilities), brief(one.authority)] for one in held]
    facts: tuple[tuple[str, str], ...] = ()
    if member.top_management:
        position = seen.of(Position).filter(reference="5.1").first()
        facts = ((_("Leadership (5.1)"), brief(position.narrative if position else "")),)
    if member.top_management or member.authority:
        words = _("Top management") if member.top_management else member.get_authority_display()
        facts = ((_("May decide as"), str(words)), *facts)
    head = [(_("Role"), ""), (_("Responsibilities"), "w-half"), (_("May decide"), "w-treated")]
    none = _("No role of the AIMS is assigned.")
    return Chapter("duties", _("Own duties"), facts=facts, tables=(table("", head, rows, none),))


def risks(seen: Seen, member: Membership) -> Chapter:
    """Their own open risks, the highest first; the highest of all to whoever owns none, or leads."""
    openly = seen.of(Risk).open().select_related("owner").order_by("-score", "reference")
    own = [] if member.top_management else list(openly.filter(owner=member.user, score__isnull=False)[:MOST])
    found = own or list(openly.filter(score__isnull=False)[:MOST])
    rows = [
        [
            f"{one.reference} {one.title}",
            f"{one.score} {Level(one.level).label}",
            one.get_option_display(),
            person(one.owner),
        ]
        for one in found
    ]
    head = [(_("Risk"), ""), (_("Score"), "w-person"), (_("Option"), "w-person"), (_("Owner"), "w-person")]
    title = _("Own main risks") if own else _("Main risks")
    return Chapter("risks", title, tables=(table("", head, rows, _("No open risk is scored.")),))


def objectives(seen: Seen, member: Membership) -> Chapter:
    every = seen.of(Objective).select_related("owner").prefetch_related("measurements").order_by("reference")
    own = list(every.filter(owner=member.user)[:MOST])
    aims = [aim_of(one) for one in own or every[:MOST]]
    rows = [[f"{one.reference} {one.title}", one.target, ", ".join(one.measured), one.trend] for one in aims]
    head = [
        *((_("AI objective"), ""), (_("Target"), "w-treated")),
        *((_("Measured"), "w-person"), (_("Trend"), "w-person")),
    ]
    title = _("Own objectives") if own else _("Objectives")
    return Chapter("objectives", title, tables=(table("", head, rows, _("No AI objective is on record.")),))


def decisions(seen: Seen, member: Membership) -> Chapter:
    """Of the newest management review with issued minutes, their own first."""
    issued = seen.of(ManagementReview).filter(state=ReviewState.ISSUED, held_on__lte=seen.on)
    review = issued.order_by("-held_on", "-pk").first()
    rows: list[list[Any]] = []
    lead = _("No management review has issued minutes.")
    if review:
        lead = _("%(review)s, held on %(day)s.") % {"review": str(review), "day": day(review.held_on)}
        mine = Q(owner=member.user)
        found = review.decisions.select_related("owner")
        chosen = [*found.filter(mine)[:MOST], *found.exclude(mine)[:MOST]][:MOST]
        rows = [[brief(one.text), person(one.owner), day(one.due_on)] for one in chosen]
    head = [(_("Decision"), ""), (_("Who does it"), "w-person"), (_("Due"), "w-person")]
    return Chapter("decisions", _("Last decisions"), lead=lead, tables=(table("", head, rows),))
