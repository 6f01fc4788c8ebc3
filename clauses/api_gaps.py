"""Gap analysis runs for programs: started, answered question by question, closed, and read."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as Refused
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from organisations.api import as_object
from records.api import IDEMPOTENCY, IF_MATCH, REFERENCE, CreatingApi, PersonField, RecordSerializer, filter_parameters

from .actions import answer_question
from .gaps.closing import close_run
from .gaps.findings import findings, questions_of
from .gaps.pages import GapRunForm, GapRunViews
from .models import GapAnswer, GapRun
from .models.gaps import Outcome, Priority
from .models.position import GivenAnswer


class GapRunSerializer(RecordSerializer):
    """A gap analysis run. `answered` and `asked` are numbers of questions; it is closed at its own address."""

    began_on = serializers.DateField(required=False)
    closed_by = PersonField(read_only=True, allow_null=True)
    answered = serializers.IntegerField(read_only=True)
    asked = serializers.IntegerField(read_only=True)

    class Meta(RecordSerializer.Meta):
        model = GapRun
        fields = [
            *RecordSerializer.Meta.read_only,
            *GapRunForm.Meta.fields,
            *("closed_on", "closed_by", "answered", "asked"),
        ]
        read_only_fields = (*RecordSerializer.Meta.read_only, "closed_on")


class GapFindingSerializer(serializers.Serializer[Any]):
    """What a run found for one requirement; the five counts are numbers of its questions."""

    number = serializers.CharField(read_only=True)
    title = serializers.CharField(source="requirement.title", read_only=True)
    outcome = serializers.ChoiceField(choices=Outcome.choices, read_only=True)
    priority = serializers.ChoiceField(choices=Priority.choices, read_only=True, allow_null=True)
    met = serializers.IntegerField(source="counts.met", read_only=True)
    partly = serializers.IntegerField(source="counts.partly", read_only=True)
    not_met = serializers.IntegerField(source="counts.not_met", read_only=True)
    not_applicable = serializers.IntegerField(source="counts.not_applicable", read_only=True)
    unanswered = serializers.IntegerField(source="counts.unanswered", read_only=True)


class GapAnswerSerializer(serializers.ModelSerializer):
    """One answer. `question` is the code of the catalogue's question; “not_applicable” needs a comment."""

    question = serializers.CharField(source="question.code")
    value = serializers.ChoiceField(choices=GivenAnswer.Value.choices, allow_blank=True)
    comment = serializers.CharField(required=False, allow_blank=True)
    answered_by = PersonField(read_only=True, allow_null=True)
    answered_at = serializers.DateTimeField(read_only=True)

    class Meta:
        model = GapAnswer
        fields = ["question", "value", "comment", "answered_by", "answered_at"]


@extend_schema_view(list=extend_schema(parameters=filter_parameters(GapRunViews)))
class GapRunApi(CreatingApi):
    views = GapRunViews()
    queryset = GapRun.objects.none()
    serializer_class = GapRunSerializer

    @extend_schema(parameters=[REFERENCE], responses=GapFindingSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def results(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Every requirement with its result, in the order of the standard."""
        found = findings(self.views.get(self.member, reference))
        return Response(GapFindingSerializer(found, many=True).data)

    @extend_schema(parameters=[REFERENCE], responses=GapAnswerSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def answers(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """The answers kept so far; once the run is closed also those that nobody gave, with an empty value."""
        run = self.views.get(self.member, reference)
        kept = run.answers.select_related("question", "answered_by")
        in_order = kept.order_by("question__requirement__order", "question__order")
        return Response(GapAnswerSerializer(in_order, many=True).data)

    @extend_schema(
        parameters=[REFERENCE, IDEMPOTENCY], request=GapAnswerSerializer, responses={201: GapAnswerSerializer}
    )
    @answers.mapping.post
    def answer_one(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Keeps one answer in place of the one before; 400 where the run is closed or cannot take it."""
        run = self.changing(reference)
        return self.once(lambda: self.answered(run, as_object(request.data)))

    def answered(self, run: GapRun, given: dict[str, Any]) -> Response:
        sent = GapAnswerSerializer(data=given)
        sent.is_valid(raise_exception=True)
        code = sent.validated_data["question"]["code"]
        question = questions_of(run).filter(code=code).first()
        if question is None:
            raise ValidationError({"question": [_("There is no question “%(code)s” in this run.") % {"code": code}]})
        comment = sent.validated_data.get("comment", "")
        try:
            kept = answer_question(
                run, question, value=sent.validated_data["value"], comment=comment, by=self.member.user
            )
        except Refused as refused:
            raise ValidationError({"value": refused.messages}) from refused
        return Response(GapAnswerSerializer(kept).data, status=201)

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=None, responses=GapRunSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Closes the run as it was read; afterwards nothing in it changes."""
        run = self.changeable(reference)
        try:
            close_run(run, by=self.member.user, seen=run.version)
        except Refused as refused:
            raise ValidationError({"closed_on": refused.messages}) from refused
        return self.answer(self.views.get(self.member, reference))

    def changing(self, reference: str) -> GapRun:
        run: GapRun = self.views.get(self.member, reference)
        if not self.views.may_change(self.member, run):
            raise PermissionDenied
        return run


def register_gaps(router: SimpleRouter) -> None:
    router.register("gap-runs", GapRunApi, basename="api-gap-run")
