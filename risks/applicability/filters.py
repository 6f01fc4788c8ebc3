"""Filters of own controls and of the versions of the Statement of Applicability."""

from __future__ import annotations

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from clauses.models import Basis
from clauses.models.position import CONTROL_STATUSES
from records.filters import RecordFilter
from risks.models import Standing


class OwnControlFilter(RecordFilter):
    status = filters.ChoiceFilter(choices=[(one.value, one.label) for one in CONTROL_STATUSES], label=_("Status"))
    basis = filters.ChoiceFilter(choices=Basis, label=_("Because of"))


class StatementFilter(RecordFilter):
    state = filters.ChoiceFilter(choices=Standing, label=_("State"))
