"""Filters of lists. They live in the URL; a value that makes no sense filters nothing."""

from datetime import date, datetime, time
from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.forms import TextInput
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField

from .forms import people_of
from .models import SOON
from .widgets import DayInput


def search(queryset: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
    for word in value.split()[:8]:
        queryset = queryset.filter(Q(title__icontains=word) | Q(reference__icontains=word))
    return queryset


class RecordField(ModelChoiceField):
    """One of a few records is chosen; among many its reference or title is typed, so no page grows with them."""

    FEW = 50

    def __init__(self, queryset: models.QuerySet[Any], **options: Any) -> None:
        super().__init__(queryset, **options)
        self.is_typed = queryset[: self.FEW + 1].count() > self.FEW
        if self.is_typed:
            self.widget = TextInput({"placeholder": _("Reference or title"), "autocomplete": "off"})

    def named(self, value: str) -> Any:
        """The record of this reference, title or id; None where there is none, or more than one."""
        if "\x00" in value:
            return None
        called = Q(pk=value) if value.isdecimal() and len(value) < 18 else Q(reference__iexact=value)
        found = list(self.queryset.filter(called | Q(title__iexact=value))[:2])
        return found[0] if len(found) == 1 else None

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        record = self.named(str(value).strip())
        if record is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})
        return record

    def prepare_value(self, value: Any) -> Any:
        if not self.is_typed or not str(value or "").isdecimal():
            return super().prepare_value(value)
        record = self.named(str(value))
        return record.reference if record else value


class RecordChoiceFilter(filters.ModelChoiceFilter):
    field_class = RecordField


class RecordFilter(filters.FilterSet):
    """Search in reference and title, owner, and review due; each type adds its own."""

    q = filters.CharFilter(method=search, label=_("Search"))
    owner = filters.ModelChoiceFilter(queryset=lambda request: people_of(request.organisation), label=_("Owner"))
    review = filters.ChoiceFilter(
        method="by_review", label=_("Review"), choices=[("overdue", _("Overdue")), ("month", _("Within 30 days"))]
    )

    changed_since = filters.DateFilter(method="by_changed", label=_("Changed since"), widget=DayInput)

    def by_changed(self, queryset: models.QuerySet[Any], name: str, value: date) -> models.QuerySet[Any]:
        """Records that are new, or changed, since the beginning of a day of the organisation."""
        return queryset.filter(changed_at__gte=datetime.combine(value, time(), self.request.organisation.zone))

    def by_review(self, queryset: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
        today = self.request.organisation.today()
        if value == "overdue":
            return queryset.filter(review_on__lt=today)
        return queryset.filter(review_on__gte=today, review_on__lte=today + SOON)
