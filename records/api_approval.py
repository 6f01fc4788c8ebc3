"""Submitting, approving and returning a version, for programs: the ETag says which one was read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api import as_object
from organisations.api_errors import IfMatchRequired

from .api import IF_MATCH, REFERENCE, RecordApi
from .approval_pages import ApprovalPages
from .approving import refusal, send_back, submit


class DecisionIn(serializers.Serializer):
    """A reason or remark; who returns a version gives one."""

    note = serializers.CharField(required=False, allow_blank=True)


class ApprovingApi(RecordApi):
    """For a record type with versions: `approval` says who may decide and what goes with it."""

    approval: ClassVar[ApprovalPages]

    def version_of(self, record: Any) -> Any:
        """The version that is decided on: the record itself, or its newest row."""
        return record

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=None)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Sends a draft into review. Refused with every reason while it is not complete."""
        version = self.version_of(self.changeable(reference))
        submit(version, by=self.member.user, complete=self.approval.complete)
        return self.answer(self.views.get(self.member, reference))

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=DecisionIn)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Approves what the ETag names; whoever wrote or submitted it may not."""
        version = self.decided(reference)
        self.approval.decide(version, by=self.member.user, seen=version.version, note=self.note())
        return self.answer(self.views.get(self.member, reference))

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=DecisionIn)
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Returns what the ETag names to its authors, with the reason."""
        version, needed = self.decided(reference), self.approval.needed
        send_back(version, by=self.member.user, seen=version.version, needed=needed(version), reason=self.note())
        return self.answer(self.views.get(self.member, reference))

    def decided(self, reference: str) -> Any:
        version = self.version_of(self.matched(reference, self.may_decide))
        if self.request.headers.get("If-Match", "").strip() == "*":
            # A decision is about one version, not about any.
            raise IfMatchRequired
        return version

    def may_decide(self, member: Any, record: Any) -> bool:
        version = self.version_of(record)
        return not refusal(version, member.user, self.approval.needed(version))

    def note(self) -> str:
        given = as_object(self.request.data or {})
        if unknown := given.keys() - {"note"}:
            raise ValidationError({name: [_("This cannot be set here.")] for name in unknown})
        note = given.get("note") or ""
        if not isinstance(note, str):
            raise ValidationError({"note": [_("This is not of the right type.")]})
        return note
