"""Crosswalks for programs: frameworks, the coverage of one, mappings; own mappings are added and removed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as Refused
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from organisations.api import MemberApi, as_object
from organisations.api_parser import JSONParser
from organisations.roles import CHANGE_RECORDS, VIEW_RECORDS
from records.api import IDEMPOTENCY, PersonField

from .crosswalks.coverage import Coverage, Found, tallies
from .crosswalks.pages import found_for, framework_of, visible
from .crosswalks.verbs import add_mapping, remove_mapping
from .models import Mapping, OtherFramework, OtherRequirement, Relationship, Requirement, Strength
from .verdict import Mark

FRAMEWORK_ID = OpenApiParameter("id", str, OpenApiParameter.PATH, description="For example eu-ai-act.")
MAPPING_ID = OpenApiParameter("id", int, OpenApiParameter.PATH)


class CountsSerializer(serializers.Serializer[Any]):
    """Assessable requirements by what there is for them, by strong and moderate mappings only."""

    evidence = serializers.IntegerField(help_text="Related evidence exists; it says nothing about conformity.")
    no_evidence = serializers.IntegerField(help_text="Related to requirements without valid evidence.")
    not_covered = serializers.IntegerField(help_text="No strong or moderate mapping is claimed.")
    of = serializers.IntegerField()


class FrameworkSerializer(serializers.ModelSerializer):
    """A framework beside ISO/IEC 42001. `doubt` is our note on what nobody has verified, not the publisher's word."""

    id = serializers.CharField(source="code", read_only=True)
    reference = serializers.CharField(source="source", read_only=True)
    own = serializers.BooleanField(source="is_own", read_only=True)
    counts = CountsSerializer(read_only=True)

    class Meta:
        model = OtherFramework
        fields = ["id", "name", "publisher", "reference", "licence", "doubt", "note", "own", "retired_on", "counts"]
        read_only_fields = fields


class ThroughSerializer(serializers.Serializer[Any]):
    """A mapping, and what stands at its end; `mark` is null where one may not see that requirement."""

    requirement = serializers.CharField(source="served.requirement.number", help_text="Of ISO/IEC 42001.")
    title = serializers.CharField(source="served.requirement.title")
    relationship = serializers.ChoiceField(source="mapping.relationship", choices=Relationship.choices)
    strength = serializers.ChoiceField(source="mapping.strength", choices=Strength.choices)
    basis = serializers.CharField(source="mapping.basis")
    own = serializers.BooleanField(source="mapping.is_own")
    mark = serializers.ChoiceField(
        choices=[one.value for one in Mark], source="served.mark", allow_null=True, default=None
    )
    evidence_count = serializers.IntegerField(source="served.count", help_text="Valid items linked to it.")
    evidence = serializers.ListField(
        child=serializers.CharField(), source="served.evidence", help_text="Their references where they are few."
    )


class CoveredSerializer(serializers.Serializer[Any]):
    """One assessable requirement of the framework; weak mappings are listed last and counted nowhere."""

    ref = serializers.CharField(source="requirement.ref")
    title = serializers.CharField(source="requirement.title")
    parent: Any = serializers.CharField(source="requirement.parent.ref", default=None, allow_null=True)
    addressees = serializers.ListField(child=serializers.CharField(), source="requirement.addressees")
    state = serializers.ChoiceField(choices=[one.value for one in Found], source="found.value")
    mappings = ThroughSerializer(source="through", many=True)


class CoverageSerializer(serializers.Serializer[Any]):
    framework = serializers.CharField(source="framework.code")
    counts = CountsSerializer()
    requirements = CoveredSerializer(source="lines", many=True)


class MappingSerializer(serializers.ModelSerializer):
    """That a requirement of ISO/IEC 42001 relates to one of another framework. Published ones cannot be changed."""

    requirement = serializers.CharField(source="source.number", help_text="Number in ISO/IEC 42001, such as 6.1.2.")
    framework = serializers.CharField(source="target.framework.code")
    ref = serializers.CharField(source="target.ref", help_text="Its reference in the framework.")
    own = serializers.BooleanField(source="is_own", read_only=True)
    added_by = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = Mapping
        fields = ["id", "requirement", "framework", "ref", "relationship", "strength", "basis", "own", "added_by"]


class WholeOrganisationApi(MemberApi, viewsets.GenericViewSet):
    """Tells about the whole organisation, so it is for those who may read all of it."""

    turns_away = True
    parser_classes: list[type[BaseParser]] = [JSONParser]
    lookup_field = "id"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if VIEW_RECORDS not in self.member.permissions:
            raise PermissionDenied


