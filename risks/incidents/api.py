"""Incidents and concerns for programs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as Refused
from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api import as_object
from organisations.api_errors import GENERAL
from records.api import IDEMPOTENCY, REFERENCE, CreatingApi, RecordApi, RecordSerializer, filter_parameters
from records.api_forms import errors_of, posted
from risks.concerns.actions import answer_concern
from risks.concerns.forms import ConcernForm
from risks.concerns.views import ConcernViews
from risks.incidents.actions import close_incident, reopen_incident
from risks.incidents.forms import IncidentForm, NotificationForm, OutcomeForm
from risks.incidents.views import IncidentViews
from risks.models import Concern, Incident, Notification, Risk
from systems.models import AISystem

NOTIFICATION = OpenApiParameter("notification_id", OpenApiTypes.INT, OpenApiParameter.PATH)


def by_reference(model: Any, **options: Any) -> Any:
    return serializers.SlugRelatedField(
        slug_field="reference", queryset=model.objects.none(), required=False, **options
    )


class NotificationSerializer(serializers.ModelSerializer):
    """Somebody who must be told; `due_at` follows from `hours` and when the incident was known."""

    class Meta:
        model = Notification
        fields = ["id", "recipient", "basis", "hours", "due_at", "told_at", "is_needed", "note"]
        read_only_fields = ["id", "told_at", "is_needed"]


class OutcomeIn(serializers.Serializer):
    outcome = serializers.ChoiceField(choices=["told", "not_needed"])
    told_at = serializers.DateTimeField(required=False, help_text="When they were told.")
    note = serializers.CharField(required=False, help_text="Needed to say why somebody need not be told.")


class IncidentSerializer(RecordSerializer):
    """An incident. `lessons` with `closed: true` closes it, `closed: false` alone reopens it."""

    system = by_reference(AISystem, allow_null=True)
    risks = by_reference(Risk, many=True)
    notifications = NotificationSerializer(many=True, read_only=True)
    closed = serializers.SerializerMethodField()

    class Meta(RecordSerializer.Meta):
        model = Incident
        fields = [
            *RecordSerializer.Meta.read_only,
            *IncidentForm.Meta.fields,
            *("notifications", "closed", "closed_on", "lessons"),
        ]
        read_only_fields = [*RecordSerializer.Meta.read_only, "closed_on"]

    def get_closed(self, incident: Incident) -> bool:
        return not incident.is_open


@extend_schema_view(list=extend_schema(parameters=filter_parameters(IncidentViews)))
class IncidentApi(CreatingApi):
    views = IncidentViews()
    queryset = Incident.objects.none()
    serializer_class = IncidentSerializer

    def prepared(self, records: Any) -> Any:
        return prefetched(records, "risks", "notifications")

    def change(self, record: Incident, changes: dict[str, Any]) -> None:
        if not {"closed", "lessons"} & changes.keys():
            super().change(record, changes)
        elif changes.get("closed") is True and changes.keys() == {"closed", "lessons"}:
            refused(close_incident, record, by=self.member.user, lessons=str(changes["lessons"] or ""))
        elif changes == {"closed": False}:
            refused(reopen_incident, record, by=self.member.user)
        else:
            message = _("Close it with closed and lessons, reopen it with closed: send nothing else with it.")
            raise ValidationError({name: [message] for name in {"closed", "lessons"} & changes.keys()})

    @extend_schema(
        parameters=[REFERENCE, IDEMPOTENCY], request=NotificationSerializer, responses={201: NotificationSerializer}
    )
    @action(detail=True, methods=["post"])
    def notifications(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Adds somebody who must be told."""
        incident = self.open_to_change(reference)
        return self.once(lambda: self.told(NotificationForm(incident=incident), {"incident": incident}, status=201))

    @extend_schema(
        operation_id="incidents_notifications_outcome",
        parameters=[REFERENCE, NOTIFICATION, IDEMPOTENCY],
        request=OutcomeIn,
        responses={200: NotificationSerializer},
    )
    @action(detail=True, methods=["post"], url_path="notifications/<int:notification_id>")
    def outcome(self, request: Request, reference: str, notification_id: int, **kwargs: Any) -> Response:
        """Notes that somebody was told and when, or why they need not be."""
        incident = self.open_to_change(reference)
        row = get_object_or_404(incident.notifications, pk=notification_id)
        row.incident = incident
        return self.once(lambda: self.told(OutcomeForm(notification=row), {"notification": row}, status=200))

    def open_to_change(self, reference: str) -> Incident:
        incident: Incident = self.views.get(self.member, reference)
        if not self.views.may_change(self.member, incident):
            raise PermissionDenied
        return incident

    def told(self, unbound: Any, of: dict[str, Any], status: int) -> Response:
        """Puts what was sent into the page's own form."""
        form = type(unbound)(posted(unbound, as_object(self.request.data)), **of)
        if not (form.is_valid() and form.keep(by=self.member.user)):
            raise errors_of(form)
        row = form.instance if isinstance(form, NotificationForm) else form.notification
        return Response(NotificationSerializer(row).data, status=status)


class ConcernSerializer(RecordSerializer):
    """A concern; `answer` is set by itself. Who raised it is stored nowhere."""

    system = by_reference(AISystem, allow_null=True)
    risks = by_reference(Risk, many=True)

    class Meta(RecordSerializer.Meta):
        model = Concern
        fields = [*RecordSerializer.Meta.read_only, *ConcernForm.Meta.fields, "answer"]
        read_only_fields = [*RecordSerializer.Meta.read_only, *ConcernForm.STAYS]


@extend_schema_view(list=extend_schema(parameters=filter_parameters(ConcernViews)))
class ConcernApi(RecordApi):
    views = ConcernViews()
    queryset = Concern.objects.none()
    serializer_class = ConcernSerializer

    def prepared(self, records: Any) -> Any:
        return prefetched(records, "risks")

    def change(self, record: Concern, changes: dict[str, Any]) -> None:
        if "answer" not in changes:
            super().change(record, changes)
        elif len(changes) > 1:
            raise ValidationError({"answer": [_("A concern is answered by itself: send nothing else with it.")]})
        else:
            refused(answer_concern, record, by=self.member.user, answer=str(changes["answer"] or ""))


def prefetched(records: Any, *names: str) -> Any:
    """What hangs on the records of a page, in one query for each kind."""
    found = list(records)
    prefetch_related_objects(found, *names)
    return found


def refused(act: Any, record: Any, **given: Any) -> None:
    """Calls a verb; what it refuses is answered at the field."""
    try:
        act(record, **given)
    except Refused as error:
        fields = error.message_dict if hasattr(error, "error_dict") else {GENERAL: error.messages}
        raise ValidationError(fields) from error
