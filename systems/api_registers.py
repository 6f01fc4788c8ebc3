"""Suppliers, datasets, resources and life-cycle records for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import prefetch_related_objects
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from records.api import IDEMPOTENCY, REFERENCE, PersonField, RecordSerializer
from records.api_registers import RowsApi, api_of, fields_of, links

from .actions import assess_supplier, check_data
from .api_rows import (
    DataCheckSerializer,
    ResponsibilitySerializer,
    SupplierAssessmentIn,
    SupplierAssessmentSerializer,
    lines_seen_by,
    matrix,
)
from .models import AISystem, ContractClause, Dataset, DataUse, Supplier, SystemRecord, SystemResource
from .registers.datasets import DatasetViews
from .registers.life_cycle import SystemRecordViews
from .registers.resources import SystemResourceViews
from .row_forms import DataCheckForm, SupplierAssessmentForm
from .views import SupplierViews


def named(model: Any, **options: Any) -> Any:
    """One record by its reference, of those the person may see."""
    return serializers.SlugRelatedField(slug_field="reference", queryset=model.objects.none(), **options)


class SupplierSerializer(RecordSerializer):
    """A supplier (A.10.3). Assessments, the newest first, and responsibilities are added at their own addresses."""

    contract_clauses = serializers.ListField(
        child=serializers.ChoiceField(choices=ContractClause.choices), required=False
    )
    assessments = SupplierAssessmentSerializer(many=True, read_only=True)
    responsibilities = ResponsibilitySerializer(many=True, read_only=True)

    class Meta(RecordSerializer.Meta):
        model = Supplier
        fields = fields_of(SupplierViews, "assessments", "responsibilities")
        read_only_fields = RecordSerializer.Meta.read_only


class DatasetSerializer(RecordSerializer):
    """A dataset (A.4.3, A.7). `quality` and `bias` say whether the newest check was passed; null: never checked."""

    purposes = serializers.ListField(child=serializers.ChoiceField(choices=DataUse.choices))
    systems = links()
    quality = serializers.BooleanField(read_only=True, allow_null=True)
    bias = serializers.BooleanField(read_only=True, allow_null=True)
    checks = DataCheckSerializer(many=True, read_only=True)

    class Meta(RecordSerializer.Meta):
        model = Dataset
        fields = fields_of(DatasetViews, "quality", "bias", "checks")
        read_only_fields = RecordSerializer.Meta.read_only


class SystemResourceSerializer(RecordSerializer):
    """A model, a tool, computing or people that AI systems need (A.4.2, A.4.4–A.4.6)."""

    systems = links()
    supplied_by = named(Supplier, allow_null=True, required=False)

    class Meta(RecordSerializer.Meta):
        model = SystemResource
        fields = fields_of(SystemResourceViews)
        read_only_fields = RecordSerializer.Meta.read_only


class SystemRecordSerializer(RecordSerializer):
    """A record of the life of an AI system (A.6.2, A.8.2, A.10.4). `clause` follows from its kind."""

    system = named(AISystem)
    done_by = PersonField(allow_null=True, required=False)
    repeats = named(SystemRecord, allow_null=True, required=False)
    clause = serializers.CharField(read_only=True)

    class Meta(RecordSerializer.Meta):
        model = SystemRecord
        fields = fields_of(SystemRecordViews, "clause")
        read_only_fields = RecordSerializer.Meta.read_only


class SuppliersApi(RowsApi):
    """A supplier, with the addresses that take its assessments and responsibilities."""

    @extend_schema(
        parameters=[REFERENCE, IDEMPOTENCY], request=SupplierAssessmentIn, responses={201: SupplierAssessmentSerializer}
    )
    @action(detail=True, methods=["post"])
    def assessments(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """One more assessment; result, conditions and next review of the supplier follow it."""
        user = self.member.user
        return self.add_row(
            reference,
            lambda supplier, data: SupplierAssessmentForm(data, supplier=supplier),
            lambda _supplier, form: assess_supplier(form.instance, by=user, next_on=form.cleaned_data["next_on"]),
            SupplierAssessmentSerializer,
        )

    @extend_schema(
        parameters=[REFERENCE, IDEMPOTENCY],
        request=ResponsibilitySerializer,
        responses={201: ResponsibilitySerializer},
    )
    @action(detail=True, methods=["post"])
    def responsibilities(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """One more line of its responsibility matrix (A.10.2)."""
        return self.add_row(reference, *matrix(self.member.user), ResponsibilitySerializer)

    def prepared(self, records: Sequence[Any]) -> Sequence[Any]:
        prefetch_related_objects(records, "assessments__by", lines_seen_by(self.member.user))
        return records


class DatasetsApi(RowsApi):
    """A dataset, with the address that takes its checks."""

    @extend_schema(
        parameters=[REFERENCE, IDEMPOTENCY], request=DataCheckSerializer, responses={201: DataCheckSerializer}
    )
    @action(detail=True, methods=["post"])
    def checks(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """One more check of its quality or bias (A.7.4)."""
        return self.add_row(
            reference,
            lambda dataset, data: DataCheckForm(data, dataset=dataset),
            lambda _dataset, form: check_data(form.instance, by=self.member.user),
            DataCheckSerializer,
        )

    def prepared(self, records: Sequence[Any]) -> Sequence[Any]:
        prefetch_related_objects(records, "checks__by")
        return records


REGISTERS = {
    "suppliers": api_of(SupplierViews, SupplierSerializer, SuppliersApi),
    "datasets": api_of(DatasetViews, DatasetSerializer, DatasetsApi),
    "system-resources": api_of(SystemResourceViews, SystemResourceSerializer),
    "system-records": api_of(SystemRecordViews, SystemRecordSerializer),
}


def register_systems(router: SimpleRouter) -> None:
    for path, api in REGISTERS.items():
        router.register(path, api, basename=f"api-{api.views.model.KIND}")
