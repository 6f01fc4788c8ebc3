"""Impact assessments for programs: read whole, begun, their texts changed, submitted. Approving is for people."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as Invalid
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from records.api import IF_MATCH, REFERENCE, CreatingApi, PersonField, RecordSerializer, filter_parameters
from records.approving import OPEN, submit
from risks.impact.completeness import ready_for_review
from risks.impact.forms import NEW, WholeForm
from risks.impact.pages import ImpactViews
from risks.impact.sections import COLUMNS
from risks.models import LEVELS, Consultation, Impact, ImpactAssessment, ImpactMeasure, Risk
from systems.models import AISystem

FRAME = ("title", "system", "trigger", "owner", "change_note", "review_on", "review_every")


class ImpactSerializer(serializers.ModelSerializer):
    """One dimension."""

    class Meta:
        model = Impact
        fields = [
            *("dimension", "is_affected", "reason", "benefit", "harm", "severity", "likelihood", "scale"),
            *("reversibility", "shown_by", "residual_severity", "residual_likelihood"),
        ]
        read_only_fields = fields


class MeasureSerializer(serializers.ModelSerializer):
    owner = PersonField(read_only=True)
    control = serializers.CharField(source="control.reference", read_only=True, default=None, allow_null=True)

    class Meta:
        model = ImpactMeasure
        fields = ["dimension", "measure", "control", "owner", "due_on", "done_on"]
        read_only_fields = fields


class ConsultationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Consultation
        fields = ["who", "heard_on", "views", "use"]
        read_only_fields = fields


class ImpactAssessmentSerializer(RecordSerializer):
    """An assessment. `number` is its version, `level` the highest that remains; impacts and rows are read only."""

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
            *("state", "number", "level", "is_expired", "system_version", "decided_on"),
            *(name for name in COLUMNS if name not in FRAME),
            *("impacts", "measures", "consultations"),
        ]
        read_only_fields = (*RecordSerializer.Meta.read_only, "state", "number", "system_version", "decided_on")
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
class ImpactAssessmentApi(CreatingApi):
    views = ImpactViews()
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
        if record.state not in OPEN:
            message = _("It is %(state)s: nothing in it changes.") % {"state": record.get_state_display().lower()}
            raise ValidationError({"state": [message]})
        super().change(record, changes)

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=None, responses={200: ImpactAssessmentSerializer})
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Sends a draft into review; 400 says what is missing."""
        record = self.changeable(reference)
        if not self.views.may_change(self.member, record):
            raise PermissionDenied
        try:
            submit(record, by=self.member.user, complete=ready_for_review)
        except Invalid as error:
            raise ValidationError({"non_field_errors": error.messages}) from error
        return self.answer(self.views.get(self.member, reference))
