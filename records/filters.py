"""Filters of lists. They live in the URL; a value that makes no sense filters nothing."""

from typing import Any

import django_filters as filters
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .forms import people_of
from .models import SOON


def search(queryset: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
    for word in value.split()[:8]:
        queryset = queryset.filter(Q(title__icontains=word) | Q(reference__icontains=word))
    return queryset


class RecordFilter(filters.FilterSet):
    """Search in reference and title, owner, and review due; each type adds its own."""

    q = filters.CharFilter(method=search, label=_("Search"))
    owner = filters.ModelChoiceFilter(queryset=lambda request: people_of(request.organisation), label=_("Owner"))
    review = filters.ChoiceFilter(
        method="by_review", label=_("Review"), choices=[("overdue", _("Overdue")), ("month", _("Within 30 days"))]
    )

    def by_review(self, queryset: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
        today = self.request.organisation.today()
        if value == "overdue":
            return queryset.filter(review_on__lt=today)
        return queryset.filter(review_on__gte=today, review_on__lte=today + SOON)
