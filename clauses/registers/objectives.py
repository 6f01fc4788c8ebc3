"""AI objectives and their measurements (ISO 42001 6.2, 9.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from clauses.measuring import measure, take_out
from clauses.models import Measurement, Objective
from clauses.models.planning import AnnexC, Direction
from organisations.models import Organisation
from organisations.requests import MemberRequest
from records.charts import Point, line_chart, plain
from records.filters import RecordFilter
from records.models import Record
from records.register_page import REVIEW, RegisterForm, RegisterViews
from records.tables import NUMBER, DueColumn, RecordTable
from records.templatetags.components import badge
from records.widgets import ChoicesAcross, DayInput
from systems.tables import HiddenColumn

STATES = {
    "reached": (gettext_lazy("Reached"), "good"),
    "missed": (gettext_lazy("Not reached"), "warn"),
    "unmeasured": (gettext_lazy("Not measured"), "none"),
}
REACHED = [("yes", gettext_lazy("Reached")), ("no", gettext_lazy("Not reached"))]


class ObjectiveForm(RegisterForm):
    groups = [
        (
            gettext_lazy("Objective"),
            gettext_lazy("What is to be achieved, so that it can be measured."),
            ["title", "what", "annex_c"],
        ),
        (
            gettext_lazy("Target"),
            gettext_lazy("When it counts as reached."),
            ["direction", ("target", "unit"), ("due_on", "frequency"), "how_judged"],
        ),
        (gettext_lazy("Plan"), gettext_lazy("How it is reached, and with what."), ["plan", "resources"]),
        (*REVIEW, ["owner", ("review_on", "review_every")]),
    ]

    class Meta:
        model = Objective
        fields = [
            *("title", "what", "annex_c", "direction", "target", "unit", "due_on", "frequency", "how_judged"),
            *("plan", "resources", "owner", "review_on", "review_every"),
        ]
        labels = {"title": gettext_lazy("Objective")}
        help_texts = {"unit": gettext_lazy("For example percent, ratio, days.")}
        widgets = {"direction": ChoicesAcross}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["direction"].choices = Direction.choices  # type: ignore[attr-defined]
        for name in ("due_on", "plan"):
            self.fields[name].required = True


class NumberColumn(tables.Column):
    def __init__(self, **extra: Any) -> None:
        super().__init__(**{"attrs": NUMBER, **extra})

    def render(self, value: Decimal) -> str:
        return plain(value)

    def value(self, value: Decimal) -> float | None:
        return None if value is None else float(value)


class ObjectiveTable(RecordTable):
    newest = NumberColumn(verbose_name=gettext_lazy("Newest"))
    target = NumberColumn(verbose_name=gettext_lazy("Target"))
    state = tables.Column(verbose_name=gettext_lazy("Reached"), orderable=False)
    due_on = DueColumn(verbose_name=gettext_lazy("Due"))
    review_on = HiddenColumn()
    newest_on = HiddenColumn(verbose_name=gettext_lazy("Measured on"))
    direction = HiddenColumn()
    unit = HiddenColumn()
    annex_c = HiddenColumn()
    what = HiddenColumn()
    frequency = HiddenColumn()
    how_judged = HiddenColumn()
    plan = HiddenColumn()
    resources = HiddenColumn()

    class Meta(RecordTable.Meta):
        model = Objective
        fields = (
            *("reference", "title", "newest", "target", "state", "owner", "due_on", "review_on", "newest_on"),
            *("direction", "unit", "annex_c", "what", "frequency", "how_judged", "plan", "resources"),
        )
        sequence = fields

    def render_target(self, record: Objective) -> str:
        sign = "≥" if record.direction == Direction.AT_LEAST else "≤"
        return f"{sign} {plain(record.target)} {record.unit}"

    def render_state(self, value: str) -> str:
        return str(badge(*STATES[value]))

    def value_state(self, value: str) -> str:
        return str(STATES[value][0])


class ObjectiveFilter(RecordFilter):
    reached = filters.ChoiceFilter(choices=REACHED, method="by_reached", label=gettext_lazy("Reached"))
    due = filters.ChoiceFilter(
        choices=[("passed", gettext_lazy("Passed"))], method="by_due", label=gettext_lazy("Due day")
    )
    annex_c = filters.ChoiceFilter(choices=AnnexC.choices, label=gettext_lazy("Objective of Annex C"))

    def by_reached(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found: Any = queryset
        return found.reached() if value == "yes" else found.not_reached()

    def by_due(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(due_on__lt=self.request.organisation.today())


class ObjectiveViews(RegisterViews):
    model, form_class, table_class, filter_class = Objective, ObjectiveForm, ObjectiveTable, ObjectiveFilter
    path = "objectives"
    clause = "6.2, 9.1"
    lead = gettext_lazy("What we want our AI systems and the AIMS to achieve, measured against a target.")
    chips = (
        (gettext_lazy("Reached"), {"reached": "yes"}),
        (gettext_lazy("Not reached"), {"reached": "no"}),
        (gettext_lazy("Due day passed"), {"due": "passed"}),
    )

    def visible(self, request: MemberRequest) -> Any:
        return super().visible(request).with_newest()  # type: ignore[attr-defined]

    def extra_context(self, request: MemberRequest, record: Objective) -> dict[str, Any]:
        form = MeasurementForm(objective=record) if self.may_change(request, record) else None
        return super().extra_context(request, record) | measured(record) | {"measurement_form": form}


pages = ObjectiveViews()


class MeasurementForm(forms.ModelForm):
    """One measured value; a person enters it on the objective's page, a program sends it."""

    class Meta:
        model = Measurement
        fields = ["on", "value", "note"]
        widgets = {"on": DayInput}

    def __init__(self, *args: Any, objective: Objective, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.objective = objective
        organisation: Organisation = objective.organisation
        self.initial.setdefault("on", organisation.today())


def measured(objective: Any) -> dict[str, Any]:
    """What the page shows of the measurements: chart, rows (the newest first), state and target in words."""
    rows = list(objective.measurements.select_related("by"))
    objective.newest = rows[-1].value if rows else None
    word, tone = STATES[objective.state]
    target = f"{objective.get_direction_display().lower()} {plain(objective.target)} {objective.unit}"
    for row in rows:
        row.shown, row.reaches = plain(row.value), objective.is_reached_by(row.value)
    said = ", ".join(f"{date_format(row.on, 'j M Y')}: {row.shown}" for row in rows)
    label = _("%(title)s, in %(unit)s. %(said)s. Target: %(target)s.")
    words = {"title": objective.title, "unit": objective.unit, "said": said, "target": target}
    points = [Point(row.on, row.value) for row in rows]
    return {
        "measurements": rows[::-1],
        "drawing": line_chart(points, target=objective.target, label=label % words) if rows else "",
        "newest": plain(objective.newest),
        "target": target,
        "state": {"word": word, "tone": tone},
    }


def changeable(request: MemberRequest, reference: str) -> Objective:
    objective: Objective = pages.get(request, reference)
    if not pages.may_change(request, objective):
        raise PermissionDenied
    # Who enters the same day at the same time waits here, and is then told.
    Record.objects.select_for_update().get(pk=objective.pk)
    return objective


@require_POST
def add_measurement(request: MemberRequest, reference: str) -> HttpResponse:
    """Keeps a measurement; where something is wrong with it, the page again with what was typed."""
    objective = changeable(request, reference)
    form = MeasurementForm(request.POST, objective=objective)
    if form.is_valid():
        measure(form.instance, by=request.user)
        messages.success(request, _("The measurement was added."))
        return redirect(objective.get_absolute_url() + "#measurements")
    return again(request, objective, form)


def again(request: MemberRequest, objective: Objective, form: MeasurementForm) -> HttpResponse:
    context = {"record": objective, "measurement_form": form, **measured(objective)}
    context["crumbs"] = [
        (pages.words, pages.list_url(request)),
        (objective.reference, objective.get_absolute_url()),
        (_("Measurement"), None),
    ]
    return render(request, "clauses/measurement_form.html", context, status=422)


@require_POST
def remove_measurement(request: MemberRequest, reference: str, measurement_id: int) -> HttpResponse:
    objective = changeable(request, reference)
    if not take_out(objective, measurement_id, by=request.user):
        raise Http404
    messages.success(request, _("The measurement was removed. History keeps it."))
    return redirect(objective.get_absolute_url() + "#measurements")
