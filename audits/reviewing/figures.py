"""What the records say for each input of a management review, with the list behind each figure (ISO 42001 9.3.2).

What changed is what changed since the day of the last issued review; without one, all of it. Everything is read as far
as whoever prepares the review may see it, and kept as it was then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from audits.models import (
    Audit,
    CorrectiveAction,
    Finding,
    Grade,
    Improvement,
    ImprovementState,
    ManagementReview,
    Topic,
)
from clauses.models import ContextIssue, InterestedParty, LegalRequirement, Objective, Task
from organisations.models import User
from records.charts import plain
from records.models import Record
from risks.models import Concern, Incident

# So many records of a figure are named beside it; the list behind it has all.
NAMED = 12
Words = Callable[[Any], str]


@dataclass(frozen=True)
class Look:
    """Whose eyes, of which review, and since when."""

    review: ManagementReview
    user: User
    since: date | None

    @property
    def today(self) -> date:
        found: date = self.review.organisation.today()
        return found

    def of(self, kind: type[Record]) -> Any:
        return kind.objects.visible_to(self.user).of(self.review.organisation)

    def changed(self, kind: type[Record]) -> Any:
        """Those that changed since; all of them where there was no review before."""
        found = self.of(kind)
        return found.filter(changed_at__gte=self.begin) if self.since else found

    @property
    def begin(self) -> datetime:
        assert self.since
        return datetime.combine(self.since, time(), self.review.organisation.zone)

    def page(self, name: str, **query: Any) -> str:
        """The address of a list below the organisation's; nothing where this portal has no such page."""
        slug = self.review.organisation.slug
        try:
            address = reverse(f"{name}-list", kwargs={"organisation": slug}).removeprefix(f"/{slug}/")
        except NoReverseMatch:
            return ""
        return f"{address}?{urlencode(query)}" if query else address

    def changes(self, name: str) -> str:
        return self.page(name, changed_since=self.since.isoformat()) if self.since else self.page(name)


def titled(record: Any) -> str:
    return str(record.title)


def line(label: str, found: Any, page: str, words: Words = titled) -> dict[str, Any]:
    """One figure with the list behind it: the count and the first records, as plain values."""
    rows = list(found.order_by("reference")[: NAMED + 1])
    count = len(rows) if len(rows) <= NAMED else found.count()
    items = [{"reference": row.reference, "words": words(row)} for row in rows[:NAMED]]
    return {"label": str(label), "count": count, "list": page, "items": items}


def since_last(review: ManagementReview) -> date | None:
    """The day of the last issued review before this one."""
    issued = ManagementReview.objects.of(review.organisation).filter(state="issued", held_on__lte=review.held_on)
    days = issued.exclude(pk=review.pk).order_by("-held_on").values_list("held_on", flat=True)
    return days.first()


def figures_of(review: ManagementReview, topic: str, user: User) -> dict[str, Any]:
    """What the records say now about an input: `{"since", "lines"}`, see ReviewInput."""
    look = Look(review, user, since_last(review))
    return {"since": look.since.isoformat() if look.since else None, "lines": list(LINES[Topic(topic)](look))}


def earlier_actions(look: Look) -> Iterable[dict[str, Any]]:
    """Decisions of issued reviews, which are actions since."""
    decided = look.of(Task).filter(decision__isnull=False).exclude(about=look.review.pk).select_related("owner")

    def by_day(task: Task) -> str:
        return _("%(title)s, %(owner)s, due %(day)s") % {
            "title": task.title,
            "owner": task.owner or "–",
            "day": date_format(task.due_on, "j M Y"),
        }

    asked = {"about_kind": ManagementReview.KIND}
    yield line(_("Decisions still open"), decided.open(), look.page("task", **asked, state="open"), by_day)
    yield line(_("Of these, late"), decided.overdue(look.today), look.page("task", **asked, due="late"), by_day)
    done = decided.filter(state="done")
    since = done.filter(closed_on__gte=look.since) if look.since else done
    yield line(_("Decisions carried out since"), since, look.page("task", **asked, state="done"))


def issues(look: Look) -> Iterable[dict[str, Any]]:
    changed = look.changed(ContextIssue)
    label = _("External and internal issues that are new or changed")
    yield line(label, changed, look.changes("context-issue"))