class FrameworkApi(WholeOrganisationApi):
    queryset = OtherFramework.objects.none()
    serializer_class = FrameworkSerializer
    lookup_value_converter = "slug"

    def counted(self, frameworks: list[OtherFramework]) -> Any:
        organisation = self.member.organisation
        counts = tallies(organisation, seen_by=self.member.user, on=organisation.today())
        for one in frameworks:
            one.counts = counts.get(one.pk)  # type: ignore[attr-defined]
        return FrameworkSerializer(frameworks, many=True).data

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(visible(self.member))
        return self.get_paginated_response(self.counted(page or []))

    @extend_schema(parameters=[FRAMEWORK_ID])
    def retrieve(self, request: Request, id: str, **kwargs: Any) -> Response:
        return Response(self.counted([framework_of(self.member, id)])[0])

    @extend_schema(parameters=[FRAMEWORK_ID], responses=CoverageSerializer)
    @action(detail=True, methods=["get"], pagination_class=None)
    def coverage(self, request: Request, id: str, **kwargs: Any) -> Response:
        """Each requirement with what the AIMS already has, as on the page; nothing of it means conformity."""
        found: Coverage = found_for(self.member, framework_of(self.member, id))
        return Response(CoverageSerializer(found).data)


class MappingApi(WholeOrganisationApi):
    queryset = Mapping.objects.none()
    serializer_class = MappingSerializer
    lookup_value_converter = "int"

    def mappings(self) -> Any:
        found: Any = Mapping.objects.visible_to(self.member.user).of(self.member.organisation)
        return found.select_related("source", "target__framework", "added_by").in_order()

    @extend_schema(
        parameters=[
            OpenApiParameter("framework", str, description="Id of the framework."),
            OpenApiParameter("requirement", str, description="Number in ISO/IEC 42001."),
            OpenApiParameter("strength", str, enum=Strength.values),
            OpenApiParameter("own", OpenApiTypes.BOOL, description="Only own ones, or only published ones."),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        given = Asked(data=request.query_params.dict())
        given.is_valid(raise_exception=True)
        page = self.paginate_queryset(self.mappings().filter(**given.conditions))
        return self.get_paginated_response(MappingSerializer(page, many=True).data)

    @extend_schema(parameters=[MAPPING_ID])
    def retrieve(self, request: Request, id: int, **kwargs: Any) -> Response:
        return Response(MappingSerializer(get_object_or_404(self.mappings(), pk=id)).data)

    @extend_schema(parameters=[IDEMPOTENCY], responses={201: MappingSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Adds an own mapping; its basis is mandatory."""
        if CHANGE_RECORDS not in self.member.permissions:
            raise PermissionDenied
        return self.once(self.added)

    def added(self) -> Response:
        given = MappingSerializer(data=as_object(self.request.data))
        given.is_valid(raise_exception=True)
        sent = given.validated_data
        framework = visible(self.member).filter(code=sent["target"]["framework"]["code"]).first()
        target = OtherRequirement.objects.select_related("framework").filter(
            framework=framework, ref=sent["target"]["ref"]
        )
        source = Requirement.objects.assessable().filter(number=sent["source"]["number"])
        found = {"framework": framework, "ref": target.first(), "requirement": source.first()}
        if missing := {name: [_("There is no such one.")] for name, one in found.items() if one is None}:
            raise ValidationError(missing)
        how = {name: sent[name] for name in ("relationship", "strength", "basis")}
        try:
            mapping = add_mapping(
                self.member.organisation, source=found["requirement"], target=found["ref"], by=self.member.user, **how
            )
        except Refused as error:
            renamed = {"source": "requirement", "target": "ref"}
            said = {renamed.get(name, name): words for name, words in error.message_dict.items()}
            raise ValidationError(said) from error
        answer = Response(MappingSerializer(mapping).data, status=201)
        answer["Location"] = self.request.build_absolute_uri(f"{self.request.path}{mapping.pk}/")
        return answer

    @extend_schema(parameters=[MAPPING_ID], responses={204: None})
    def destroy(self, request: Request, id: int, **kwargs: Any) -> Response:
        """Removes an own mapping; the history keeps it. A published one cannot be removed: 403."""
        mapping = get_object_or_404(self.mappings(), pk=id)
        if CHANGE_RECORDS not in self.member.permissions or not mapping.is_own:
            raise PermissionDenied
        remove_mapping(mapping, by=self.member.user)
        return Response(status=204)


class Asked(serializers.Serializer[Any]):
    """The filters of a list of mappings."""

    framework = serializers.CharField(required=False)
    requirement = serializers.CharField(required=False)
    strength = serializers.ChoiceField(choices=Strength.choices, required=False)
    own = serializers.BooleanField(required=False)

    @property
    def conditions(self) -> dict[str, Any]:
        names = {
            "framework": "target__framework__code",
            "requirement": "source__number",
            "strength": "strength",
        }
        found = {names[name]: value for name, value in self.validated_data.items() if name in names}
        if "own" in self.validated_data:
            found["organisation__isnull"] = not self.validated_data["own"]
        return found


def register_crosswalks(router: SimpleRouter) -> None:
    router.register("frameworks", FrameworkApi, basename="api-framework")
    router.register("mappings", MappingApi, basename="api-mapping")
