"""Impact assessments for programs: read whole, begun, written, submitted. Approving is for people."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from records.api import PersonField, RecordSerializer, filter_parameters
from risks.impact.api_rows import ConsultationSerializer, ImpactSerializer, MeasureSerializer, RowDoors, refuse_settled
from risks.impact.forms import NEW, WholeForm
from risks.impact.pages import ImpactViews, approval
from risks.impact.sections import COLUMNS
from risks.models import LEVELS, ImpactAssessment, ImpactMeasure, Risk
from systems.models import AISystem

FRAME = ("title", "system", "trigger", "owner", "change_note", "review_on", "review_every")


class ImpactAssessmentSerializer(RecordSerializer):
    """An assessment. `number` is its version, `level` the highest that remains; rows have doors of their own."""

    system: Any = serializers.SlugRelatedField(slug_field="reference", queryset=AISystem.objects.none())
    assessors: Any = PersonField(many=True, required=False)
    risks: Any = serializers.SlugRelatedField(slug_field="reference", read_only=True, many=True)
    level = serializers.SerializerMethodField()
    is_expired = serializers.SerializerMethodField()
    impacts = ImpactSerializer(many=True, read_only=True)
    measures = MeasureSerializer(many=True, read_only=True)
    consultations = ConsultationSerializer(many=True, read_only=True)

    class Meta(RecordSerializer.Meta):
        model = ImpactAssessment
        fields = [
            *RecordSerializer.Meta.read_only,
            *FRAME,
            *("state", "number", "level", "is_expired", "decided_on"),
            *(name for name in COLUMNS if name not in FRAME),
            *("impacts", "measures", "consultations"),
        ]
        read_only_fields = (*RecordSerializer.Meta.read_only, "state", "number", "decided_on")
        extra_kwargs = {"title": {"required": False}}

    def get_level(self, assessment: ImpactAssessment) -> str:
        rank = getattr(assessment, "level_rank", None)
        return "" if rank is None else str(LEVELS[rank].value)

    def get_is_expired(self, assessment: ImpactAssessment) -> bool:
        return assessment.is_expired(assessment.organisation.today())


class NewAssessmentSerializer(ImpactAssessmentSerializer):
    """What begins one: the texts follow from the AI system, and can then be changed."""

    class Meta(ImpactAssessmentSerializer.Meta):
        fields = [*NEW]


@extend_schema_view(
    list=extend_schema(parameters=filter_parameters(ImpactViews)),
    create=extend_schema(request=NewAssessmentSerializer, responses={201: ImpactAssessmentSerializer}),
)
class ImpactAssessmentApi(RowDoors):
    views, approval = ImpactViews(), approval
    queryset = ImpactAssessment.objects.none()
    serializer_class = ImpactAssessmentSerializer

    def prepared(self, records: Any) -> Any:
        keys = [record.pk for record in records]
        measures = ImpactMeasure.objects.select_related("owner", "control")
        found = self.views.visible(self.member).filter(pk__in=keys)
        found = found.prefetch_related(
            *("assessors", "impacts", "consultations"),
            Prefetch("measures", measures),
            Prefetch("risks", Risk.objects.visible_to(self.member.user)),
        )
        by_key = {one.pk: one for one in found}
        return [by_key[key] for key in keys]

    def form(self, record: Any, data: Any = None, files: Any = None) -> Any:
        form_class = WholeForm if record else self.views.form_class
        return form_class(data, files, instance=record, **self.who())

    def change(self, record: Any, changes: dict[str, Any]) -> None:
        refuse_settled(record)
        super().change(record, changes)
