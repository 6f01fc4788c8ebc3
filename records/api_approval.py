"""Submitting, approving and returning a version, for programs: the verbs and the authority of the pages.

The ETag says which version was read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api import as_object
from organisations.api_errors import IfMatchRequired

from .api import IF_MATCH, REFERENCE, RecordApi
from .api_forms import refuse_names
from .approval_pages import ApprovalPages
from .approving import refusal, send_back, submit


class NoteIn(serializers.Serializer):
    """A reason or remark; who returns a version gives one."""

    note = serializers.CharField(required=False, allow_blank=True, help_text="A remark; the reason of a return.")


class SubmittingApi(RecordApi):
    """What is approved by people, and sent into review by a program: `approval` says who may decide."""

    approval: ClassVar[ApprovalPages]

    def version_of(self, record: Any) -> Any:
        """The version that is decided on: the record itself, or its newest row."""
        return record

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=None)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Sends a draft into review, with what it says now. Refused with every reason while it is not complete."""
        version = self.version_of(self.changeable(reference))
        submit(version, by=self.member.user, complete=self.approval.complete)
        return self.answer(self.views.get(self.member, reference))


class DecidingApi(SubmittingApi):
    """What a program of somebody with the authority also decides on."""

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=NoteIn)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Approves the version that was read. 403 for who lacks the authority, or wrote or submitted it."""
        return self.decide(reference, self.approval.decide)

    @extend_schema(parameters=[REFERENCE, IF_MATCH], request=NoteIn)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def send_back(self, request: Request, reference: str, **kwargs: Any) -> Response:
        """Returns the version that was read to its authors, with the reason."""

        def act(version: Any, *, given: dict[str, str], **decided: Any) -> None:
            send_back(version, **decided, needed=self.approval.needed(version), reason=given.get("note", ""))

        return self.decide(reference, act)

    def decide(self, reference: str, act: Callable[..., None]) -> Response:
        record = self.views.get(self.member, reference)
        version = self.version_of(record)
        if refusal(version, self.member.user, self.approval.needed(version)):
            raise PermissionDenied
        if self.request.headers.get("If-Match", "").strip() == "*":
            # A decision is about one version, not about any.
            raise IfMatchRequired
        # Not locked here: the verb locks in its own order, and compares the version once more.
        self.refuse_unread(record)
        given = as_object(self.request.data or {})
        refuse_names(given.keys() - NoteIn().fields.keys())
        said = NoteIn(data=given)
        said.is_valid(raise_exception=True)
        act(version, by=self.member.user, seen=version.version, given=said.validated_data)
        return self.answer(self.views.get(self.member, reference))
