"""Reports and the dashboard for programs: the same figures as Home and the PDF."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as Refused
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api import MemberApi, as_object
from organisations.api_errors import Unreadable
from organisations.roles import REQUEST_REPORTS, VIEW_RECORDS
from records.api import IDEMPOTENCY, PersonField
from records.models import Record
from records.past.days import first_day

from .actions import ask_for_report
from .asking import parameters_of
from .dashboard import DashboardSerializer, dashboard
from .models import Report
from .views import reports as pages

REPORT_ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)


class ReportSerializer(serializers.ModelSerializer):
    """One report; `pages`, `size` and `sha256` are there once it is done."""

    requested_by = PersonField(read_only=True)
    subject = serializers.CharField(
        source="subject.reference", read_only=True, allow_null=True, help_text="Reference of the record it is about."
    )

    class Meta:
        model = Report
        fields = [
            *(
                "id",
                "reference",
                "kind",
                "format",
                "subject",
                "state",
                "progress",
                "pages",
                "size",
                "sha256",
                "code",
                "error",
            ),
            *("requested_by", "requested_at", "as_of", "finished_at"),
        ]
        read_only_fields = fields


class ReportIn(serializers.Serializer):
    kind = serializers.ChoiceField(choices=Report.Kind.choices)
    subject = serializers.CharField(
        required=False,
        max_length=30,
        help_text="Reference of the record: of a Statement of Applicability, an impact assessment, an AI system. "
        "An evidence pack is of the audit or AI system named here, else of everything.",
    )
    framework = serializers.CharField(
        required=False, max_length=60, help_text="Of a coverage: id of the framework, such as eu-ai-act."
    )
    format = serializers.ChoiceField(
        choices=Report.Format.choices, required=False, help_text="`xlsx` for kinds whose content is rows; else `pdf`."
    )
    person = serializers.EmailField(
        required=False, help_text="Mail address of the member whom an interview sheet is for; else yourself."
    )


class PdfRenderer(BaseRenderer):
    """Only says that the file may be asked for; it is sent as it is, in the format of the report."""

    media_type, format, charset = "application/pdf", "pdf", None

    def render(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        return JSONRenderer().render(data)


class ZipRenderer(PdfRenderer):
    media_type, format = "application/zip", "zip"


FILES = (PdfRenderer, ZipRenderer)


def pack_of(subject: Record | None) -> dict[str, Any]:
    """How an evidence pack of a record, or of everything, is asked for. Raises ValidationError."""
    scopes = {"audit": "audit", "ai-system": "system"}
    if subject is not None and subject.kind not in scopes:
        raise ValidationError({"subject": [_("An evidence pack is of an audit or of an AI system.")]})
    parameters = {scopes[subject.kind]: subject.reference} if subject else {}
    return {"format": Report.Format.ZIP, "parameters": parameters}


class WholeApi(MemberApi):
    """Tells about the whole organisation, so it is for those who may read all of it."""

    turns_away = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if VIEW_RECORDS not in self.member.permissions:
            raise PermissionDenied


class ReportApi(WholeApi, viewsets.GenericViewSet):
    queryset = Report.objects.none()
    serializer_class = ReportSerializer
    lookup_field = "id"
    lookup_value_converter = "uuid"

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(pages.visible(self.member).order_by("-requested_at", "-number"))
        return self.get_paginated_response(ReportSerializer(page, many=True).data)

    @extend_schema(parameters=[REPORT_ID])
    def retrieve(self, request: Request, id: UUID, **kwargs: Any) -> Response:
        return Response(ReportSerializer(get_object_or_404(pages.visible(self.member), pk=id)).data)

    @extend_schema(request=ReportIn, responses={202: ReportSerializer}, parameters=[IDEMPOTENCY])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Asks for a report; ask for the row again until its state is `done`."""
        if REQUEST_REPORTS not in self.member.permissions:
            raise PermissionDenied
        return self.once(self.asked)

    def asked(self) -> Response:
        given = ReportIn(data=as_object(self.request.data))
        given.is_valid(raise_exception=True)
        member, kind = self.member, given.validated_data["kind"]
        subject = self.subject(given.validated_data.get("subject"))
        key = self.request.headers.get("Idempotency-Key") or str(uuid4())
        try:
            wanted = self.wanted(kind, given.validated_data, subject)
            report = ask_for_report(member.organisation, kind=kind, by=member.user, key=key, **wanted)
        except Refused as error:
            raise ValidationError(error.message_dict) from error
        location = self.request.build_absolute_uri(f"{self.request.path}{report.pk}/")
        return Response(ReportSerializer(report).data, status=202, headers={"Location": location})

    def wanted(self, kind: str, given: dict[str, Any], subject: Record | None) -> dict[str, Any]:
        """Subject, format and parameters. Raises Django's ValidationError."""
        if kind == Report.Kind.EVIDENCE_PACK:
            return pack_of(subject)
        parameters = parameters_of(kind, given, organisation=self.member.organisation, by=self.member.user)
        return {"subject": subject, "format": given.get("format", Report.Format.PDF), "parameters": parameters}

    def subject(self, reference: str | None) -> Record | None:
        if reference is None:
            return None
        found = Record.objects.visible_to(self.member.user).of(self.member.organisation).filter(reference=reference)
        if (record := found.first()) is None:
            raise ValidationError({"subject": [_("There is no such record.")]})
        return record

    @extend_schema(parameters=[REPORT_ID], responses={(200, one.media_type): OpenApiTypes.BINARY for one in FILES})
    @action(detail=True, methods=["get"], renderer_classes=[JSONRenderer, *FILES])
    def download(self, request: Request, id: UUID, **kwargs: Any) -> Any:
        """The file, hashed again before it is sent; 404 until the report is done. Of an archive also a `Range`."""
        answer = pages.download(self.member, report_id=id)
        if answer.status_code == 500:
            raise Unreadable
        return answer


ON = OpenApiParameter(
    "on",
    OpenApiTypes.DATE,
    description="The day of which the facts are; else today at the organisation. On a day gone by the records are read "
    "as they were at its end; of a day ahead only the dates are judged. Before the organisation's first record: 400.",
)


class DashboardApi(WholeApi):
    serializer_class = DashboardSerializer

    @extend_schema(
        parameters=[ON],
        responses=DashboardSerializer,
        operation_id="dashboard_retrieve",
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response(dashboard(self.member.organisation, self.member.user, day_asked(self.member)))


def day_asked(request: Any) -> date:
    text = request.GET.get("on")
    if text is None:
        today: date = request.organisation.today()
        return today
    try:
        day = date.fromisoformat(text)
        day = day if day.year < 9000 and len(text) == len("2026-11-23") else date.fromisoformat("")
    except ValueError as error:
        raise ValidationError({"on": [_("Give a day as YYYY-MM-DD.")]}) from error
    first = first_day(request.organisation)
    if day < first:
        words = _("Nothing was on record here before %(day)s.") % {"day": first.isoformat()}
        raise ValidationError({"on": [words]})
    return day
