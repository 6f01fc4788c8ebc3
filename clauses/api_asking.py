"""Actions and evidence requests for programs: asked, changed, listed, and taken forward by a verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as Refused
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from organisations.api import as_object
from records.api import IDEMPOTENCY, REFERENCE, CreatingApi, PersonField, RecordSerializer, filter_parameters
from records.models import Record

from .asking import verbs
from .asking.request_pages import EvidenceRequestForm, EvidenceRequestViews, delivered_of
from .asking.task_pages import TaskForm, TaskViews
from .models import EvidenceRequest, Position, Task


def about(queryset: Any, **options: Any) -> serializers.SlugRelatedField:
    """A record by reference, one that the person may see."""
    return serializers.SlugRelatedField(slug_field="reference", queryset=queryset, **options)


class TaskSerializer(RecordSerializer):
    """An action; `owner` does it. It is done or withdrawn at its own addresses."""

    about = about(Record.objects.none(), required=False, allow_null=True)
    asked_by = PersonField(read_only=True, allow_null=True)
    closed_by = PersonField(read_only=True, allow_null=True)

    class Meta(RecordSerializer.Meta):
        model = Task
        fields = [
            *RecordSerializer.Meta.read_only,
            *TaskForm.Meta.fields,
            *("state", "asked_by", "result", "closed_by", "closed_on"),
        ]
        read_only_fields = (*RecordSerializer.Meta.read_only, "state", "result", "closed_on")


class EvidenceRequestSerializer(RecordSerializer):
    """A request for evidence; `owner` is who is asked, `about` the requirement."""

    about = about(Position.objects.none())
    asked_by = PersonField(read_only=True, allow_null=True)
    delivered_by = PersonField(read_only=True, allow_null=True)
    decided_by = PersonField(read_only=True, allow_null=True)

    class Meta(RecordSerializer.Meta):
        model = EvidenceRequest
        fields = [
            *RecordSerializer.Meta.read_only,
            *EvidenceRequestForm.Meta.fields,
            *("state", "asked_by", "delivered_by", "delivered_on", "decided_by", "decided_on", "remark"),
        ]
        read_only_fields = (*RecordSerializer.Meta.read_only, "state", "delivered_on", "decided_on", "remark")


class TextSerializer(serializers.Serializer[Any]):
    """What is said with a verb: a result, a remark or a reason."""

    text = serializers.CharField(required=False, allow_blank=True)


class AskingApi(CreatingApi):
    """Verbs take `{"text": …}`, answer with the record, and 400 where it cannot be done now."""

    def verb(self, reference: str, *, allowed: Callable[[Any], bool], act: Callable[[Any, str], None]) -> Response:
        asked = self.views.get(self.member, reference)
        if not allowed(asked):
            raise PermissionDenied
        return self.once(lambda: self.acted(asked, act))

    def acted(self, asked: Any, act: Callable[[Any, str], None]) -> Response:
        sent = TextSerializer(data=as_object(self.request.data))
        sent.is_valid(raise_exception=True)
        try:
            act(asked, sent.validated_data.get("text", ""))
        except Refused as refused:
            raise ValidationError({"text": refused.messages}) from refused
        return self.answer(self.views.get(self.member, asked.reference))

    def is_asked(self, asked: Any) -> bool:
        return verbs.may_answer(asked, self.member.user)

    def keeps(self, asked: Any) -> bool:
        return verbs.keeps_records(self.member.user, self.member.organisation)

    def decides(self, asked: Any) -> bool:
        return not verbs.refusal(asked, self.member.user)


VERB: dict[str, Any] = {"parameters": [REFERENCE, IDEMPOTENCY], "request": TextSerializer}


@extend_schema_view(list=extend_schema(parameters=filter_parameters(TaskViews)))
class TaskApi(AskingApi):
    views = TaskViews()
    queryset = Task.objects.none()
    serializer_class = TaskSerializer

    @extend_schema(**VERB, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Says that it is done; `text` is what came of it."""
        by = self.member.user
        return self.verb(
            reference, allowed=self.is_asked, act=lambda task, text: verbs.finish_task(task, by=by, result=text)
        )

    @extend_schema(**VERB, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Gives it up; `text` says why."""
        by = self.member.user
        return self.verb(
            reference, allowed=self.keeps, act=lambda task, text: verbs.withdraw_task(task, by=by, reason=text)
        )


@extend_schema_view(list=extend_schema(parameters=filter_parameters(EvidenceRequestViews)))
class EvidenceRequestApi(AskingApi):
    views = EvidenceRequestViews()
    queryset = EvidenceRequest.objects.none()
    serializer_class = EvidenceRequestSerializer

    @extend_schema(**VERB, responses=EvidenceRequestSerializer)
    @action(detail=True, methods=["post"])
    def deliver(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Says that the evidence linked to the request is what was asked for."""
        by = self.member.user
        return self.verb(
            reference, allowed=self.is_asked, act=lambda asked, text: verbs.deliver(asked, by=by, remark=text)
        )

    @extend_schema(**VERB, responses=EvidenceRequestSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Accepts the evidence that is linked to it now; it then proves the requirement."""

        def act(asked: EvidenceRequest, text: str) -> None:
            verbs.accept(asked, by=self.member.user, shown=delivered_of(self.member, asked), remark=text)

        return self.verb(reference, allowed=self.decides, act=act)

    @extend_schema(**VERB, responses=EvidenceRequestSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Returns what was delivered; `text` says why."""
        by = self.member.user
        return self.verb(
            reference, allowed=self.decides, act=lambda asked, text: verbs.send_back(asked, by=by, reason=text)
        )

    @extend_schema(**VERB, responses=EvidenceRequestSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Gives the request up; `text` says why."""
        by = self.member.user
        return self.verb(
            reference, allowed=self.keeps, act=lambda asked, text: verbs.withdraw(asked, by=by, reason=text)
        )


def register_asking(router: SimpleRouter) -> None:
    router.register("actions", TaskApi, basename="api-task")
    router.register("evidence-requests", EvidenceRequestApi, basename="api-evidence-request")
