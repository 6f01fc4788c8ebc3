"""The rows of an impact assessment for programs: dimensions, measures, consultations, by the forms of their pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api import as_object
from organisations.models import User
from records.api import IDEMPOTENCY, IF_MATCH, REFERENCE, CreatingApi, PersonField
from records.api_approval import SubmittingApi
from records.api_forms import errors_of, posted, refuse_names
from records.models import Record
from risks.impact.measures import mark_done
from risks.impact.rows import FORMS, RowsForm
from risks.models import OPEN, Consultation, Dimension, Impact, ImpactAssessment, ImpactMeasure

DIMENSION = OpenApiParameter("dimension", str, OpenApiParameter.PATH, enum=Dimension.values)
ROW = OpenApiParameter("row_id", OpenApiTypes.INT, OpenApiParameter.PATH)
# What a program names by reference or mail address, by its column.
NAMED = {"control": "control_id", "owner": "owner_id"}


class ImpactSerializer(serializers.ModelSerializer):
    """One dimension."""

    class Meta:
        model = Impact
        fields = [
            *("dimension", "is_affected", "reason", "benefit", "harm", "severity", "likelihood", "scale"),
            *("reversibility", "shown_by", "residual_severity", "residual_likelihood"),
        ]
        read_only_fields = ["dimension"]


class MeasureSerializer(serializers.ModelSerializer):
    """What is done about an impact; `remove` takes the row away."""

    owner = PersonField(required=False, allow_null=True)
    control: Any = serializers.SlugRelatedField(
        slug_field="reference", queryset=Record.objects.none(), required=False, allow_null=True
    )
    remove = serializers.BooleanField(write_only=True, required=False)

    class Meta:
        model = ImpactMeasure
        fields = ["id", "dimension", "measure", "control", "owner", "due_on", "done_on", "remove"]


class ConsultationSerializer(serializers.ModelSerializer):
    """Who was heard; `remove` takes the row away."""

    remove = serializers.BooleanField(write_only=True, required=False)

    class Meta:
        model = Consultation
        fields = ["id", "who", "heard_on", "views", "use", "remove"]


class RowDoors(SubmittingApi, CreatingApi):
    """Each door takes one row, and answers with the whole assessment and its new ETag."""

    @extend_schema(parameters=[REFERENCE, DIMENSION, IF_MATCH], request=ImpactSerializer)
    @action(detail=True, methods=["patch"], url_path="impacts/<str:dimension>")
    def impact(self, request: Request, reference: str, dimension: str, **kwargs: Any) -> Response:
        """Says of one dimension whether it is affected, and how."""
        return self.write(reference, "impacts", dimension)

    @extend_schema(parameters=[REFERENCE, IF_MATCH, IDEMPOTENCY], request=MeasureSerializer)
    @action(detail=True, methods=["post"])
    def measures(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Adds a measure."""
        return self.once(lambda: self.write(reference, "measures", "new-1"))

    @extend_schema(parameters=[REFERENCE, ROW, IF_MATCH], request=MeasureSerializer)
    @action(detail=True, methods=["patch"], url_path="measures/<int:row_id>")
    def measure(self, request: Request, reference: str, row_id: int, **kwargs: Any) -> Response:
        """Changes a measure, or takes it away."""
        return self.write(reference, "measures", f"row-{row_id}")

    @extend_schema(parameters=[REFERENCE, ROW, IF_MATCH], request=None)
    @action(detail=True, methods=["post"], url_path="measures/<int:row_id>/done")
    def measure_done(self, request: Request, reference: str, row_id: int, **kwargs: Any) -> Response:
        """Marks a measure of an approved assessment as done today."""
        assessment = self.changeable(reference)
        get_object_or_404(assessment.measures, pk=row_id)
        mark_done(assessment, row_id, by=self.member.user)
        return self.answer(self.views.get(self.member, reference))

    @extend_schema(parameters=[REFERENCE, IF_MATCH, IDEMPOTENCY], request=ConsultationSerializer)
    @action(detail=True, methods=["post"])
    def consultations(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Adds who was heard."""
        return self.once(lambda: self.write(reference, "consultation", "new-1"))

    @extend_schema(parameters=[REFERENCE, ROW, IF_MATCH], request=ConsultationSerializer)
    @action(detail=True, methods=["patch"], url_path="consultations/<int:row_id>")
    def consultation(self, request: Request, reference: str, row_id: int, **kwargs: Any) -> Response:
        """Changes who was heard, or takes the row away."""
        return self.write(reference, "consultation", f"row-{row_id}")

    def write(self, reference: str, section: str, key: str) -> Response:
        """Puts what was sent about one row into the form of its section."""
        assessment = self.changeable(reference)
        refuse_settled(assessment)
        unbound = FORMS[section](instance=assessment, **self.who())
        if key not in unbound.keys:
            raise Http404
        given = as_object(self.request.data)
        columns = {name.removesuffix("_id"): name for name in unbound.columns_of(key)}
        refuse_names(given.keys() - columns.keys())
        changes = {f"{key}-{columns[name]}": named(unbound, name, value) for name, value in given.items()}
        form = type(unbound)(posted(unbound, changes), instance=assessment, **self.who())
        if not form.has_changed() and key not in form.kept:
            form.add_error(None, _("Say something of it."))
        if not form.is_valid():
            raise ValidationError(of_row(errors_of(form).detail, key))
        if form.has_changed():
            form.save()
        return self.answer(self.views.get(self.member, reference))


def refuse_settled(assessment: ImpactAssessment) -> None:
    if assessment.state not in OPEN:
        message = _("It is %(state)s: nothing in it changes.") % {"state": assessment.get_state_display().lower()}
        raise ValidationError({"state": [message]})


def named(form: RowsForm, name: str, value: Any) -> Any:
    """The value of a column as its field offers it; who or what is not offered is none of its choices."""
    if name not in NAMED or not value:
        return value
    known = [key for key, _label in form.choices[NAMED[name]]]
    rows: Any = User.objects.filter(pk__in=known) if name == "owner" else Record.objects.filter(pk__in=known)
    called = str(value).replace("\x00", "")
    found = rows.filter(**{"email__iexact" if name == "owner" else "reference__iexact": called}).first()
    return found.pk if found else -1


def of_row(errors: Any, key: str) -> dict[str, Any]:
    """Errors by the names that were sent."""
    return {str(name).removeprefix(f"{key}-").removesuffix("_id"): messages for name, messages in errors.items()}