def parties(look: Look) -> Iterable[dict[str, Any]]:
    changed = look.changed(InterestedParty)
    label = _("Interested parties that are new or changed")
    yield line(label, changed, look.changes("interested-party"), lambda one: f"{one.title}: {one.needs}")
    laws = look.changed(LegalRequirement)
    yield line(_("Legal requirements that are new or changed"), laws, look.changes("legal-requirement"))


def nonconformities(look: Look) -> Iterable[dict[str, Any]]:
    findings, actions = look.of(Finding), look.of(CorrectiveAction)
    for grade, label in ((Grade.MAJOR, _("Major nonconformities open")), (Grade.MINOR, _("Minor ones open"))):
        yield line(label, findings.open().filter(grade=grade), look.page("finding", grade=grade.value, open="yes"))
    kind = "corrective-action"
    yield line(_("Corrective actions open"), actions.open(), look.page(kind, open="yes"))
    yield line(_("Of these, late"), actions.overdue(look.today), look.page(kind, due="late"))
    yield line(_("Done, effect to be checked"), actions.to_check(), look.page(kind, state="done"))
    closed = actions.closed()
    if look.since:
        closed = closed.filter(closed_on__gte=look.since)
        yield line(_("Closed as effective since"), closed, look.page(kind, closed_since=look.since.isoformat()))
    else:
        yield line(_("Closed as effective"), closed, look.page(kind, open="no"))
    yield line(_("Incidents open"), look.of(Incident).open(), look.page("incident", state="open"))
    waiting = look.of(Concern).filter(state="received")
    yield line(_("Concerns to take up"), waiting, look.page("concern", state="received"))


def measurements(look: Look) -> Iterable[dict[str, Any]]:
    objectives = look.of(Objective).with_newest()

    def measured(one: Any) -> str:
        newest = f"{plain(one.newest)} {one.unit}" if one.newest is not None else _("not measured")
        return _("%(title)s: %(newest)s, target %(target)s") % {
            "title": one.title,
            "newest": newest,
            "target": f"{plain(one.target)} {one.unit}",
        }

    yield line(_("AI objectives reached"), objectives.reached(), look.page("objective", reached="yes"), measured)
    missed = objectives.not_reached()
    yield line(_("AI objectives not reached"), missed, look.page("objective", reached="no"), measured)
    late = missed.filter(due_on__lt=look.today)
    yield line(_("Of these, past their day"), late, look.page("objective", reached="no", due="passed"), measured)


def audits(look: Look) -> Iterable[dict[str, Any]]:
    issued = look.of(Audit).issued()
    issued = issued.filter(report_on__gte=look.since) if look.since else issued
    findings = look.of(Finding).filter(found_in__in=issued)
    yield line(_("Audit reports issued"), issued, look.page("audit", state="report_issued"))
    for grade in Grade:
        found = findings.filter(grade=grade)
        yield line(str(grade.label), found, look.page("finding", grade=grade.value))


def opportunities(look: Look) -> Iterable[dict[str, Any]]:
    seen = look.of(Finding).filter(grade=Grade.OPPORTUNITY)
    seen = seen.filter(raised_on__gte=look.since) if look.since else seen
    yield line(_("Opportunities that audits saw"), seen, look.page("finding", grade=Grade.OPPORTUNITY.value))
    improvements = look.of(Improvement)
    proposed = improvements.filter(state=ImprovementState.PROPOSED)
    yield line(_("Improvements to be decided"), proposed, look.page("improvement", state="proposed"))
    under_way = improvements.filter(state__in=[ImprovementState.ACCEPTED, ImprovementState.IN_PROGRESS])
    yield line(_("Improvements under way"), under_way, look.page("improvement", open="yes"))
    realised = improvements.filter(state=ImprovementState.REALISED)
    realised = realised.filter(settled_on__gte=look.since) if look.since else realised
    yield line(_("Improvements realised"), realised, look.page("improvement", state="realised"))


LINES: dict[Topic, Callable[[Look], Iterable[dict[str, Any]]]] = {
    Topic.EARLIER_ACTIONS: earlier_actions,
    Topic.ISSUES: issues,
    Topic.PARTIES: parties,
    Topic.NONCONFORMITIES: nonconformities,
    Topic.MEASUREMENTS: measurements,
    Topic.AUDITS: audits,
    Topic.OPPORTUNITIES: opportunities,
}
