"""Going live and the dossier for programs: the same checks, the same trace."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as Refused
from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api import MemberApi, as_object
from records.actions import CHANGED
from records.api import IDEMPOTENCY, REFERENCE, PersonField, RecordApi, RecordSerializer, filter_parameters
from records.api_forms import errors_of, posted
from risks.dossier.parts import Dossier, Part
from risks.dossier.trace import dossier_of
from risks.golive.forms import GoLiveForm
from risks.golive.gate import checks_of, decides
from risks.golive.going_live import STAGES
from risks.golive.pages import GoLiveViews, form_for
from risks.models import GoLive, ImpactAssessment
from systems.models import AISystem, Stage
from systems.views import ai_systems

VERSION = OpenApiParameter("version", str, description="Which version is asked about; else the one in use.")


class GoLiveSerializer(RecordSerializer):
    """One decision, as it was made. It cannot be changed."""

    system: Any = serializers.SlugRelatedField(slug_field="reference", read_only=True)
    assessment: Any = serializers.SlugRelatedField(slug_field="reference", read_only=True, allow_null=True)
    decided_by = PersonField(read_only=True)

    class Meta(RecordSerializer.Meta):
        model = GoLive
        fields = [
            *RecordSerializer.Meta.read_only,
            *("title", "owner", "system", "system_version", "assessment", "verification", "user_information"),
            *("override_reason", "live_on", "stage", "decided_by", "decided_on"),
        ]
        read_only_fields = fields


@extend_schema_view(list=extend_schema(parameters=filter_parameters(GoLiveViews)))
class GoLiveRecordApi(RecordApi):
    http_method_names = ["get", "head", "options"]
    views = GoLiveViews()
    queryset = GoLive.objects.none()
    serializer_class = GoLiveSerializer

    def prepared(self, records: Any) -> Any:
        """The assessment that a decision rests on is named only to those who may see it."""
        named = ImpactAssessment.objects.visible_to(self.member.user)
        seen = named.in_bulk({one.assessment_id for one in records} - {None})
        for one in records:
            one.assessment = seen.get(one.assessment_id)
        return records


class GateCheckSerializer(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    clause = serializers.CharField()
    passed = serializers.BooleanField()
    why = serializers.CharField()


class GateSerializer(serializers.Serializer):
    """What a version needs before it goes live. `seen` is sent with the decision."""

    system = serializers.CharField()
    system_version = serializers.CharField(allow_blank=True)
    seen = serializers.IntegerField()
    may_decide = serializers.BooleanField()
    checks = GateCheckSerializer(many=True)


class GoLiveIn(serializers.Serializer):
    """A decision. `override_reason` is required exactly when a check fails; `seen` is that of the gate last read."""

    seen = serializers.IntegerField()
    system_version = serializers.CharField(max_length=50)
    live_on = serializers.DateField()
    stage = serializers.ChoiceField(choices=Stage.choices, help_text="One of: " + ", ".join(STAGES))
    verification = serializers.CharField(required=False, allow_blank=True)
    user_information = serializers.CharField(required=False, allow_blank=True)
    override_reason = serializers.CharField(required=False, allow_blank=True)


class GateApi(MemberApi):
    serializer_class = GateSerializer

    @extend_schema(parameters=[REFERENCE, VERSION], responses=GateSerializer, operation_id="go_live_gate_retrieve")
    def get(self, request: Request, reference: str, **kwargs: Any) -> Response:
        system = ai_systems.get(self.member, reference)
        version = self.member.GET.get("version", "")[:50].replace("\x00", "") or system.system_version
        gate = {
            "system": system.reference,
            "system_version": version,
            "seen": system.version,
            "may_decide": decides(self.member.user, self.member.organisation),
            "checks": checks_of(system, version, user=self.member.user),
        }
        return Response(GateSerializer(gate).data)

    @extend_schema(
        request=GoLiveIn,
        responses={201: GoLiveSerializer},
        parameters=[REFERENCE, IDEMPOTENCY],
        operation_id="go_live_create",
    )
    def post(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Takes a version live; for designated management only."""
        system = ai_systems.get(self.member, reference)
        if not decides(self.member.user, self.member.organisation):
            raise PermissionDenied
        return self.once(lambda: self.decide(system))

    def decide(self, system: AISystem) -> Response:
        given = dict(as_object(self.request.data))
        seen = given.pop("seen", None)
        if isinstance(seen, bool) or not isinstance(seen, int):
            raise ValidationError({"seen": [_("Send the number that the gate last told.")]})
        data = posted(form_for(self.member, system, None), given)
        data["version"] = str(seen)
        decision = made(form_for(self.member, system, data))
        return Response(GoLiveSerializer(decision).data, status=201)


def made(form: GoLiveForm) -> GoLive:
    if form.is_stale:
        raise ValidationError({"seen": [CHANGED]})
    if not form.is_valid():
        raise errors_of(form)
    try:
        with transaction.atomic():
            return form.save()
    except Refused as error:
        form.add_error(None, error)
        raise errors_of(form) from error


class DossierRecordSerializer(serializers.Serializer):
    reference = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    day = serializers.DateField(allow_null=True)


class DossierRatingSerializer(serializers.Serializer):
    phase = serializers.CharField()
    score = serializers.IntegerField()
    level = serializers.CharField()


class DossierLineSerializer(DossierRecordSerializer):
    """`below` is the evidence of a control; ratings, treatments and acceptance are those of a risk."""

    below = DossierRecordSerializer(many=True)
    ratings = DossierRatingSerializer(many=True, required=False)
    treatments = DossierRecordSerializer(many=True, required=False)
    acceptance = serializers.CharField(required=False, allow_blank=True)


class DossierFactSerializer(serializers.Serializer):
    term = serializers.CharField()
    value = serializers.CharField(allow_blank=True)


class DossierPartSerializer(serializers.Serializer):
    key = serializers.CharField()
    title = serializers.CharField()
    clause = serializers.CharField()
    facts = DossierFactSerializer(many=True)
    gaps = serializers.ListField(child=serializers.CharField())
    lines = DossierLineSerializer(many=True)
    total = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)


class DossierSerializer(serializers.Serializer):
    """From purpose to concerns on a day. `is_whole` is false where something was left out for this person."""

    system = serializers.CharField()
    on = serializers.DateField()
    is_whole = serializers.BooleanField()
    parts = DossierPartSerializer(many=True)


class DossierApi(MemberApi):
    serializer_class = DossierSerializer

    @extend_schema(parameters=[REFERENCE], responses=DossierSerializer, operation_id="dossier_retrieve")
    def get(self, request: Request, reference: str, **kwargs: Any) -> Response:
        system = ai_systems.get(self.member, reference)
        return Response(as_data(dossier_of(system, self.member.user, self.member.organisation.today())))


def as_data(dossier: Dossier) -> dict[str, Any]:
    parts = [part_data(part) for part in dossier.parts]
    told = {"system": dossier.system.reference, "on": dossier.on, "is_whole": dossier.is_whole, "parts": parts}
    return dict(DossierSerializer(told).data)


def part_data(part: Part) -> dict[str, Any]:
    facts = [{"term": term, "value": value} for term, value in part.facts]
    return asdict(part) | {"facts": facts, "gaps": list(part.gaps)}
