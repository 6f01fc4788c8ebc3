"""Filters of the list of concerns."""

from __future__ import annotations

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from records.filters import RecordFilter
from risks.incidents.filters import systems
from risks.models import ConcernState


class ConcernFilter(RecordFilter):
    state = filters.ChoiceFilter(choices=ConcernState.choices, label=_("State"))
    system = filters.ModelChoiceFilter(queryset=systems, label=_("AI system"))
