"""History for programs: every change of the records one may see, newest first."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api import MemberApi
from organisations.models import User

from .api_forms import errors_of
from .journal import Asked, changes
from .log_filter import LogFilter, as_text, with_query
from .models import Record
from .timeline import Change, log

ACTIONS: dict[str, Literal["created", "changed", "deleted"]]
ACTIONS = {"insert": "created", "update": "changed", "delete": "deleted"}


class LineSerializer(serializers.Serializer):
    field = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class ChangeSerializer(serializers.Serializer):
    """What one transaction did to one record and to what hangs on it, or to the organisation, a member or a key."""

    at = serializers.DateTimeField(source="told_at")
    person = serializers.CharField(source="by", allow_blank=True)
    through = serializers.CharField(help_text="The page, key, job or command it came through.")
    action = serializers.SerializerMethodField()
    record = serializers.CharField(source="reference", allow_blank=True, help_text="Empty where it is no record.")
    title = serializers.CharField(source="subject")
    changes = LineSerializer(many=True)

    def get_action(self, change: Change) -> Literal["created", "changed", "deleted"]:
        return ACTIONS[change.verb]


class HistorySerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True, help_text="The page of older changes.")
    results = ChangeSerializer(many=True)


class HistoryApi(MemberApi):
    serializer_class = HistorySerializer

    @extend_schema(
        parameters=[
            OpenApiParameter("record", str, description="Reference of one record."),
            OpenApiParameter("person", str, description="Mail address of whoever made the change."),
            OpenApiParameter("kind", str, description="Kind of record, for example ai-system, or member."),
            OpenApiParameter("day", OpenApiTypes.DATE, description="The day at the organisation."),
            OpenApiParameter("from", OpenApiTypes.DATE, description="The first day."),
            OpenApiParameter("to", OpenApiTypes.DATE, description="The last day."),
            OpenApiParameter("before", str, description="As `next` of the page before has it."),
            OpenApiParameter("rows", int),
        ],
        responses=HistorySerializer,
        operation_id="history_list",
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        asked = self.asked()
        keys, more = changes(asked, self.rows()) if asked else ([], False)
        older = request.build_absolute_uri(with_query(self.member, before=as_text(keys[-1]))) if more else None
        found = log(asked, keys) if asked else []
        return Response({"next": older, "results": ChangeSerializer(found, many=True).data})

    def rows(self) -> int:
        wanted = self.member.GET.get("rows", "")
        return max(1, min(int(wanted), 100)) if wanted.isdecimal() and len(wanted) < 9 else 50

    def asked(self) -> Asked | None:
        """None where a record or person is named that the organisation does not have. Raises ValidationError."""
        data, record = self.member.GET.copy(), None
        if reference := data.get("record", "").replace("\x00", ""):
            visible = Record.objects.visible_to(self.member.user).of(self.member.organisation)
            record = own_of(visible.filter(reference__iexact=reference).first())
            if record is None:
                return None
        if mail := data.get("person", "").replace("\x00", ""):
            person = User.objects.filter(email__iexact=mail).first()
            data["person"] = str(person.pk) if person else "-"
        form = LogFilter(self.member, data, record)
        form.is_valid()
        if form.errors.keys() == {"person"}:
            return None
        if form.errors:
            raise errors_of(form)
        return form.asked()


def own_of(record: Record | None) -> Record | None:
    """The record as the class of its own kind."""
    kind = next((kind for kind in Record.__subclasses__() if record and record.kind == kind.KIND), None)
    return kind._default_manager.get(pk=record.pk) if record and kind else None
