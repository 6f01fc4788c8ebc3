"""Filters of the requirements: part of the standard, derived state, stated status."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from records.filters import RecordFilter

from .models import Requirement, Status
from .standing import standings
from .verdict import Mark, words_for

KINDS = [(Requirement.Kind.CLAUSE, _("Clauses 4–10")), (Requirement.Kind.CONTROL, _("Annex A controls"))]
# Behind Home's figures stand lists: what counts but is not met, and what has no status.
OPEN = {Mark.PARTLY, Mark.NOT_MET, Mark.UNANSWERED}
STATUSES = [*Status.choices, ("none", _("No status"))]
SECTIONS = [*(str(n) for n in range(4, 11)), *(f"A.{n}" for n in range(2, 11))]
APPLICABLE = [("yes", _("Applicable")), ("no", _("Not applicable")), ("undecided", _("Not decided"))]


class PositionFilter(RecordFilter):
    kind = filters.ChoiceFilter(field_name="requirement__kind", choices=KINDS, label=_("Part"))
    section = filters.ChoiceFilter(choices=[(s, s) for s in SECTIONS], method="by_section", label=_("Section"))
    mark = filters.ChoiceFilter(
        choices=lambda: [*((m.value, words_for(m)) for m in Mark), ("open", _("Not yet met"))],
        method="by_mark",
        label=_("State"),
    )
    status = filters.ChoiceFilter(choices=STATUSES, method="by_status", label=_("Stated status"))
    applicable = filters.ChoiceFilter(choices=APPLICABLE, method="by_applicability", label=_("Applicability"))
    evidence = filters.ChoiceFilter(
        choices=[("none", _("None valid")), ("some", _("Some valid"))], method="by_evidence", label=_("Evidence")
    )

    def by_section(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(reference=value) | Q(reference__startswith=f"{value}."))

    def by_mark(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        judged = standings(queryset, on=self.request.organisation.today())
        wanted = OPEN if value == "open" else {value}
        return queryset.filter(pk__in=[one.position.pk for one in judged if one.verdict.mark in wanted])

    def by_status(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(status="" if value == "none" else value)

    def by_evidence(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        judged = standings(queryset, on=self.request.organisation.today())
        wanted = value == "some"
        counted = [one for one in judged if one.verdict.mark != Mark.NOT_APPLICABLE]
        return queryset.filter(pk__in=[one.position.pk for one in counted if bool(one.facts.evidence_valid) == wanted])

    def by_applicability(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(applicable={"yes": True, "no": False, "undecided": None}[value])
