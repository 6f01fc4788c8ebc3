"""The scope for programs; `?on=` gives the version that held on a day (ISO 42001 4.3)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers

from clauses.models import ScopeStatement
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS, VIEW_RECORDS
from records.api import IDEMPOTENCY, IF_MATCH, REFERENCE, CreatingApi, PersonField, RecordSerializer, filter_parameters
from records.api_approval import DecidingApi
from records.approvable import Standing

from .drafting import draft_scope
from .forms import ScopeForm
from .inventory import disagreements, systems_of, systems_today
from .views import ScopeViews, approval

DECIDED = ("submitted_at", "decided_on", "decision_note", "fingerprint")


class NamedSerializer(serializers.Serializer):
    """One AI system as the scope names it."""

    reference = serializers.CharField()
    title = serializers.CharField()
    in_scope = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)


class DisagreementSerializer(serializers.Serializer):
    """Where the list of AI systems says something else by now: new, gone, came_in, went_out or reason."""

    reference = serializers.CharField()
    title = serializers.CharField()
    what = serializers.CharField()
    words = serializers.CharField()


class ScopeSerializer(RecordSerializer):
    """A version of the scope. `label` is the version as people write it, `number` counts up."""

    submitted_by = PersonField(read_only=True, allow_null=True)
    decided_by = PersonField(read_only=True, allow_null=True)

    class Meta(RecordSerializer.Meta):
        model = ScopeStatement
        fields = [
            *(*RecordSerializer.Meta.read_only, "title", "number", "state", *ScopeForm.Meta.fields),
            *("submitted_by", "decided_by", *DECIDED),
        ]
        read_only_fields = (*RecordSerializer.Meta.read_only, "title", "number", "state", *DECIDED)


class ScopeWithSystems(ScopeSerializer):
    """One version with its AI systems, and where the one in force disagrees with those of today."""

    systems = serializers.SerializerMethodField()
    disagreements = serializers.SerializerMethodField()

    class Meta(ScopeSerializer.Meta):
        fields = [*ScopeSerializer.Meta.fields, "systems", "disagreements"]

    @extend_schema_field(NamedSerializer(many=True))
    def get_systems(self, scope: ScopeStatement) -> Any:
        return NamedSerializer(systems_of(scope, self.context["user"]), many=True).data

    @extend_schema_field(DisagreementSerializer(many=True))
    def get_disagreements(self, scope: ScopeStatement) -> Any:
        is_compared = scope.state == Standing.APPROVED and self.context.get("sees_all")
        found = disagreements(systems_of(scope), systems_today(scope.organisation)) if is_compared else []
        return DisagreementSerializer(found, many=True).data


class ScopeIn(serializers.Serializer):
    """What may be said about a draft; a new one begins with the words of the version before."""

    label = serializers.CharField(max_length=20, required=False)  # type: ignore[assignment]
    change_note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    text = serializers.CharField(required=False)
    boundaries = serializers.CharField(required=False, allow_blank=True)
    sites = serializers.CharField(required=False, allow_blank=True)
    interfaces = serializers.CharField(required=False, allow_blank=True)
    owner = serializers.EmailField(required=False)
    review_on = serializers.DateField(required=False, allow_null=True)
    review_every = serializers.IntegerField(required=False, allow_null=True, min_value=0)


class ScopeApiViews(ScopeViews):
    """As on the pages, where a draft is made by a button."""

    def may_create(self, request: MemberRequest) -> bool:
        return CHANGE_RECORDS in request.permissions


@extend_schema_view(
    list=extend_schema(parameters=filter_parameters(ScopeViews)),
    retrieve=extend_schema(parameters=[REFERENCE], responses=ScopeWithSystems),
    create=extend_schema(parameters=[IDEMPOTENCY], request=ScopeIn, responses={201: ScopeWithSystems}),
    partial_update=extend_schema(parameters=[REFERENCE, IF_MATCH], request=ScopeIn, responses=ScopeWithSystems),
    submit=extend_schema(responses=ScopeWithSystems),
    approve=extend_schema(responses=ScopeWithSystems),
    send_back=extend_schema(responses=ScopeWithSystems),
)
class ScopeApi(DecidingApi, CreatingApi):
    views = ScopeApiViews()
    approval = approval
    queryset = ScopeStatement.objects.none()
    serializer_class = ScopeSerializer

    def shown(self, record: Any) -> Any:
        member = self.member
        sees = {"user": member.user, "sees_all": VIEW_RECORDS in member.permissions}
        return ScopeWithSystems(record, context={**self.get_serializer_context(), **sees}).data

    def make(self, given: dict[str, Any]) -> Any:
        draft = draft_scope(self.member.organisation, by=self.member.user)
        return self.save(self.form(draft), given) if given else draft
