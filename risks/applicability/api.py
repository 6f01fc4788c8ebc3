"""Own controls and the Statement of Applicability for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers

from clauses.models import Basis, Status
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS
from records.api import IDEMPOTENCY, IF_MATCH, REFERENCE, CreatingApi, PersonField, RecordSerializer, filter_parameters
from records.api_approval import SubmittingApi
from risks.applicability.forms import OwnControlForm, StatementForm
from risks.applicability.statement import lines_of
from risks.applicability.stating import draft_statement
from risks.applicability.views import OwnControlViews, StatementViews, approval
from risks.models import Level, OwnControl, Statement


class OwnControlSerializer(RecordSerializer):
    """A control of the organisation's own."""

    class Meta(RecordSerializer.Meta):
        model = OwnControl
        fields = [*RecordSerializer.Meta.read_only, *OwnControlForm.Meta.fields]
        read_only_fields = RecordSerializer.Meta.read_only


@extend_schema_view(list=extend_schema(parameters=filter_parameters(OwnControlViews)))
class OwnControlApi(CreatingApi):
    views = OwnControlViews()
    queryset = OwnControl.objects.none()
    serializer_class = OwnControlSerializer


class TreatedSerializer(serializers.Serializer):
    reference = serializers.CharField()
    level = serializers.ChoiceField(choices=Level.choices, allow_blank=True)


class ControlLineSerializer(serializers.Serializer):
    """What a statement says of one control; `warnings` do not keep it from being approved."""

    control = serializers.CharField()
    title = serializers.CharField()
    is_own = serializers.BooleanField()
    applicable = serializers.BooleanField(allow_null=True)
    justification = serializers.CharField(allow_blank=True)
    basis = serializers.ListField(child=serializers.ChoiceField(choices=Basis.choices))
    status = serializers.ChoiceField(choices=Status.choices, allow_blank=True)
    owner = serializers.CharField(allow_blank=True)
    risks = TreatedSerializer(many=True)
    evidence = serializers.ListField(child=serializers.CharField())
    warnings = serializers.ListField(child=serializers.CharField())


class StatementSerializer(RecordSerializer):
    """A version of the Statement of Applicability. `label` is the version as people write it, `number` counts up."""

    submitted_by = PersonField(read_only=True, allow_null=True)
    decided_by = PersonField(read_only=True, allow_null=True)

    class Meta(RecordSerializer.Meta):
        model = Statement
        fields = [
            *(*RecordSerializer.Meta.read_only, "title", "number", "state", *StatementForm.Meta.fields),
            *("submitted_by", "submitted_at", "decided_by", "decided_on", "decision_note", "fingerprint"),
        ]
        read_only_fields = (
            *(*RecordSerializer.Meta.read_only, "title", "number", "state"),
            *("submitted_at", "decided_on", "decision_note", "fingerprint"),
        )


class StatementWithLines(StatementSerializer):
    """One version with its lines: those of an open draft say what holds today, others what was submitted."""

    lines = serializers.SerializerMethodField()

    class Meta(StatementSerializer.Meta):
        fields = [*StatementSerializer.Meta.fields, "lines"]

    @extend_schema_field(ControlLineSerializer(many=True))
    def get_lines(self, statement: Statement) -> Any:
        return ControlLineSerializer(lines_of(statement), many=True).data


class StatementIn(serializers.Serializer):
    """What may be said about a draft; without a label the next one is given."""

    label = serializers.CharField(max_length=20, required=False)  # type: ignore[assignment]
    change_note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    owner = serializers.EmailField(required=False, allow_null=True)
    review_on = serializers.DateField(required=False, allow_null=True)
    review_every = serializers.IntegerField(required=False, allow_null=True, min_value=0)


class StatementApiViews(StatementViews):
    """As on the pages, where a draft is made by a button."""

    def may_create(self, request: MemberRequest) -> bool:
        return CHANGE_RECORDS in request.permissions


@extend_schema_view(
    list=extend_schema(parameters=filter_parameters(StatementViews)),
    retrieve=extend_schema(parameters=[REFERENCE], responses=StatementWithLines),
    create=extend_schema(parameters=[IDEMPOTENCY], request=StatementIn, responses={201: StatementWithLines}),
    submit=extend_schema(responses=StatementWithLines),
    partial_update=extend_schema(parameters=[REFERENCE, IF_MATCH], request=StatementIn, responses=StatementWithLines),
)
class StatementApi(SubmittingApi, CreatingApi):
    views, approval = StatementApiViews(), approval
    queryset = Statement.objects.none()
    serializer_class = StatementSerializer

    def shown(self, record: Any) -> Any:
        return StatementWithLines(record, context=self.get_serializer_context()).data

    def make(self, given: dict[str, Any]) -> Any:
        draft = draft_statement(self.member.organisation, by=self.member.user)
        return self.save(self.form(draft), given) if given else draft
