"""Gap analysis runs: the list, and the page with what a run found."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from clauses.models import GapRun
from organisations.requests import MemberRequest
from records.filters import RecordFilter
from records.register_page import REVIEW, RegisterForm
from records.tables import NUMBER, DayColumn, RecordTable
from records.templatetags.components import badge
from records.views import RecordViews
from systems.tables import HiddenColumn

from .closing import close_run
from .findings import Finding, findings, sections_of, totals_of

STATES = {"open": (gettext_lazy("Open"), "info"), "closed": (gettext_lazy("Closed"), "good")}
CLOSED_STAYS = gettext_lazy("This gap analysis is closed: nothing in it changes any more.")


def state_of(run: GapRun) -> tuple[Any, str]:
    """Word and tone."""
    return STATES["open" if run.is_open else "closed"]


class GapRunForm(RegisterForm):
    groups = [
        (
            gettext_lazy("Gap analysis"),
            gettext_lazy("It asks every question of clauses 4–10 and Annex A. Answers are kept as you go."),
            ["title", "purpose", "began_on"],
        ),
        (*REVIEW, ["owner", ("review_on", "review_every")]),
    ]

    class Meta:
        model = GapRun
        fields = ["title", "purpose", "began_on", "owner", "review_on", "review_every"]
        labels = {"title": gettext_lazy("Name"), "owner": gettext_lazy("Responsible")}
        help_texts = {"began_on": gettext_lazy("Left empty: today.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["began_on"].required = False

    def clean_began_on(self) -> Any:
        return self.cleaned_data["began_on"] or self.instance.began_on or self.organisation.today()

    def clean(self) -> dict[str, Any]:
        if not self.instance.is_open:
            raise forms.ValidationError(CLOSED_STAYS)
        return super().clean() or self.cleaned_data


class GapRunTable(RecordTable):
    state = tables.Column(verbose_name=gettext_lazy("State"), accessor="is_open", order_by="closed_on")
    answered = tables.Column(verbose_name=gettext_lazy("Answered"), attrs=NUMBER)
    began_on = DayColumn()
    closed_on = DayColumn()
    closed_by = HiddenColumn()
    purpose = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = GapRun
        fields = (
            *("reference", "title", "state", "answered", "owner", "began_on", "closed_on", "review_on"),
            *("closed_by", "purpose"),
        )
        sequence = fields

    def render_state(self, record: GapRun) -> str:
        return str(badge(*state_of(record)))

    def value_state(self, record: GapRun) -> str:
        return str(state_of(record)[0])

    def render_answered(self, value: int, record: Any) -> str:
        return _("%(answered)s of %(asked)s") % {"answered": value, "asked": record.asked} if record.asked else "–"

    def value_answered(self, value: int, record: Any) -> str:
        return self.render_answered(value, record)


class GapRunFilter(RecordFilter):
    state = filters.ChoiceFilter(
        choices=[(key, word) for key, (word, _tone) in STATES.items()], method="by_state", label=gettext_lazy("State")
    )

    def by_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(closed_on__isnull=value == "open")


class GapRunViews(RecordViews):
    model, form_class, table_class, filter_class = GapRun, GapRunForm, GapRunTable, GapRunFilter
    path = "gap-runs"
    lead = gettext_lazy("Where we stand on every requirement, as of one time. A closed one stays as it was.")
    related = ("owner", "organisation", "closed_by")
    chips = ((gettext_lazy("Open"), {"state": "open"}), (gettext_lazy("Closed"), {"state": "closed"}))

    def visible(self, request: MemberRequest) -> Any:
        return super().visible(request).with_progress()  # type: ignore[attr-defined]

    def hindrance(self, request: MemberRequest, record: Any, name: str) -> str:
        return "" if record.is_open else str(CLOSED_STAYS)

    def extra_context(self, request: MemberRequest, record: GapRun) -> dict[str, Any]:
        return run_page(record, tab="result")


pages = GapRunViews()


def run_page(run: GapRun, *, tab: str) -> dict[str, Any]:
    """What the pages of one run share: state, figures, tabs, and all that was found."""
    found = findings(run)
    word, tone = state_of(run)
    return {
        "state": {"word": word, "tone": tone},
        "found": found,
        "totals": totals_of(found),
        "figures": figures_of(run, found),
        "parts": parts_of(found),
        "tabs": tabs_of(run, found, tab),
        "next_open": next((one for one in found if one.counts["unanswered"]), None),
        "has_answers": any(one.answered for one in found),
    }


def figures_of(run: GapRun, found: list[Finding]) -> list[dict[str, Any]]:
    totals, gaps = totals_of(found), address(run, "gap-run-gaps")
    return [
        {"value": totals["met"], "of": totals["of"], "label": _("requirements met")},
        {"value": totals["partly"], "label": _("partly met"), "url": f"{gaps}?outcome=partly"},
        {"value": totals["not_met"], "label": _("not met"), "url": f"{gaps}?outcome=not_met"},
        {"value": totals["unanswered"], "label": _("not answered")},
    ]


def parts_of(found: list[Finding]) -> list[dict[str, Any]]:
    """Clauses and Annex A, each with its sections and its totals."""
    clauses = [one for one in found if not one.requirement.is_control]
    controls = [one for one in found if one.requirement.is_control]
    kinds = [("clauses", _("Clauses 4 to 10"), clauses), ("controls", _("Annex A"), controls)]
    return [
        {"id": key, "title": title, "sections": sections_of(lines), "totals": totals_of(lines)}
        for key, title, lines in kinds
        if lines
    ]


def tabs_of(run: GapRun, found: list[Finding], current: str) -> list[dict[str, Any]]:
    gaps = sum(one.is_gap for one in found)
    tabs = [
        ("result", _("Result"), run.get_absolute_url(), None),
        ("gaps", _("Gaps"), address(run, "gap-run-gaps"), gaps),
        ("compare", _("Comparison"), address(run, "gap-run-compare"), None),
    ]
    return [{"label": label, "url": url, "count": count, "current": key == current} for key, label, url, count in tabs]


def address(run: GapRun, name: str, **more: Any) -> str:
    here = {"organisation": run.organisation.slug, "reference": run.reference}
    return reverse(name, kwargs=here | more)


def changeable(request: MemberRequest, reference: str) -> GapRun:
    run: GapRun = pages.get(request, reference)
    if not pages.may_change(request, run):
        raise PermissionDenied
    return run


@require_POST
def close(request: MemberRequest, reference: str) -> HttpResponse:
    """Closes a run as it was shown; afterwards nothing in it changes."""
    run, seen = changeable(request, reference), request.POST.get("version", "")
    try:
        close_run(run, by=request.user, seen=int(seen) if seen.isdecimal() and len(seen) < 9 else None)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        messages.success(request, _("%(record)s is closed and stays as it is.") % {"record": run})
    return redirect(run)
