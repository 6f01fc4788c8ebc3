"""Corrective actions and improvements for programs: made, changed, listed, and taken forward by their verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as Refused
from django.db.models import prefetch_related_objects
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from audits.correcting import actions, forms, improving
from audits.correcting.improvement_pages import ImprovementViews, ReasonForm, ResultForm
from audits.correcting.pages import CorrectiveActionViews
from audits.correcting.verb_pages import may_check
from audits.models import CorrectiveAction, DueExtension, EffectivenessCheck, Finding, Improvement, ManagementReview
from organisations.api import as_object
from organisations.api_errors import GENERAL
from records.api import IDEMPOTENCY, REFERENCE, CreatingApi, PersonField, RecordSerializer, filter_parameters
from records.api_forms import errors_of, posted
from records.api_registers import fields_of, links


def linked(model: Any) -> Any:
    """A record by reference, one that the person may see; or none."""
    return serializers.SlugRelatedField(
        slug_field="reference", queryset=model.objects.none(), required=False, allow_null=True
    )


class DueExtensionSerializer(serializers.ModelSerializer):
    """More time given, and why."""

    by = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = DueExtension
        fields = ["was_due_on", "due_on", "reason", "by", "at"]
        read_only_fields = fields


class EffectivenessCheckSerializer(serializers.ModelSerializer):
    """What somebody found when they looked whether it helped."""

    checked_by = PersonField(read_only=True)

    class Meta:
        model = EffectivenessCheck
        fields = ["checked_on", "checked_by", "is_effective", "result"]
        read_only_fields = fields


class CorrectiveActionSerializer(RecordSerializer):
    """A corrective action (10.2). `due_on` is set once, then moved by `extend`; its state moves by the verbs."""

    remedies = linked(Finding)
    decided_in = linked(ManagementReview)
    recurs = linked(CorrectiveAction)
    incidents = links()
    concerns = links()
    checker = PersonField(allow_null=True, required=False)
    done_by = PersonField(read_only=True, allow_null=True)
    closed_by = PersonField(read_only=True, allow_null=True)
    extensions = DueExtensionSerializer(many=True, read_only=True)
    checks = EffectivenessCheckSerializer(many=True, read_only=True)

    class Meta(RecordSerializer.Meta):
        model = CorrectiveAction
        also = ("state", "outcome", "done_by", "done_on", "closed_by", "closed_on", "extensions", "checks")
        fields = fields_of(CorrectiveActionViews, *also)
        read_only_fields = (*RecordSerializer.Meta.read_only, "state", "outcome", "done_on", "closed_on")


class ImprovementSerializer(RecordSerializer):
    """An improvement (10.1); its state moves by the verbs."""

    follows = linked(Finding)
    decided_in = linked(ManagementReview)
    decided_by = PersonField(read_only=True, allow_null=True)

    class Meta(RecordSerializer.Meta):
        model = Improvement
        fields = fields_of(ImprovementViews, "state", "result", "decided_by", "settled_on")
        read_only_fields = (*RecordSerializer.Meta.read_only, "state", "result", "settled_on")


class DoneIn(serializers.Serializer[Any]):
    outcome = serializers.CharField(help_text="What was done.")
    check_on = serializers.DateField(help_text="When somebody looks whether it helped.")
    checker = serializers.EmailField(help_text="Who does: not the owner, and not you.")


class MoreTimeIn(serializers.Serializer[Any]):
    due_on = serializers.DateField(help_text="A later day than the one it is due now.")
    reason = serializers.CharField()


class NewOwnerIn(serializers.Serializer[Any]):
    owner = serializers.EmailField()


class EffectIn(serializers.Serializer[Any]):
    is_effective = serializers.BooleanField(help_text="True closes it, false opens it again.")
    result = serializers.CharField(help_text="What you looked at, and what it showed.")


class ImprovementResultIn(serializers.Serializer[Any]):
    result = serializers.CharField(help_text="What came of it, or why it is declined.")


def verb(sent: Any, answered: Any) -> dict[str, Any]:
    return {"parameters": [REFERENCE, IDEMPOTENCY], "request": sent, "responses": answered}


class VerbsApi(CreatingApi):
    """Verbs take what their page's form asks, answer with the record, and 400 where it cannot be done now."""

    def said(
        self,
        reference: str,
        may: Callable[[Any, Any], bool],
        act: Callable[[Any, Any], Any],
        form_class: type[forms.SaidForm] | None = None,
    ) -> Response:
        record = self.views.get(self.member, reference)
        if not may(record, self.member.user):
            raise PermissionDenied
        return self.once(lambda: self.acted(record, act, form_class))

    def acted(self, record: Any, act: Callable[[Any, Any], Any], form_class: type[forms.SaidForm] | None) -> Response:
        form = None
        if form_class is not None:
            form = form_class(posted(form_class(record=record), as_typed(as_object(self.request.data))), record=record)
            if not form.is_valid():
                raise errors_of(form)
        try:
            act(record, form)
        except Refused as error:
            raise ValidationError(
                error.message_dict if hasattr(error, "error_dict") else {GENERAL: error.messages}
            ) from error
        return self.answer(self.views.get(self.member, record.reference))


