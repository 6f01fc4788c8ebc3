"""Readiness, explained: the verdict with its rule, every test, what to do first, design apart from operation."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from organisations import moment
from organisations.access import needs
from organisations.requests import MemberRequest
from organisations.roles import VIEW_RECORDS
from reports.readiness.every_test import counted
from reports.readiness.explained import MONTHS, Explained, explained
from reports.readiness.practice import PERIODS, Practice
from reports.readiness.snapshots import trend_of
from reports.readiness.state import days_until

SHOWN_FIRST = 10
TESTS = ("failed", "passed", "all")


@require_safe
@needs(VIEW_RECORDS)
def overview(request: MemberRequest) -> HttpResponse:
    """`months` 3, 6 or 12: the period of operation; `tests` failed, passed or all; `area` opens one in design.

    `steps=all` shows every step instead of the first ten.
    """
    now = moment.now()
    months = months_asked(request)
    result = explained(request.organisation, request.user, now, months=months)
    state, every = result.readiness, request.GET.get("steps") == "all"
    context = {
        "now": now,
        "today": state.on,
        "result": result,
        "days_to_stage1": days_until(state.stage1_on, state.on),
        "days_to_stage2": days_until(request.organisation.stage2_on, state.on),
        "figures": headline(result),
        "trend": trend_of(request.organisation, result),
        "steps": result.steps if every else result.steps[:SHOWN_FIRST],
        "more_steps": len(result.steps) - SHOWN_FIRST if not every else 0,
        "stages": [(1, result.of_stage(1)), (2, result.of_stage(2))],
        **tests_shown(request, result),
        **practice_shown(request, result.practice),
        "crumbs": [(_("Readiness"), None)],
    }
    return render(request, "reports/readiness_overview.html", context)


def months_asked(request: MemberRequest) -> int:
    given = request.GET.get("months", "")
    return int(given) if given in {str(months) for months in PERIODS} else MONTHS


def headline(result: Explained) -> list[dict[str, Any]]:
    """The four figures under the verdict; each leads to what it counts."""
    practice = result.practice
    return [
        {"value": len(result.of_stage(1)), "label": _("block stage 1"), "url": "#stage-1", "of": None},
        {"value": len(result.blockers), "label": _("block stage 2"), "url": "#stage-1", "of": None},
        {"value": practice.design.met, "of": practice.design.of, "label": _("designed"), "url": "#practice"},
        {"value": practice.operation.met, "of": practice.operation.of, "label": _("in operation"), "url": "#practice"},
    ]


def tests_shown(request: MemberRequest, result: Explained) -> dict[str, Any]:
    counts = counted(result.tests)
    wanted = request.GET.get("tests", "failed")
    wanted = wanted if wanted in TESTS else "failed"
    totals = {"failed": counts["failed"], "passed": counts["passed"] + counts["idle"], "all": len(result.tests)}
    labels = {"failed": _("Failed"), "passed": _("Passed"), "all": _("All")}
    return {
        "tests": [one for one in result.tests if wanted == "all" or one.passed == (wanted == "passed")],
        "test_tabs": [
            {
                "label": labels[name],
                "count": totals[name],
                "url": f"{address(request, tests=name)}#tests",
                "current": name == wanted,
            }
            for name in TESTS
        ],
    }


def practice_shown(request: MemberRequest, practice: Practice) -> dict[str, Any]:
    opened = request.GET.get("area", "")
    return {
        "practice": practice,
        "opened": next((one for one in practice.areas if one.number == opened), None),
        "period_tabs": [
            {
                "label": ngettext("%(n)s month", "%(n)s months", months) % {"n": months},
                "url": f"{address(request, months=str(months))}#practice",
                "current": months == practice.months,
            }
            for months in reversed(PERIODS)
        ],
        "area_url": address(request, area=""),
    }


def address(request: MemberRequest, **change: str) -> str:
    """This page with some of its parameters changed, as a query."""
    query = request.GET.copy()
    for name, value in change.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"
