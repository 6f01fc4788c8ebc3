"""Filters of the evidence library."""

from datetime import timedelta
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from records.filters import RecordFilter
from records.models import Record

from .models import Kind, State


class EvidenceFilter(RecordFilter):
    state = filters.ChoiceFilter(choices=State.choices, label=_("State"), method="by_state")
    evidence_kind = filters.ChoiceFilter(choices=Kind.choices, label=_("Kind"))
    proves = filters.CharFilter(label=_("Proves (reference)"), method="by_record")
    days = filters.NumberFilter(label=_("Expires within days"), method="by_days", min_value=0, max_value=3650)

    def by_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        today = self.request.organisation.today()
        present = queryset.present()  # type: ignore[attr-defined]
        damaged = present.damaged(today)
        present = present.exclude(pk__in=damaged)
        return {
            State.DAMAGED: damaged,
            State.EXPIRED: present.expired(today),
            State.EXPIRING: present.expiring(today),
            State.CURRENT: present.valid(today).exclude(pk__in=present.expiring(today)),
            State.ABSENT: queryset.exclude(pk__in=queryset.present()),  # type: ignore[attr-defined]
        }[State(value)]

    def by_record(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        visible = Record.objects.visible_to(self.request.user).filter(organisation=self.request.organisation)
        return queryset.filter(proofs__record__in=visible.filter(reference__iexact=value.strip()))

    def by_days(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        today = self.request.organisation.today()
        return queryset.expiring(today, timedelta(days=int(value)))  # type: ignore[attr-defined]
