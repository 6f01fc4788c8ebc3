"""From the first sign-in to the first readiness report: what to begin with, each step told as done by the records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS, MANAGE_MEMBERS, REQUEST_REPORTS
from reports.models import Report
from reports.readiness import Readiness


@dataclass(frozen=True)
class Step:
    """One thing to begin with; `page` is the URL name or address where whoever has the right `may` does it."""

    title: Any
    text: Any
    is_done: bool
    page: str
    may: str = CHANGE_RECORDS


THE_REPORT = Step(
    gettext_lazy("Ask for the first readiness report"),
    gettext_lazy("It says where you stand, and what is in the way."),
    is_done=False,
    page="report-list",
    may=REQUEST_REPORTS,
)


def first_steps(request: MemberRequest, result: Readiness) -> list[dict[str, Any]]:
    """As items of a checklist, with addresses for those who may; once all else was begun, to them the report alone."""
    lacking = {one.code for one in result.obstacles}
    steps = [*of_the_context(result, lacking), *of_the_risks(result, lacking), *of_the_proof(result)]
    if all(step.is_done for step in steps):
        is_theirs = THE_REPORT.may in request.permissions and not is_reported(request)
        return [item_of(THE_REPORT, request, is_next=True)] if is_theirs else []
    steps.append(THE_REPORT)
    first = next(step for step in steps if not step.is_done)
    return [item_of(step, request, is_next=step is first) for step in steps]


def of_the_context(result: Readiness, lacking: set[str]) -> list[Step]:
    return [
        Step(
            _("Say who approves"),
            _("An administrator names top management and designated managers among the members."),
            "no-top" not in lacking,
            "member-list",
            may=MANAGE_MEMBERS,
        ),
        Step(
            _("Describe the scope"),
            _("What the AIMS covers, in one or two sentences."),
            bool(result.scope),
            "scope-statement-list",
        ),
        Step(
            _("Tell what bears on the AIMS"),
            _("Issues from outside and inside, and the parties with a stake in it."),
            not lacking & {"no-issues", "no-parties"},
            "context-issue-list" if "no-issues" in lacking else "interested-party-list",
        ),
    ]


def of_the_risks(result: Readiness, lacking: set[str]) -> list[Step]:
    return [
        Step(
            _("Enter your first AI system"),
            _("What it is for, what you are to it, and its class."),
            bool(result.inventory.in_scope),
            "ai-system-new",
        ),
        Step(
            _("Have the risk criteria approved"),
            _("The scales and thresholds by which every score is read."),
            "no-criteria" not in lacking,
            "risk-criteria-list",
        ),
        Step(
            _("Assess the first risk"),
            _("Your own, or one taken from the starter catalogue."),
            "no-risks" not in lacking,
            "risk-list",
        ),
    ]


def of_the_proof(result: Readiness) -> list[Step]:
    clauses, controls = result.clauses, result.controls
    first = clauses.lines[0] if clauses.lines else None
    return [
        Step(
            _("Answer the first clause"),
            f"{first.number} {first.title}" if first else _("The catalogue is not loaded yet."),
            clauses.count.unanswered < clauses.count.of,
            first.url if first else "",
        ),
        Step(
            _("Add the first evidence"),
            _("A file or a link, dropped on the clause it proves."),
            bool(clauses.count.evidenced + controls.count.evidenced),
            "evidence-new",
        ),
    ]


def is_reported(request: MemberRequest) -> bool:
    """Whether a readiness report was ever asked for. One query, once all else was begun."""
    return Report.objects.filter(organisation=request.organisation, kind=Report.Kind.READINESS).exists()


def item_of(step: Step, request: MemberRequest, *, is_next: bool) -> dict[str, Any]:
    state = _("Done") if step.is_done else _("Next") if is_next else ""
    url = step.page if step.may in request.permissions and not step.is_done else ""
    if url and not url.startswith("/"):
        url = reverse(url, kwargs={"organisation": request.organisation.slug})
    return {
        "tone": "good" if step.is_done else "none",
        "title": step.title,
        "text": step.text,
        "url": url,
        "state": state,
    }
