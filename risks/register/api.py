"""Risks and risk criteria for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as Refused
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api import as_object
from records.api import IDEMPOTENCY, REFERENCE, CreatingApi, PersonField, RecordSerializer, filter_parameters
from records.api_approval import DecidingApi
from records.api_forms import errors_of, posted, refuse_names
from risks.criteria.forms import RiskCriteriaForm
from risks.criteria.in_force import SCALES, criteria_in_force, starting_values
from risks.criteria.pages import RiskCriteriaViews, approval, criteria_views
from risks.models import Affected, Confidence, Phase, Risk, RiskAssessment, RiskCriteria, Size, Trigger
from risks.register.closing import close_risk, reopen_risk
from risks.register.forms import ClosingForm, RiskForm
from risks.register.views import RiskViews
from risks.scoring.forms import SCALE_OF, AssessmentForm
from systems.models import AISystem

RATED = ("score", "level", *(f"{phase}_{what}" for phase in Phase for what in ("score", "level")))


class AssessmentSerializer(serializers.ModelSerializer):
    """One dated score with the criteria it was made with."""

    assessed_by = PersonField(read_only=True)
    criteria: Any = serializers.SlugRelatedField(slug_field="reference", read_only=True)
    criteria_version = serializers.IntegerField(source="criteria.number", read_only=True)

    class Meta:
        model = RiskAssessment
        fields = [
            *("phase", "assessed_on", "assessed_by", "trigger", *SCALE_OF, "score", "level", "rationale"),
            *("confidence", "criteria", "criteria_version"),
        ]
        read_only_fields = fields


class AssessmentIn(serializers.Serializer):
    """A new score. Consequences that it does not touch are left out; the highest counts."""

    phase = serializers.ChoiceField(choices=Phase.choices, required=False)
    assessed_on = serializers.DateField(required=False, help_text="Today, where it is left out.")
    trigger = serializers.ChoiceField(choices=Trigger.choices, required=False)
    likelihood = serializers.IntegerField(min_value=1, max_value=5)
    for_organisation = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    for_individuals = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    for_society = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    rationale = serializers.CharField()
    confidence = serializers.ChoiceField(choices=Confidence.choices, required=False)


class ClosingIn(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class RiskSerializer(RecordSerializer):
    """A risk with its newest scores and all its assessments. `score` and `level` are the rating as it stands."""

    system: Any = serializers.SlugRelatedField(
        slug_field="reference", queryset=AISystem.objects.none(), allow_null=True, required=False
    )
    parent: Any = serializers.SlugRelatedField(
        slug_field="reference", queryset=Risk.objects.none(), allow_null=True, required=False
    )
    affects = serializers.ListField(child=serializers.ChoiceField(choices=Affected.choices), required=False)
    # Empty where there is no such score yet.
    level = serializers.CharField(read_only=True)
    inherent_level = serializers.CharField(read_only=True)
    current_level = serializers.CharField(read_only=True)
    target_level = serializers.CharField(read_only=True)
    residual_level = serializers.CharField(read_only=True)
    score = serializers.IntegerField(read_only=True, allow_null=True)
    assessments = AssessmentSerializer(many=True, read_only=True)

    class Meta(RecordSerializer.Meta):
        model = Risk
        own = (*RATED, "closed_on", "closed_because", "assessments")
        fields = [*RecordSerializer.Meta.read_only, *RiskForm.Meta.fields, *own]
        read_only_fields = (*RecordSerializer.Meta.read_only, *own)


@extend_schema_view(list=extend_schema(parameters=filter_parameters(RiskViews)))
class RiskApi(CreatingApi):
    views = RiskViews()
    queryset = Risk.objects.none()
    serializer_class = RiskSerializer

    def prepared(self, records: Sequence[Any]) -> Sequence[Any]:
        prefetch_related_objects(list(records), "assessments__criteria", "assessments__assessed_by")
        return records

    def mine(self, reference: str) -> Risk:
        risk: Risk = self.views.get(self.member, reference)
        if not self.views.may_change(self.member, risk):
            raise PermissionDenied
        return risk

    @extend_schema(
        parameters=[REFERENCE, IDEMPOTENCY], request=AssessmentIn, responses={201: AssessmentSerializer}, filters=False
    )
    @action(detail=True, methods=["post"])
    def assessments(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """One more dated score; the ones before it stay."""
        risk = self.mine(reference)
        return self.once(lambda: self.scored(risk))

    def scored(self, risk: Risk) -> Response:
        given = as_object(self.request.data)
        refuse_names(given.keys() - AssessmentIn().fields.keys())
        criteria = criteria_in_force(self.member.organisation)
        if criteria is None:
            message = _("There are no risk criteria yet. Make them first, then score.")
            raise ValidationError({"non_field_errors": [message]})
        who: dict[str, Any] = {"risk": risk, "criteria": criteria, "user": self.member.user}
        form = AssessmentForm(posted(AssessmentForm(**who), given), **who)
        if form.is_valid():
            try:
                return Response(AssessmentSerializer(form.save()).data, status=201)
            except Refused as error:
                form.add_error(None, error)
        raise errors_of(form)

    @extend_schema(parameters=[REFERENCE, IDEMPOTENCY], request=ClosingIn, responses=RiskSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Closes it with a reason; nothing is deleted."""
        risk = self.mine(reference)
        return self.once(lambda: self.closed(risk))

    def closed(self, risk: Risk) -> Response:
        given = as_object(self.request.data)
        refuse_names(given.keys() - ClosingIn().fields.keys())
        form = ClosingForm({"reason": str(given.get("reason") or "")})
        if not form.is_valid():
            raise errors_of(form)
        return self.done(risk, lambda: close_risk(risk, by=self.member.user, reason=form.cleaned_data["reason"]))

    @extend_schema(parameters=[REFERENCE, IDEMPOTENCY], request=None, responses=RiskSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Opens a closed risk again."""
        risk = self.mine(reference)
        return self.once(lambda: self.done(risk, lambda: reopen_risk(risk, by=self.member.user)))

    def done(self, risk: Risk, act: Any) -> Response:
        try:
            act()
        except Refused as error:
            raise ValidationError({"non_field_errors": error.messages}) from error
        return self.answer(self.views.get(self.member, risk.reference))


class RiskCriteriaSerializer(RecordSerializer):
    """One version of the criteria; what is approved, in review or was scored with cannot be changed."""

    likelihood = serializers.ListField(child=serializers.CharField(max_length=200), required=False)
    organisation_scale = serializers.ListField(child=serializers.CharField(max_length=200), required=False)
    individuals_scale = serializers.ListField(child=serializers.CharField(max_length=200), required=False)
    society_scale = serializers.ListField(child=serializers.CharField(max_length=200), required=False)
    submitted_by = PersonField(read_only=True, allow_null=True)
    decided_by = PersonField(read_only=True, allow_null=True)

    class Meta(RecordSerializer.Meta):
        model = RiskCriteria
        own = ("number", "state", "submitted_by", "decided_by", "decided_on", "decision_note")
        fields = [*RecordSerializer.Meta.read_only, *RiskCriteriaForm.Meta.fields, *own]
        read_only_fields = (*RecordSerializer.Meta.read_only, *own)


@extend_schema_view(list=extend_schema(parameters=filter_parameters(RiskCriteriaViews)))
class RiskCriteriaApi(DecidingApi, CreatingApi):
    """A new one begins with the scales of practice of its size; only what is sent is otherwise."""

    views, approval = criteria_views, approval
    queryset = RiskCriteria.objects.none()
    serializer_class = RiskCriteriaSerializer

    def make(self, given: dict[str, Any]) -> Any:
        size = Size.THREE if given.get("size") == Size.THREE else Size.FIVE
        return super().make(one_a_line(starting_values(size) | given))

    def change(self, record: Any, changes: dict[str, Any]) -> None:
        super().change(record, one_a_line(changes))


def one_a_line(given: dict[str, Any]) -> dict[str, Any]:
    """Scales as the form has them."""
    lists = {name: given[name] for name in SCALES if isinstance(given.get(name), list)}
    odd = [name for name, steps in lists.items() if not all(isinstance(one, str) for one in steps)]
    if odd:
        raise ValidationError({name: [_("Send a list of texts.")] for name in odd})
    return given | {name: "\n".join(" ".join(one.split()) for one in steps) for name, steps in lists.items()}
