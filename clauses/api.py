"""Requirements for programs: clauses and controls with where the organisation stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from evidence.models import Evidence, Proof
from evidence.references import in_order
from records.api import RecordApi, RecordSerializer, filter_parameters

from .models import Basis, Position, Requirement
from .standing import standings
from .verdict import Mark
from .views import PositionViews


class RequirementSerializer(RecordSerializer):
    """One clause or control. `mark` is derived from status, answers and valid evidence; it cannot be set."""

    number = serializers.CharField(source="reference", read_only=True)
    kind = serializers.ChoiceField(
        source="requirement.kind",
        choices=[one for one in Requirement.Kind.choices if one[0] != Requirement.Kind.AREA],
        read_only=True,
    )
    mark = serializers.ChoiceField(choices=[mark.value for mark in Mark], read_only=True)
    basis = serializers.ListField(child=serializers.ChoiceField(choices=Basis.choices), required=False)
    evidence = serializers.SerializerMethodField(help_text="References of the evidence linked to it.")

    class Meta(RecordSerializer.Meta):
        model = Position
        fields = [
            *("number", "kind", "title", "status", "applicable", "owner", "evidence", "mark", "review_on"),
            *("review_every", "narrative", "justification", "basis", "version", "changed_at"),
        ]
        read_only_fields = ("title", "version", "changed_at")

    def get_evidence(self, position: Position) -> list[str]:
        return in_order(proof.evidence.reference for proof in position.proved_by.all())


class PositionApiViews(PositionViews):
    """As on the pages, with the evidence of each position that the person may see."""

    def visible(self, request: Any) -> Any:
        seen = Evidence.objects.visible_to(request.user).filter(organisation=request.organisation)
        proofs = Proof.objects.filter(evidence__in=seen).select_related("evidence")
        return super().visible(request).prefetch_related(Prefetch("proved_by", queryset=proofs))


@extend_schema_view(list=extend_schema(parameters=filter_parameters(PositionViews)))
class RequirementApi(RecordApi):
    views = PositionApiViews()
    queryset = Position.objects.none()
    serializer_class = RequirementSerializer

    def prepared(self, records: Sequence[Any]) -> Sequence[Any]:
        for one in standings(records, on=self.member.organisation.today()):
            one.position.mark = one.verdict.mark.value  # type: ignore[attr-defined]
        return records
