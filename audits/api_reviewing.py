"""Management reviews for programs: planned, prepared, written, decided in, issued."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as Refused
from django.db.models import prefetch_related_objects
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from audits.models import DecisionKind, ManagementReview, ReviewDecision, ReviewInput, Topic
from audits.reviewing import actions
from audits.reviewing.forms import DecisionForm
from audits.reviewing.pages import ManagementReviewViews, issuing
from organisations.api import as_object
from organisations.api_errors import GENERAL
from records.api import IDEMPOTENCY, IF_MATCH, REFERENCE, PersonField, RecordSerializer, filter_parameters
from records.api_registers import RowsApi, fields_of

TOPIC = OpenApiParameter("topic", OpenApiTypes.STR, OpenApiParameter.PATH, enum=Topic.values)


class ReviewLineSerializer(serializers.Serializer[Any]):
    """One figure of an input; `at` is the address of the list behind it below the organisation's."""

    what = serializers.CharField(source="label", read_only=True)
    count = serializers.IntegerField(read_only=True)
    at = serializers.CharField(source="list", read_only=True)


class ReviewInputSerializer(serializers.ModelSerializer):
    """One input of 9.3.2: what the records said when it was filled, and what the meeting said."""

    lines = ReviewLineSerializer(many=True, read_only=True)
    is_empty = serializers.BooleanField(read_only=True)

    class Meta:
        model = ReviewInput
        fields = ["topic", "lines", "is_empty", "filled_at", "summary", "remark"]
        read_only_fields = ["topic", "filled_at"]


class ReviewDecisionSerializer(serializers.ModelSerializer):
    """One decision; `action` is the reference of the action it is once the minutes are issued."""

    owner = PersonField(allow_null=True, required=False)
    action = serializers.CharField(source="task.reference", read_only=True, default=None, allow_null=True)

    class Meta:
        model = ReviewDecision
        fields = ["id", "text", "kind", "owner", "due_on", "action"]


class ManagementReviewSerializer(RecordSerializer):
    """A management review (9.3). Its inputs are filled by `prepare`; `issue` ends all changes."""

    chair = PersonField()
    attendees = PersonField(many=True, required=False)
    issued_by = PersonField(read_only=True, allow_null=True)
    inputs = ReviewInputSerializer(many=True, read_only=True)
    decisions = ReviewDecisionSerializer(many=True, read_only=True)

    class Meta(RecordSerializer.Meta):
        model = ManagementReview
        fields = fields_of(ManagementReviewViews, "state", "issued_on", "issued_by", "inputs", "decisions")
        read_only_fields = (*RecordSerializer.Meta.read_only, "state", "issued_on")


class PrepareIn(serializers.Serializer[Any]):
    topic = serializers.ChoiceField(choices=Topic.choices, required=False, help_text="Only this input; else all.")


class SpokenIn(serializers.Serializer[Any]):
    summary = serializers.CharField(required=False, allow_blank=True)
    remark = serializers.CharField(required=False, allow_blank=True, help_text="Why it is passed over.")


@extend_schema_view(list=extend_schema(parameters=filter_parameters(ManagementReviewViews)))
class ManagementReviewApi(RowsApi):
    views = ManagementReviewViews()
    queryset = ManagementReview.objects.none()
    serializer_class = ManagementReviewSerializer

    def prepared(self, records: Any) -> Any:
        found = list(records)
        prefetch_related_objects(found, "attendees", "inputs", "decisions__owner", "decisions__task")
        return found

    def draft(self, reference: str) -> ManagementReview:
        """The review, for who keeps its draft."""
        review: ManagementReview = self.views.get(self.member, reference)
        if not self.views.may_change(self.member, review):
            raise PermissionDenied
        return review

    @extend_schema(parameters=[REFERENCE, IDEMPOTENCY], request=PrepareIn, responses={200: ManagementReviewSerializer})
    @action(detail=True, methods=["post"])
    def prepare(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Fills the inputs with what the records say now; what people wrote stays."""
        review = self.draft(reference)

        def filled() -> Response:
            sent = PrepareIn(data=as_object(request.data))
            sent.is_valid(raise_exception=True)
            refused(actions.prepare, review, by=self.member.user, topic=sent.validated_data.get("topic", ""))
            return self.answer(self.views.get(self.member, reference))

        return self.once(filled)

    @extend_schema(
        operation_id="management_reviews_inputs",
        parameters=[REFERENCE, TOPIC, IDEMPOTENCY],
        request=SpokenIn,
        responses={200: ReviewInputSerializer},
    )
    @action(detail=True, methods=["post"], url_path="inputs/<slug:topic>")
    def inputs(self, request: Request, reference: str, topic: str, **kwargs: Any) -> Response:
        """Keeps what the meeting said about one input, or why it passed over it."""
        review = self.draft(reference)
        if topic not in Topic:
            raise NotFound

        def spoken() -> Response:
            sent = SpokenIn(data=as_object(request.data))
            sent.is_valid(raise_exception=True)
            row = review.inputs.filter(topic=topic).first() or ReviewInput(review=review, topic=topic)
            said = {name: sent.validated_data.get(name, getattr(row, name)) for name in ("summary", "remark")}
            refused(actions.speak, review, topic, by=self.member.user, **said)
            return Response(ReviewInputSerializer(review.inputs.get(topic=topic)).data)

        return self.once(spoken)

    @extend_schema(
        parameters=[REFERENCE, IDEMPOTENCY],
        request=ReviewDecisionSerializer,
        responses={201: ReviewDecisionSerializer},
    )
    @action(detail=True, methods=["post"])
    def decisions(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Adds a decision to the draft."""

        def keep(_review: Any, form: Any) -> Any:
            refused(actions.decide, form.instance, by=self.member.user)
            return form.instance

        return self.add_row(
            reference,
            lambda review, data: DecisionForm({"kind": DecisionKind.CHANGE} | data, review=review),
            keep,
            ReviewDecisionSerializer,
        )

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=None, responses={200: ManagementReviewSerializer})
    @action(detail=True, methods=["post"])
    def issue(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Issues the minutes as they were read; designated or top management does."""
        review = self.matched(reference, lambda member, one: issuing(one, member.user))
        refused(actions.issue, review, by=self.member.user, seen=review.version)
        return self.answer(self.views.get(self.member, reference))


def refused(act: Any, *of: Any, **given: Any) -> None:
    """Calls a verb; what it refuses is answered as such."""
    try:
        act(*of, **given)
    except Refused as error:
        fields = error.message_dict if hasattr(error, "error_dict") else {GENERAL: error.messages}
        raise ValidationError(fields) from error


def register_reviewing(router: SimpleRouter) -> None:
    router.register("management-reviews", ManagementReviewApi, basename="api-management-review")