def as_typed(sent: dict[str, Any]) -> dict[str, Any]:
    """Yes and no as the page's form has them."""
    return {name: {True: "yes", False: "no"}[one] if isinstance(one, bool) else one for name, one in sent.items()}


@extend_schema_view(list=extend_schema(parameters=filter_parameters(CorrectiveActionViews)))
class CorrectiveActionApi(VerbsApi):
    views = CorrectiveActionViews()
    queryset = CorrectiveAction.objects.none()
    serializer_class = CorrectiveActionSerializer

    def prepared(self, records: Any) -> Any:
        found = list(records)
        prefetch_related_objects(found, "extensions__by", "checks__checked_by")
        return found

    @extend_schema(**verb(None, CorrectiveActionSerializer))
    @action(detail=True, methods=["post"])
    def begin(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Says that somebody is at it."""
        by = self.member.user
        return self.said(reference, actions.may_act, lambda one, _form: actions.begin(one, by=by))

    @extend_schema(**verb(DoneIn, CorrectiveActionSerializer))
    @action(detail=True, methods=["post"])
    def done(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Says that it is done; it needs correction, root cause and corrective action."""

        def act(one: CorrectiveAction, form: Any) -> None:
            given = {name: form.cleaned_data[name] for name in ("outcome", "check_on", "checker")}
            actions.finish(one, by=self.member.user, **given)

        return self.said(reference, actions.may_act, act, forms.DoneForm)

    @extend_schema(**verb(MoreTimeIn, CorrectiveActionSerializer))
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Gives it more time, with the reason."""

        def act(one: CorrectiveAction, form: Any) -> None:
            given = form.cleaned_data
            actions.extend(one, by=self.member.user, to=given["due_on"], reason=given["reason"])

        return self.said(reference, actions.may_give_time, act, forms.ExtendForm)

    @extend_schema(**verb(NewOwnerIn, CorrectiveActionSerializer))
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Makes somebody else its owner."""

        def act(one: CorrectiveAction, form: Any) -> None:
            actions.hand_over(one, by=self.member.user, to=form.cleaned_data["owner"])

        return self.said(reference, actions.may_give_time, act, forms.HandOverForm)

    @extend_schema(**verb(EffectIn, CorrectiveActionSerializer))
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Says whether it helped: by another person than its owner and who said that it is done."""

        def act(one: CorrectiveAction, form: Any) -> None:
            given = {name: form.cleaned_data[name] for name in ("is_effective", "result")}
            actions.check_effect(one, by=self.member.user, **given)

        return self.said(reference, may_check, act, forms.EffectForm)


@extend_schema_view(list=extend_schema(parameters=filter_parameters(ImprovementViews)))
class ImprovementApi(VerbsApi):
    views = ImprovementViews()
    queryset = Improvement.objects.none()
    serializer_class = ImprovementSerializer

    @extend_schema(**verb(None, ImprovementSerializer))
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Says that it is to be done; it needs an owner and a day."""
        by = self.member.user
        return self.said(reference, improving.may_decide, lambda one, _form: improving.accept(one, by=by))

    @extend_schema(**verb(ImprovementResultIn, ImprovementSerializer))
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Says that it is not done; `result` says why."""

        def act(one: Improvement, form: Any) -> None:
            improving.decline(one, by=self.member.user, reason=form.cleaned_data["result"])

        return self.said(reference, improving.may_decide, act, ReasonForm)

    @extend_schema(**verb(None, ImprovementSerializer))
    @action(detail=True, methods=["post"])
    def begin(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Says that somebody is at it."""
        by = self.member.user
        return self.said(reference, improving.may_act, lambda one, _form: improving.begin(one, by=by))

    @extend_schema(**verb(ImprovementResultIn, ImprovementSerializer))
    @action(detail=True, methods=["post"])
    def realise(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Says that it is done; `result` says what came of it."""

        def act(one: Improvement, form: Any) -> None:
            improving.realise(one, by=self.member.user, result=form.cleaned_data["result"])

        return self.said(reference, improving.may_act, act, ResultForm)


def register_improving(router: SimpleRouter) -> None:
    router.register("corrective-actions", CorrectiveActionApi, basename="api-corrective-action")
    router.register("improvements", ImprovementApi, basename="api-improvement")
