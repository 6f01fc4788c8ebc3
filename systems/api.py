"""AI systems for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from records.api import IDEMPOTENCY, REFERENCE, PersonField, RecordSerializer, filter_parameters
from records.api_forms import errors_of
from records.api_registers import RowsApi

from .actions import retire, take_back_into_use
from .api_rows import ResponsibilitySerializer, lines_seen_by, matrix
from .forms import AISystemForm, RetireForm
from .models import AIRole, AISystem, Supplier
from .views import AISystemViews

RETIREMENT = {"retired_on", "retired_because"}


class AISystemSerializer(RecordSerializer):
    """An AI system. `retired_on` and `retired_because` are set by themselves; `retired_on: null` takes it back."""

    technical_owner = PersonField(allow_null=True, required=False)
    roles = serializers.ListField(child=serializers.ChoiceField(choices=AIRole.choices))
    main_supplier: Any = serializers.SlugRelatedField(
        slug_field="reference", queryset=Supplier.objects.none(), allow_null=True, required=False
    )
    suppliers: Any = serializers.SlugRelatedField(
        slug_field="reference", queryset=Supplier.objects.none(), many=True, required=False
    )

    responsibilities = ResponsibilitySerializer(many=True, read_only=True)

    class Meta(RecordSerializer.Meta):
        model = AISystem
        fields = [
            *RecordSerializer.Meta.read_only,
            *AISystemForm.Meta.fields,
            *("retired_on", "retired_because", "responsibilities"),
        ]
        read_only_fields = RecordSerializer.Meta.read_only


@extend_schema_view(list=extend_schema(parameters=filter_parameters(AISystemViews)))
class AISystemApi(RowsApi):
    views = AISystemViews()
    queryset = AISystem.objects.none()
    serializer_class = AISystemSerializer

    @extend_schema(
        parameters=[REFERENCE, IDEMPOTENCY],
        request=ResponsibilitySerializer,
        responses={201: ResponsibilitySerializer},
    )
    @action(detail=True, methods=["post"])
    def responsibilities(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """One more line of its responsibility matrix (A.10.2)."""
        return self.add_row(reference, *matrix(self.member.user), ResponsibilitySerializer)

    def prepared(self, records: Sequence[Any]) -> Sequence[Any]:
        prefetch_related_objects(records, lines_seen_by(self.member.user))
        return records

    def change(self, record: AISystem, changes: dict[str, Any]) -> None:
        if not RETIREMENT & changes.keys():
            super().change(record, changes)
        elif set(changes) - RETIREMENT:
            message = _("A system is retired, or taken back, by itself: send nothing else with it.")
            raise ValidationError({name: [message] for name in RETIREMENT & changes.keys()})
        elif record.is_retired and changes.get("retired_on", "") is None:
            take_back_into_use(record, by=self.member.user)
        elif record.is_retired:
            raise ValidationError({"retired_on": [_("It is retired already.")]})
        else:
            self.retire(record, changes)

    def retire(self, record: AISystem, changes: dict[str, Any]) -> None:
        data = {name: str(changes.get(name) or "") for name in RETIREMENT}
        form = RetireForm(data, instance=record, **self.who())
        if not form.is_valid():
            raise errors_of(form)
        retire(form.instance, by=self.member.user)
