"""TEMPORARY, dropped at the merge: pages of the risks floor, so that its records have addresses here."""

from typing import Any

import django_filters as filters

from records.filters import RecordFilter
from records.forms import RecordForm
from records.views import RecordViews

from .models import (
    Concern,
    GoLive,
    ImpactAssessment,
    Incident,
    Level,
    OwnControl,
    Process,
    Risk,
    RiskCriteria,
    Statement,
    Treatment,
    TreatmentPlan,
)

STUBS = [
    *((Risk, "risks"), (Treatment, "treatments"), (ImpactAssessment, "impact-assessments"), (Incident, "incidents")),
    *((Statement, "statements"), (RiskCriteria, "risk-criteria"), (TreatmentPlan, "treatment-plans")),
    *((OwnControl, "own-controls"), (Concern, "concerns"), (GoLive, "go-lives")),
]


class StubFilter(RecordFilter):
    level = filters.ChoiceFilter(choices=Level.choices)
    process = filters.ChoiceFilter(choices=Process.choices)
    state = filters.ChoiceFilter(choices=[("open", "Open")], method="by_state")

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(closed_on=None)


def stub(kind: Any, room: str) -> type[RecordViews]:
    meta = type("Meta", (), {"model": kind, "fields": ["title", "owner", "review_on"]})
    form = type(RecordForm)("StubForm", (RecordForm,), {"Meta": meta, "__module__": __name__})
    more = {"filter_class": StubFilter} if kind is Risk else {}
    return type("StubViews", (RecordViews,), {"model": kind, "form_class": form, "path": room, **more})
