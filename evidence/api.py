"""Evidence for programs: the library, new items with a file or a link, and further versions."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api import as_object
from organisations.api_errors import refusal
from organisations.api_parser import JSONParser
from records.api import IDEMPOTENCY, REFERENCE, CreatingApi, RecordSerializer, filter_parameters
from records.api_forms import errors_of
from records.models import Record

from .admitting import admitted
from .checking import Refused
from .forms import NewEvidenceForm, VersionForm
from .models import Evidence, EvidenceVersion, Kind
from .references import in_order
from .views import EvidenceViews

DATES = ("produced_on", "covers_from", "covers_to", "valid_until")


class VersionSerializer(serializers.ModelSerializer):
    """One file or link as it came in."""

    reference = serializers.CharField(source="evidence.reference", read_only=True)
    version = serializers.IntegerField(source="number", read_only=True)

    class Meta:
        model = EvidenceVersion
        fields = ["reference", "version", "sha256", "filename", "content_type", "size", "url", "note", "added_at"]
        read_only_fields = fields


class EvidenceSerializer(RecordSerializer):
    """An item of the library; `version`, `sha256`, `filename`, `size` and `url` are those of its newest version."""

    version = serializers.IntegerField(source="latest.number", read_only=True, default=None, allow_null=True)
    sha256 = serializers.CharField(source="latest.sha256", read_only=True, default="")
    filename = serializers.CharField(source="latest.filename", read_only=True, default="")
    size = serializers.IntegerField(source="latest.size", read_only=True, default=None, allow_null=True)
    url = serializers.CharField(source="latest.url", read_only=True, default="")
    state = serializers.SerializerMethodField()
    proves = serializers.SerializerMethodField(help_text="References of what it proves, as far as one may see it.")

    class Meta(RecordSerializer.Meta):
        model = Evidence
        fields = [
            *("reference", "title", "evidence_kind", "description", "owner", "proves", "state", *DATES),
            *("received_on", "review_on", "review_every", "version", "sha256", "filename", "size", "url", "changed_at"),
        ]
        read_only_fields = fields

    def get_state(self, item: Evidence) -> str:
        return str(item.state(item.organisation.today()).value)

    def get_proves(self, item: Evidence) -> list[str]:
        return in_order(proof.record.reference for proof in item.proofs.all())


class DatesIn(serializers.Serializer):
    produced_on = serializers.DateField(required=False, allow_null=True)
    covers_from = serializers.DateField(required=False, allow_null=True)
    covers_to = serializers.DateField(required=False, allow_null=True)
    valid_until = serializers.DateField(required=False, allow_null=True)


class MetadataIn(DatesIn):
    title = serializers.CharField(max_length=200)
    evidence_kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    description = serializers.CharField(required=False, allow_blank=True)
    owner = serializers.EmailField(required=False, help_text="Mail address of a member; else you.")
    proves = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="References, such as 6.1.2, A.6.2.4 or AIS-01."
    )
    review_on = serializers.DateField(required=False, allow_null=True)
    review_every = serializers.IntegerField(required=False, allow_null=True, min_value=0)


class EvidenceIn(MetadataIn):
    file = serializers.FileField(required=False)
    url = serializers.URLField(required=False, help_text="Instead of a file.")


class VersionIn(DatesIn):
    file = serializers.FileField(required=False)
    url = serializers.URLField(required=False, help_text="Instead of a file.")
    note = serializers.CharField(required=False, max_length=300)


@extend_schema_view(
    list=extend_schema(parameters=filter_parameters(EvidenceViews)),
    create=extend_schema(request={"multipart/form-data": EvidenceIn, "application/json": EvidenceIn}),
    partial_update=extend_schema(request=MetadataIn(partial=True)),
)
class EvidenceApi(CreatingApi):
    views = EvidenceViews()
    queryset = Evidence.objects.none()
    serializer_class = EvidenceSerializer
    parser_classes = [MultiPartParser, JSONParser]

    def make(self, given: dict[str, Any]) -> Any:
        changes = {"evidence_kind": Kind.DOCUMENT.value} | plain(given)
        return self.save(NewEvidenceForm(**self.who()), changes, self.files())

    def change(self, record: Any, changes: dict[str, Any]) -> None:
        super().change(record, plain(changes))

    def files(self) -> Any:
        """The files that came, once they are found good: before any row is locked, as a scanner may take its time."""
        for name, file in self.request.FILES.items():
            try:
                admitted(file)
            except Refused as error:
                raise refusal(error, name) from error
        return self.request.FILES or None

    @extend_schema(
        parameters=[REFERENCE, IDEMPOTENCY],
        request={"multipart/form-data": VersionIn, "application/json": VersionIn},
        responses={201: VersionSerializer},
    )
    @action(detail=True, methods=["post"])
    def versions(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """The next file or link; the ones before it stay."""
        evidence = self.views.get(self.member, reference)
        if not self.views.may_change(self.member, evidence):
            raise PermissionDenied
        return self.once(lambda: self.add(reference))

    def add(self, reference: str) -> Response:
        files = self.files()
        evidence = self.views.get(self.member, reference)
        Record.objects.select_for_update().get(pk=evidence.pk)
        evidence = self.views.get(self.member, reference)
        given = plain(as_object(self.request.data))
        unknown = given.keys() - VersionIn().fields.keys()
        if unknown:
            raise ValidationError({name: [_("This cannot be set here.")] for name in unknown})
        data = {name: str(value) for name, value in given.items() if value is not None}
        form = VersionForm(data, files, evidence=evidence)
        if not form.is_valid():
            raise errors_of(form)
        try:
            version = form.save(by=self.member.user)
        except Refused as error:
            raise refusal(error, "file") from error
        return Response(VersionSerializer(version).data, status=201)


def plain(given: Any) -> dict[str, Any]:
    """Values by name; of a form only `proves` may be there several times. Files come in by themselves."""
    if hasattr(given, "lists"):
        given = {name: values if name == "proves" else values[-1] for name, values in given.lists()}
    return {name: value for name, value in given.items() if name != "file"}
