"""Treatments, treatment plans and acceptances for programs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied as Refused
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api import MemberApi, as_object
from organisations.api_parser import JSONParser
from records.api import (
    IDEMPOTENCY,
    IF_MATCH,
    REFERENCE,
    CreatingApi,
    PersonField,
    RecordApi,
    RecordSerializer,
    filter_parameters,
)
from records.api_forms import errors_of, posted, refuse_names
from records.models import Record
from risks.models import Acceptance, Risk, Treatment, TreatmentPlan
from risks.register.views import risk_views
from risks.treatment.acceptance_forms import AcceptanceForm
from risks.treatment.accepting import accept_risk, refusal, residual_of, standing_of
from risks.treatment.forms import TreatmentForm, VerificationForm
from risks.treatment.plan_pages import TreatmentPlanViews
from risks.treatment.treating import OWNS, fail_verification, has_owned, verify
from risks.treatment.views import TreatmentViews


class VerificationIn(serializers.Serializer):
    result = serializers.CharField(help_text="What verification showed, good or bad.")
    works = serializers.BooleanField(required=False, help_text="False sends it back to work. True if left out.")


VERIFIED = ("result", "verified_by", "verified_on")


class TreatmentSerializer(RecordSerializer):
    """A line of treatment. That it is verified is a step of its own, by another person than its owner."""

    treats: Any = serializers.SlugRelatedField(slug_field="reference", queryset=Risk.objects.none())
    controls: Any = serializers.SlugRelatedField(
        slug_field="reference", queryset=Record.objects.none(), many=True, required=False
    )
    expected_score = serializers.IntegerField(read_only=True, allow_null=True)
    verified_by = PersonField(read_only=True, allow_null=True)

    class Meta(RecordSerializer.Meta):
        model = Treatment
        fields = [*RecordSerializer.Meta.read_only, *TreatmentForm.Meta.fields, "expected_score", *VERIFIED]
        read_only_fields = (*RecordSerializer.Meta.read_only, "expected_score", *VERIFIED)


@extend_schema_view(list=extend_schema(parameters=filter_parameters(TreatmentViews)))
class TreatmentApi(CreatingApi):
    views = TreatmentViews()
    queryset = Treatment.objects.none()
    serializer_class = TreatmentSerializer

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=VerificationIn)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Verifies what is implemented; 403 for who owns or ever owned it. What does not work goes back to work."""
        treatment = self.changeable(reference)
        given = dict(as_object(request.data))
        works = given.pop("works", True)
        if not isinstance(works, bool):
            raise ValidationError({"works": [_("Send true or false.")]})
        if works and has_owned(self.member.user, treatment):
            raise Refused(OWNS)
        form = VerificationForm(posted(VerificationForm(), given))
        if not form.is_valid():
            raise errors_of(form)
        act = verify if works else fail_verification
        act(treatment, by=self.member.user, result=form.cleaned_data["result"])
        return self.answer(self.views.get(self.member, reference))


class TreatmentPlanSerializer(RecordSerializer):
    """A version of the plan; `lines` are those that were submitted, empty for a draft."""

    lines: Any = serializers.ListField(source="content", child=serializers.DictField(), read_only=True)
    submitted_by = PersonField(read_only=True, allow_null=True)
    decided_by = PersonField(read_only=True, allow_null=True)

    class Meta(RecordSerializer.Meta):
        model = TreatmentPlan
        fields = [
            *RecordSerializer.Meta.read_only,
            *("title", "owner", "review_on", "number", "state", "change_note", "submitted_by", "submitted_at"),
            *("decided_by", "decided_on", "decision_note", "fingerprint", "lines"),
        ]
        read_only_fields = fields


@extend_schema_view(list=extend_schema(parameters=filter_parameters(TreatmentPlanViews)))
class TreatmentPlanApi(RecordApi):
    """Read only: a plan is submitted and approved on its page, by people who read it."""

    http_method_names = ["get", "head", "options"]
    views = TreatmentPlanViews()
    queryset = TreatmentPlan.objects.none()
    serializer_class = TreatmentPlanSerializer


class AcceptanceSerializer(serializers.ModelSerializer):
    """A decision on residual risk, and whether it stands today."""

    accepted_by = PersonField(read_only=True)
    stands = serializers.SerializerMethodField()
    standing = serializers.SerializerMethodField(help_text="In words: until when it stands, or why it does not.")

    class Meta:
        model = Acceptance
        fields = [
            *("id", "score", "level", "accepted_by", "authority", "accepted_on", "until", "reason", "conditions"),
            *("stands", "standing"),
        ]
        read_only_fields = fields

    def get_stands(self, one: Acceptance) -> bool:
        return standing_of(one, one.risk.organisation.today())[0]

    def get_standing(self, one: Acceptance) -> str:
        return standing_of(one, one.risk.organisation.today())[1]


class AcceptanceIn(serializers.Serializer):
    """`version` of the risk and its residual `score` as they were read: what is accepted is what was seen."""

    version = serializers.IntegerField(min_value=1)
    score = serializers.IntegerField(min_value=1)
    reason = serializers.CharField()
    until = serializers.DateField(help_text="The last day it stands, at most two years ahead.")
    conditions = serializers.CharField(required=False, allow_blank=True)


class AcceptanceApi(MemberApi):
    """The acceptances of one risk, the newest first; a POST accepts its residual risk, with the rules of the page."""

    parser_classes = [JSONParser]

    @extend_schema(parameters=[REFERENCE], responses=AcceptanceSerializer(many=True), operation_id="acceptances_list")
    def get(self, request: Request, reference: str, **kwargs: Any) -> Response:
        risk = risk_views.get(self.member, reference)
        found = risk.acceptances.select_related("accepted_by", "risk__system", "risk__organisation")
        return Response(AcceptanceSerializer(found, many=True).data)

    @extend_schema(parameters=[REFERENCE, IDEMPOTENCY], request=AcceptanceIn, responses={201: AcceptanceSerializer})
    def post(self, request: Request, reference: str, **kwargs: Any) -> Response:
        risk = risk_views.get(self.member, reference)
        if why := refusal(risk, self.member.user, residual_of(risk)):
            raise Refused(why)
        return self.once(lambda: self.accept(risk))

    def accept(self, risk: Risk) -> Response:
        given = as_object(self.request.data)
        refuse_names(given.keys() - AcceptanceIn().fields.keys())
        form = AcceptanceForm({name: str(value) for name, value in given.items() if value is not None})
        for name in ("version", "score"):
            form.fields[name].required = True
        if not form.is_valid():
            raise errors_of(form)
        terms = form.cleaned_data
        made = accept_risk(risk, by=self.member.user, seen=terms.pop("version"), **terms)
        return Response(AcceptanceSerializer(made).data, status=201)
