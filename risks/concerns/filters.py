"""Filters of the list of concerns."""

from __future__ import annotations

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from records.filters import RecordChoiceFilter, RecordFilter
from risks.models import ConcernState
from systems.filters import systems_seen


class ConcernFilter(RecordFilter):
    state = filters.ChoiceFilter(choices=ConcernState.choices, label=_("State"))
    system = RecordChoiceFilter(queryset=systems_seen, label=_("AI system"))
