"""Home: for those who read all of it, the state of the AIMS; for contributors, what is theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clauses.models import Position
from clauses.standing import standings
from evidence.models import Evidence
from organisations import moment
from organisations.requests import MemberRequest
from organisations.roles import ENTER_ROOM, VIEW_RECORDS
from records.models import Record
from records.timeline import recent
from reports.due import as_dues, due_rows, record_url
from reports.readiness import Readiness, readiness
from reports.readiness.library import NEAR
from reports.readiness.list_result import RegisterFigures, RiskFigures
from reports.readiness.state import days_until

from .first_steps import first_steps

AHEAD = timedelta(days=30)
SHOWN = 7
IMPACT = ("assessment-missing", "assessment-pending", "assessment-expired", "assessments-changed")
OBJECTIVES = ("objectives-reached", "objectives-open", "objectives-unmeasured", "objectives-missed")
PEOPLE = ("training-open", "training-overdue", "training-expired", "competence-gaps")
# A contributor's own records on Home; the lists have all of them.
OWN = 50


@require_safe
def home(request: MemberRequest) -> HttpResponse:
    """The page behind `/<organisation>/`; for an auditor from outside it is their room."""
    if ENTER_ROOM in request.permissions:
        return redirect("room", request.organisation.slug)
    now = moment.now()
    context = {"now": now, "today": request.organisation.today(), "crumbs": [(_("Home"), None)]}
    if VIEW_RECORDS not in request.permissions:
        return render(request, "reports/home_own.html", context | own(request))
    result = readiness(request.organisation, request.user, now, proofs=False)
    return render(request, "reports/home.html", context | whole(request, result))


def whole(request: MemberRequest, result: Readiness) -> dict[str, Any]:
    here = {"organisation": request.organisation.slug}
    return {
        "result": result,
        "days_to_stage1": days_until(result.stage1_on, result.on),
        "list_url": reverse("position-list", kwargs=here),
        "inventory": inventory_facts(request, result),
        "statement": statement_facts(request, result),
        "proof": proof_facts(request, result),
        "risks": risk_facts(request, result),
        "impact": facts_of(result.risks, "assessed", *IMPACT),
        "incidents": facts_of(result.risks, "incidents-open", "notifications-late"),
        "objectives": facts_of(result.registers, *OBJECTIVES),
        "people": facts_of(result.registers, *PEOPLE),
        "others": facts_of(result.registers, "supplier-reviews", "changes-open", "changes-overdue"),
        "steps": first_steps(request, result),
        "events": recent(request.user, request.organisation, reads_all=True),
        **waiting(request, all_of_it=True),
    }


def waiting(request: MemberRequest, *, all_of_it: bool) -> dict[str, Any]:
    """What is late or due soon: the person's own, and everybody's that they may see where `all_of_it` is shown."""
    by = request.organisation.today() + AHEAD
    context: dict[str, Any] = {"due_by": by}
    for name, owner in [("mine", request.user), ("all", None)][: 2 if all_of_it else 1]:
        rows = due_rows(request.user, request.organisation, by, owner=owner)
        shown = as_dues(rows[: SHOWN + 1], request.organisation)
        context[f"due_{name}"] = [item.as_item() for item in shown[:SHOWN]]
        context[f"due_{name}_count"] = rows.count() if len(shown) > SHOWN else len(shown)
    return context


def facts_of(figures: RiskFigures | RegisterFigures, *codes: str) -> list[dict[str, Any]]:
    """The lengths of the lists with these codes."""
    return [fact(one.title, one.count, one.url) for one in map(figures.list, codes)]


def fact(term: Any, value: int, url: str) -> dict[str, Any]:
    return {"term": term, "value": value, "url": url}


def inventory_facts(request: MemberRequest, result: Readiness) -> list[dict[str, Any]]:
    """Systems in scope by class and by role; each number opens the inventory filtered to it."""
    url = reverse("ai-system-list", kwargs={"organisation": request.organisation.slug})
    found = result.inventory
    return [
        fact(_("In scope"), found.in_scope, f"{url}?scope=in"),
        *(fact(one.label, one.count, f"{url}?scope=in&risk_class={one.code}") for one in found.by_class if one.count),
        *(
            fact(_("We are %(role)s") % {"role": one.label.lower()}, one.count, f"{url}?scope=in&role={one.code}")
            for one in found.by_role
            if one.count
        ),
        fact(_("Out of scope"), found.out_of_scope, f"{url}?scope=out"),
        fact(_("Retired"), found.retired, f"{url}?scope=retired"),
    ]


def statement_facts(request: MemberRequest, result: Readiness) -> list[dict[str, Any]]:
    """Counts of the Statement of Applicability."""
    url = reverse("position-list", kwargs={"organisation": request.organisation.slug}) + "?kind=control"
    found = result.applicability
    status = {"": "none"}
    return [
        fact(_("Applicable"), found.applicable, f"{url}&applicable=yes"),
        *(
            fact(
                one.label or _("No status"), one.count, f"{url}&applicable=yes&status={status.get(one.code, one.code)}"
            )
            for one in found.by_status
            if one.count or one.code
        ),
        fact(_("Excluded"), found.excluded, f"{url}&applicable=no"),
        fact(_("Not decided"), found.undecided, f"{url}&applicable=undecided"),
    ]


def proof_facts(request: MemberRequest, result: Readiness) -> list[dict[str, Any]]:
    """What is missing, run out, or soon will have."""
    here = {"organisation": request.organisation.slug}
    gaps, evidence = reverse("gap-list", kwargs=here), reverse("evidence-list", kwargs=here)
    due = reverse("due-list", kwargs=here)
    mandatory = sum(gap.is_mandatory for gap in result.gaps)
    expiring = Evidence.objects.visible_to(request.user).of(request.organisation).expiring(result.on, NEAR)
    return [
        fact(_("Mandatory evidence missing"), mandatory, f"{gaps}?mandatory=yes"),
        fact(_("Other expected evidence missing"), len(result.gaps) - mandatory, f"{gaps}?mandatory=no"),
        fact(_("Expired"), len(result.evidence.expired), f"{evidence}?state=expired"),
        fact(_("Runs out in 90 days"), expiring.count(), f"{evidence}?days=90"),
        fact(_("Overdue in all"), len(result.overdue), f"{due}?within=late"),
    ]


def risk_facts(request: MemberRequest, result: Readiness) -> list[dict[str, Any]]:
    """Open risks by process and level, and what they lack; each number opens the register or the list behind it."""
    url = reverse("risk-list", kwargs={"organisation": request.organisation.slug}) + "?status=open"
    found = result.risks
    return [
        fact(_("Open"), found.open, url),
        *(fact(one.label, one.count, f"{url}&process={one.code}") for one in found.by_process),
        *(fact(one.label, one.count, f"{url}&level={one.code}") for one in found.by_level if one.code),
        *facts_of(result.risks, "unscored", "unaccepted", "untreated", "treatments-overdue"),
    ]


def own(request: MemberRequest) -> dict[str, Any]:
    """A contributor's Home: their own and given records, nothing that tells about the rest."""
    visible = Record.objects.visible_to(request.user).of(request.organisation)
    rows = visible.exclude(kind=Position.KIND).order_by("kind", "reference").values("kind", "reference", "title")
    positions = Position.objects.visible_to(request.user).of(request.organisation).in_order().select_related("owner")
    judged = standings(positions, on=request.organisation.today())
    for one in judged:
        one.position.organisation = request.organisation
    kinds = {model.KIND: capfirst(str(model._meta.verbose_name)) for model in Record.__subclasses__()}
    records = [
        {
            "reference": row["reference"],
            "title": row["title"],
            "kind": kinds[row["kind"]],
            "url": record_url(request.organisation, row["kind"], row["reference"]),
        }
        for row in rows[:OWN]
    ]
    return {
        "judged": judged,
        "records": records,
        "events": recent(request.user, request.organisation),
        **waiting(request, all_of_it=False),
    }
