"""Filters of the risk register; the cells of the map are addresses of it."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from records.filters import RecordChoiceFilter, RecordFilter
from risks.models import Category, Level, Option, Phase, Process, RiskAssessment, Size, Source, Treatment
from risks.scoring.picker import newest_scores
from systems.filters import systems_seen

STEPS = [(str(number), str(number)) for number in range(1, 6)]
NONE = "none"


class RiskFilter(RecordFilter):
    process = filters.ChoiceFilter(choices=Process.choices, label=_("Process"))
    status = filters.ChoiceFilter(
        choices=[("open", _("Open")), ("closed", _("Closed"))], label=_("Status"), method="by_status"
    )
    level = filters.ChoiceFilter(choices=[*Level.choices, (NONE, _("Not scored"))], label=_("Level"), method="by_level")
    category = filters.ChoiceFilter(choices=Category.choices, label=_("Category"))
    system = RecordChoiceFilter(queryset=systems_seen, label=_("AI system"))
    source = filters.ChoiceFilter(choices=Source.choices, label=_("Source"))
    option = filters.ChoiceFilter(choices=Option.choices, label=_("Option"))
    treatment = filters.ChoiceFilter(
        choices=[("overdue", _("Overdue")), (NONE, _("None"))], label=_("Treatment"), method="by_treatment"
    )
    acceptance = filters.ChoiceFilter(
        choices=[("stands", _("Accepted")), (NONE, _("Not accepted"))], label=_("Acceptance"), method="by_acceptance"
    )
    again = filters.ChoiceFilter(
        choices=[("yes", _("System changed since"))], label=_("Needs another look"), method="by_again"
    )
    phase = filters.ChoiceFilter(choices=Phase.choices, label=_("Score of"), method="later")
    scored = filters.ChoiceFilter(choices=[("no", _("No such score"))], label=_("Scored"), method="later")
    likelihood = filters.ChoiceFilter(choices=STEPS, label=_("Likelihood"), method="later")
    consequence = filters.ChoiceFilter(choices=STEPS, label=_("Highest consequence"), method="later")
    scale = filters.ChoiceFilter(choices=Size.choices, label=_("Scale"), method="later")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        queryset = super().filter_queryset(queryset)
        asked = self.form.cleaned_data
        wanted = {
            name: asked[key]
            for name, key in (("likelihood", "likelihood"), ("gravest", "consequence"), ("criteria__size", "scale"))
            if asked.get(key)
        }
        if not wanted and not asked.get("phase") and not asked.get("scored"):
            return queryset
        phase = asked.get("phase") or Phase.RESIDUAL
        if asked.get("scored") == "no":
            scores = RiskAssessment.objects.filter(risk=OuterRef("pk"), phase=phase)
            return queryset.exclude(Exists(scores))
        scores = newest_scores(phase).filter(risk=OuterRef("pk"), **wanted)
        return queryset.filter(Exists(scores))

    def later(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """What is asked of a score is asked of one and the same: see `filter_queryset`."""
        return queryset

    def by_status(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(closed_on__isnull=value == "open")

    def by_level(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(level="" if value == NONE else value)

    def by_treatment(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        its_own = Treatment.objects.filter(treats=OuterRef("pk"))
        if value == NONE:
            return queryset.filter(~Exists(its_own))
        return queryset.filter(Exists(its_own.overdue(self.request.organisation.today())))

    def by_acceptance(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        today = self.request.organisation.today()
        return queryset.unaccepted(today) if value == NONE else queryset.accepted(today)

    def by_again(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        return queryset.to_look_at_again()
