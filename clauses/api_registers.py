"""The registers of clauses 4–7 for programs; measurements of an objective are sent to its own address."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from records.api import IDEMPOTENCY, REFERENCE, PersonField, RecordSerializer
from records.api_registers import RowsApi, api_of, fields_of, links

from . import models
from .measuring import measure
from .models.support import TrainingState
from .registers import changes, context, leadership, objectives, support, training


def number(**options: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=14, decimal_places=4, normalize_output=True, **options)


class ContextIssueSerializer(RecordSerializer):
    """An external or internal issue (4.1)."""

    class Meta(RecordSerializer.Meta):
        model = models.ContextIssue
        fields = fields_of(context.ContextIssueViews)
        read_only_fields = RecordSerializer.Meta.read_only


class InterestedPartySerializer(RecordSerializer):
    """Somebody whose needs the AIMS has to know (4.2)."""

    class Meta(RecordSerializer.Meta):
        model = models.InterestedParty
        fields = fields_of(context.InterestedPartyViews)
        read_only_fields = RecordSerializer.Meta.read_only


class LegalRequirementSerializer(RecordSerializer):
    """What a law, a regulator or a contract asks of us (4.1, 4.2)."""

    parties = links()
    systems = links()
    positions = links()

    class Meta(RecordSerializer.Meta):
        model = models.LegalRequirement
        fields = fields_of(context.LegalRequirementViews)
        read_only_fields = RecordSerializer.Meta.read_only


class AIMSProcessSerializer(RecordSerializer):
    """A process of the AIMS (4.4)."""

    interacts_with = links()

    class Meta(RecordSerializer.Meta):
        model = models.AIMSProcess
        fields = fields_of(leadership.AIMSProcessViews)
        read_only_fields = RecordSerializer.Meta.read_only


class RoleAssignmentSerializer(RecordSerializer):
    """Who holds a role of the AIMS (5.3)."""

    holder = PersonField(allow_null=True, required=False)
    deputy = PersonField(allow_null=True, required=False)

    class Meta(RecordSerializer.Meta):
        model = models.RoleAssignment
        fields = fields_of(leadership.RoleAssignmentViews)
        read_only_fields = RecordSerializer.Meta.read_only


class ObjectiveSerializer(RecordSerializer):
    """An AI objective (6.2). `newest`, `newest_on` and `state` come from its measurements and cannot be set."""

    target = number()
    newest = number(read_only=True, allow_null=True)
    newest_on = serializers.DateField(read_only=True, allow_null=True)
    state = serializers.ChoiceField(choices=["reached", "missed", "unmeasured"], read_only=True)

    class Meta(RecordSerializer.Meta):
        model = models.Objective
        fields = fields_of(objectives.ObjectiveViews, "newest", "newest_on", "state")
        read_only_fields = RecordSerializer.Meta.read_only


class MeasurementSerializer(serializers.ModelSerializer):
    """One measured value (9.1)."""

    value = number()
    by = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = models.Measurement
        fields = ["on", "value", "note", "by"]


class PlannedChangeSerializer(RecordSerializer):
    """A change to the AIMS (6.3). It is approved, done or withdrawn on its page."""

    touches = links()
    approved_by = PersonField(read_only=True, allow_null=True)

    class Meta(RecordSerializer.Meta):
        model = models.PlannedChange
        fields = fields_of(changes.PlannedChangeViews, "state", "approved_by", "approved_on", "closed_on")
        read_only_fields = (*RecordSerializer.Meta.read_only, "state", "approved_on", "closed_on")


class ResourceSerializer(RecordSerializer):
    """A resource the AIMS needs (7.1)."""

    class Meta(RecordSerializer.Meta):
        model = models.Resource
        fields = fields_of(support.ResourceViews)
        read_only_fields = RecordSerializer.Meta.read_only


class CompetenceSerializer(RecordSerializer):
    """What a role needs to be able to do, and what its holder can (7.2). `gap` is derived."""

    person = PersonField(allow_null=True, required=False)
    gap = serializers.IntegerField(read_only=True)

    class Meta(RecordSerializer.Meta):
        model = models.Competence
        fields = fields_of(training.CompetenceViews, "gap")
        read_only_fields = RecordSerializer.Meta.read_only


class TrainingSerializer(RecordSerializer):
    """One person's training in one course (7.2); `owner` is the person, `state` is derived."""

    state = serializers.SerializerMethodField()

    class Meta(RecordSerializer.Meta):
        model = models.TrainingRecord
        fields = fields_of(training.TrainingViews, "state")
        read_only_fields = RecordSerializer.Meta.read_only

    @extend_schema_field(serializers.ChoiceField(choices=TrainingState.choices))
    def get_state(self, record: models.TrainingRecord) -> str:
        return str(record.state(record.organisation.today()).value)


class AwarenessSerializer(RecordSerializer):
    """An awareness campaign (7.3)."""

    class Meta(RecordSerializer.Meta):
        model = models.Awareness
        fields = fields_of(support.AwarenessViews)
        read_only_fields = RecordSerializer.Meta.read_only


class CommunicationSerializer(RecordSerializer):
    """What is told about the AIMS, when, to whom and how (7.4)."""

    class Meta(RecordSerializer.Meta):
        model = models.Communication
        fields = fields_of(support.CommunicationViews)
        read_only_fields = RecordSerializer.Meta.read_only


class MeasuredApi(RowsApi):
    """An objective, with the address that takes its measurements."""

    @extend_schema(
        parameters=[REFERENCE, IDEMPOTENCY],
        request=MeasurementSerializer,
        responses={201: MeasurementSerializer},
    )
    @action(detail=True, methods=["post"])
    def measurements(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """One more measured value; 400 where that day has one already."""
        return self.add_row(
            reference,
            lambda objective, data: objectives.MeasurementForm(data, objective=objective),
            lambda _objective, form: measure(form.instance, by=self.member.user),
            MeasurementSerializer,
        )


REGISTERS = {
    "context-issues": api_of(context.ContextIssueViews, ContextIssueSerializer),
    "interested-parties": api_of(context.InterestedPartyViews, InterestedPartySerializer),
    "legal-requirements": api_of(context.LegalRequirementViews, LegalRequirementSerializer),
    "processes": api_of(leadership.AIMSProcessViews, AIMSProcessSerializer),
    "roles": api_of(leadership.RoleAssignmentViews, RoleAssignmentSerializer),
    "objectives": api_of(objectives.ObjectiveViews, ObjectiveSerializer, MeasuredApi),
    "planned-changes": api_of(changes.PlannedChangeViews, PlannedChangeSerializer),
    "resources": api_of(support.ResourceViews, ResourceSerializer),
    "competences": api_of(training.CompetenceViews, CompetenceSerializer),
    "training-records": api_of(training.TrainingViews, TrainingSerializer),
    "awareness": api_of(support.AwarenessViews, AwarenessSerializer),
    "communications": api_of(support.CommunicationViews, CommunicationSerializer),
}


def register_registers(router: SimpleRouter) -> None:
    for path, api in REGISTERS.items():
        router.register(path, api, basename=f"api-{api.views.model.KIND}")
