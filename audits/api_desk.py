"""Information requests for programs: listed, read, answered and passed on by the organisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
from organisations.roles import CHANGE_RECORDS
from records.api import IF_MATCH, REFERENCE, PersonField, RecordApi, RecordSerializer, filter_parameters
from records.forms import people_of

from .models import InformationRequest
from .room import asking
from .room.question_pages import QuestionViews


class InformationRequestSerializer(RecordSerializer):
    """What an auditor from outside asks for; `owner` is who answers."""

    requirement: Any = serializers.SlugRelatedField(slug_field="number", read_only=True, allow_null=True)
    asked_by = PersonField(read_only=True, allow_null=True)
    answered_by = PersonField(read_only=True, allow_null=True)
    in_room: Any = serializers.SlugRelatedField(slug_field="reference", read_only=True)

    class Meta(RecordSerializer.Meta):
        model = InformationRequest
        fields = [
            *RecordSerializer.Meta.read_only,
            *("title", "asks", "requirement", "owner", "due_on", "state", "in_room", "asked_by"),
            *("answer", "answered_by", "answered_on", "decided_on", "remark"),
        ]
        read_only_fields = fields


class AnswerQuestionIn(serializers.Serializer):
    """The answer; evidence is linked to the request at `evidence/`."""

    text = serializers.CharField()


class PassOnIn(serializers.Serializer):
    """Who answers, by mail address."""

    owner = serializers.EmailField()


@extend_schema_view(list=extend_schema(parameters=filter_parameters(QuestionViews)))
class InformationRequestApi(RecordApi):
    """Verbs need the ETag last read as If-Match; a refusal says why at a field."""

    views = QuestionViews()
    queryset = InformationRequest.objects.none()
    serializer_class = InformationRequestSerializer
    http_method_names = ["get", "head", "options", "post"]

    def verb(
        self, reference: str, may: Callable[[Any, Any], bool], act: Callable[[Any, Any], None], taken: Any, name: str
    ) -> Response:
        question = self.matched(reference, may)
        sent = taken(data=as_object(self.request.data))
        sent.is_valid(raise_exception=True)
        try:
            act(question, sent.validated_data[name])
        except Refused as refused:
            raise ValidationError({name: refused.messages}) from refused
        return self.answer(self.views.get(self.member, reference))

    def answers(self, member: Any, question: Any) -> bool:
        return asking.may_answer(question, member.user)

    def keeps(self, member: Any, question: Any) -> bool:
        return CHANGE_RECORDS in member.permissions

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=AnswerQuestionIn, responses=InformationRequestSerializer)
    @action(detail=True, methods=["post"], url_path="answer", url_name="answer")
    def say(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Answers in words, with the evidence that is linked to it."""
        by = self.member.user
        return self.verb(
            reference,
            self.answers,
            lambda one, text: asking.answer_question(one, by=by, text=text),
            AnswerQuestionIn,
            "text",
        )

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=PassOnIn, responses=InformationRequestSerializer)
    @action(detail=True, methods=["post"], url_path="pass-on")
    def pass_on(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Has somebody else of the organisation answer."""
        return self.verb(reference, self.keeps, self.hand_over, PassOnIn, "owner")

    def hand_over(self, question: Any, mail: str) -> None:
        person = people_of(self.member.organisation).filter(email__iexact=mail).first()
        if person is None:
            raise Refused(_("There is no such member."))
        asking.pass_on(question, to=person, by=self.member.user)


def register_desk(router: SimpleRouter) -> None:
    router.register("information-requests", InformationRequestApi, basename="api-information-request")
