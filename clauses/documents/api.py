"""Documents for programs: with their versions, submitted, approved, returned, read and understood (ISO 42001 7.5)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clauses.models import Document, DocumentVersion, Position, Reading
from evidence.admitting import admitted
from evidence.checking import Refused
from organisations.api import as_object
from organisations.api_errors import refusal
from organisations.api_parser import JSONParser
from organisations.roles import VIEW_RECORDS
from records.api import IDEMPOTENCY, REFERENCE, CreatingApi, PersonField, RecordSerializer, filter_parameters
from records.api_approval import DecidingApi
from records.api_forms import errors_of
from records.approvable import Standing
from records.models import Record

from .forms import DocumentForm, VersionForm
from .version_pages import approval, keep_written
from .views import DocumentViews, versions_for
from .writing import confirm_reading

NUMBER = OpenApiParameter("number", int, OpenApiParameter.PATH)
DERIVED = ("in_force", "in_force_since", "newest_version", "newest_state")


class ReadingSerializer(serializers.ModelSerializer):
    """That somebody was asked to read the version in force, and when they confirmed it."""

    person = PersonField(read_only=True)
    version = serializers.IntegerField(source="read_version.number", read_only=True)

    class Meta:
        model = Reading
        fields = ["person", "version", "asked_on", "due_on", "confirmed_at"]


class DocumentVersionSerializer(serializers.ModelSerializer):
    """One version; `number` counts them, `label` is the version as people write it."""

    author = PersonField(read_only=True, allow_null=True)
    submitted_by = PersonField(read_only=True, allow_null=True)
    decided_by = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = DocumentVersion
        fields = [
            *("number", "label", "state", "change_note", "author", "written_at", "effective_on"),
            *("sha256", "filename", "content_type", "size", "submitted_by", "submitted_at"),
            *("decided_by", "decided_on", "decision_note"),
        ]


class VersionWithText(DocumentVersionSerializer):
    """One version with its text, which is empty where it is a file."""

    class Meta(DocumentVersionSerializer.Meta):
        fields = [*DocumentVersionSerializer.Meta.fields, "text"]


class DocumentSerializer(RecordSerializer):
    """A document. What it says stands in its versions; the last four fields are derived from them."""

    positions: Any = serializers.SlugRelatedField(
        slug_field="reference", queryset=Position.objects.none(), many=True, required=False
    )
    approver = PersonField(allow_null=True, required=False)
    readers: Any = PersonField(many=True, required=False)
    in_force = serializers.CharField(source="holds", read_only=True, allow_null=True)
    in_force_since = serializers.DateField(source="holds_from", read_only=True, allow_null=True)
    newest_version = serializers.CharField(source="newest_label", read_only=True, allow_null=True)
    newest_state = serializers.ChoiceField(choices=Standing.choices, read_only=True, allow_null=True)

    class Meta(RecordSerializer.Meta):
        model = Document
        fields = [*RecordSerializer.Meta.read_only, *DocumentForm.Meta.fields, *DERIVED]
        read_only_fields = RecordSerializer.Meta.read_only


class DocumentWithVersions(DocumentSerializer):
    """One document with its versions, the newest first, and who was asked to read the one in force.

    A reader is told of nobody else.
    """

    versions = serializers.SerializerMethodField()
    readings = serializers.SerializerMethodField()

    class Meta(DocumentSerializer.Meta):
        fields = [*DocumentSerializer.Meta.fields, "versions", "readings"]

    @extend_schema_field(DocumentVersionSerializer(many=True))
    def get_versions(self, document: Document) -> Any:
        versions = versions_for(self.context["member"], document).select_related("author", "submitted_by", "decided_by")
        return DocumentVersionSerializer(versions, many=True).data

    @extend_schema_field(ReadingSerializer(many=True))
    def get_readings(self, document: Document) -> Any:
        member = self.context["member"]
        of_it = Reading.objects.filter(read_version__document=document, read_version__state=Standing.APPROVED)
        if VIEW_RECORDS not in member.permissions and document.owner_id != member.user.pk:
            of_it = of_it.filter(person=member.user)
        return ReadingSerializer(of_it.select_related("person", "read_version"), many=True).data


class DocumentVersionIn(serializers.Serializer):
    """The next version: `text` in Markdown, or a file."""

    label = serializers.CharField(max_length=20)  # type: ignore[assignment]
    text = serializers.CharField(required=False, max_length=DocumentVersion.LONGEST)
    file = serializers.FileField(required=False)
    change_note = serializers.CharField(required=False, max_length=300)
    effective_on = serializers.DateField(required=False, allow_null=True)


class AcknowledgedIn(serializers.Serializer):
    version = serializers.IntegerField(help_text="Number of the version that was read.")


@extend_schema_view(
    list=extend_schema(parameters=filter_parameters(DocumentViews)),
    retrieve=extend_schema(parameters=[REFERENCE], responses=DocumentWithVersions),
    create=extend_schema(responses={201: DocumentWithVersions}),
    partial_update=extend_schema(responses=DocumentWithVersions),
    submit=extend_schema(responses=DocumentWithVersions),
    approve=extend_schema(responses=DocumentWithVersions),
    send_back=extend_schema(responses=DocumentWithVersions),
)
class DocumentApi(DecidingApi, CreatingApi):
    views = DocumentViews()
    approval = approval
    queryset = Document.objects.none()
    serializer_class = DocumentSerializer

    def shown(self, record: Any) -> Any:
        context = {**self.get_serializer_context(), "member": self.member}
        return DocumentWithVersions(record, context=context).data

    def version_of(self, record: Any) -> DocumentVersion:
        newest: DocumentVersion | None = record.latest
        if newest is None:
            raise ValidationError({"non_field_errors": [_("Nothing was written yet.")]})
        return newest

    @extend_schema(
        parameters=[REFERENCE, IDEMPOTENCY],
        request={"multipart/form-data": DocumentVersionIn, "application/json": DocumentVersionIn},
        responses={201: VersionWithText},
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser, JSONParser])
    def versions(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """The next version, as a draft; the ones before it stay."""
        document = self.views.get(self.member, reference)
        if not self.views.may_change(self.member, document):
            raise PermissionDenied
        return self.once(lambda: self.written(reference))

    def written(self, reference: str) -> Response:
        given = {name: one for name, one in as_object(self.request.data).items() if name != "file"}
        files = self.files()
        document = self.views.get(self.member, reference)
        Record.objects.select_for_update().get(pk=document.pk)
        if unknown := given.keys() - DocumentVersionIn().fields.keys():
            raise ValidationError({name: [_("This cannot be set here.")] for name in unknown})
        if any(isinstance(one, dict | list | bool) for one in given.values()):
            raise ValidationError({"non_field_errors": [_("This is not of the right type.")]})
        newest = document.latest
        data = {name: str(one) for name, one in given.items() if one is not None}
        form = VersionForm(data | {"began_at": str(newest.number if newest else 0)}, files, document=document)
        version = keep_written(document, form, by=self.member.user) if form.is_valid() else None
        if version is None:
            raise errors_of(form)
        return Response(VersionWithText(version).data, status=201)

    def files(self) -> Any:
        """The files that came, found good before any row is locked."""
        for name, file in self.request.FILES.items():
            try:
                admitted(file)
            except Refused as error:
                raise refusal(error, name) from error
        return self.request.FILES or None

    @extend_schema(parameters=[REFERENCE, NUMBER], request=None, responses=VersionWithText)
    @action(detail=True, methods=["get"], url_path="versions/<int:number>")
    def one_version(self, request: Request, reference: str, number: int, **kwargs: Any) -> Response:
        """One version with its text."""
        document = self.views.get(self.member, reference)
        versions = versions_for(self.member, document).select_related("author", "submitted_by", "decided_by")
        return Response(VersionWithText(get_object_or_404(versions, number=number)).data)

    @extend_schema(parameters=[REFERENCE, IDEMPOTENCY], request=AcknowledgedIn, responses=DocumentWithVersions)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Says that one has read and understood the version in force; only who was asked to read it."""
        document = self.views.get(self.member, reference)
        asked = Reading.objects.filter(read_version__document=document, person=self.member.user)
        if not asked.exists():
            raise PermissionDenied
        return self.once(lambda: self.acknowledged(document))

    def acknowledged(self, document: Document) -> Response:
        number = as_object(self.request.data).get("version")
        if type(number) is not int:
            raise ValidationError({"version": [_("Say the number of the version that you have read.")]})
        confirm_reading(document, by=self.member.user, number=number)
        return self.answer(self.views.get(self.member, document.reference))
