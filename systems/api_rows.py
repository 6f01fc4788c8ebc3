"""Rows that hang on suppliers, systems and datasets, for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch
from rest_framework import serializers

from organisations.models import User
from records.api import PersonField

from .actions import share_out
from .models import AISystem, DataCheck, Responsibility, Supplier, SupplierAssessment
from .row_forms import ResponsibilityForm


class ResponsibilitySerializer(serializers.ModelSerializer):
    """Who does what: supplier, we, customer (A.10.2). `supplier` or `system` is that on which the line hangs."""

    supplier: Any = serializers.SlugRelatedField(
        slug_field="reference", queryset=Supplier.objects.none(), allow_null=True, required=False
    )
    system: Any = serializers.SlugRelatedField(
        slug_field="reference", queryset=AISystem.objects.none(), allow_null=True, required=False
    )

    class Meta:
        model = Responsibility
        fields = ["supplier", "system", "duty", "stage", "supplier_part", "our_part", "customer_part", "agreed_in"]


class DataCheckSerializer(serializers.ModelSerializer):
    """One check of a dataset (A.7.4)."""

    by = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = DataCheck
        fields = ["subject", "on", "what", "result", "passed", "by"]


class SupplierAssessmentSerializer(serializers.ModelSerializer):
    """One assessment of a supplier (A.10.3)."""

    by = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = SupplierAssessment
        fields = ["on", "result", "how", "conditions", "by"]


class SupplierAssessmentIn(SupplierAssessmentSerializer):
    """`next_on` becomes the supplier's next review."""

    next_on = serializers.DateField(required=False, allow_null=True)

    class Meta(SupplierAssessmentSerializer.Meta):
        fields = [*SupplierAssessmentSerializer.Meta.fields, "next_on"]


def matrix(user: User) -> tuple[Callable[[Any, dict[str, str]], ResponsibilityForm], Callable[[Any, Any], Any]]:
    """How a line of the matrix is taken: its form, and what keeps it."""
    return (
        lambda record, data: ResponsibilityForm(data, of=record, user=user),
        lambda record, form: share_out(form.instance, of=record, by=user),
    )


def lines_seen_by(user: User) -> Prefetch:
    """The lines of the matrix; a supplier or a system that this person may not see is left out of them."""
    suppliers: Any = Supplier.objects.visible_to(user)
    systems: Any = AISystem.objects.visible_to(user)
    lines = Responsibility.objects.prefetch_related(
        Prefetch("supplier", queryset=suppliers), Prefetch("system", queryset=systems)
    )
    return Prefetch("responsibilities", queryset=lines)
