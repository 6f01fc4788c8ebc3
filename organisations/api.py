"""How programs come in: by key or session, into one organisation, with the rights of the person behind it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .api_errors import GENERAL, KeyReused, TooLarge
from .middleware import enter
from .models import ApiKey, IdempotentAnswer
from .requests import MemberRequest

KEPT_FOR = timedelta(days=1)
ANSWERED_WITH = ("ETag", "Location")


class MemberApi(APIView):
    """A view below `/api/v1/<organisation>/`: 404 for those who are no members, whatever exists there."""

    permission_classes = [IsAuthenticated]

    @classmethod
    def as_view(cls, *args: Any, **kwargs: Any) -> Any:
        view = super().as_view(*args, **kwargs)
        view.for_programs = True  # type: ignore[attr-defined]
        return view

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        slug = self.kwargs["organisation"]
        if isinstance(request.auth, ApiKey) and request.auth.organisation.slug != slug:
            raise Http404
        enter(request._request, slug)
        require_small(request)

    @property
    def member(self) -> MemberRequest:
        """The request as pages see it: organisation, membership, permissions."""
        return cast(MemberRequest, self.request._request)

    def once(self, make: Callable[[], Response]) -> Response:
        """Answers a POST; one with the same Idempotency-Key and the same content is answered again, done once.

        The row is made in the request's own transaction: who sends the same at the same time waits for it, and what
        was refused leaves none, so that it may be tried again with the same key.
        """
        key = self.request.headers.get("Idempotency-Key", "")
        if not key:
            return make()
        if len(key) > 100 or not key.isprintable():
            raise ValidationError({"Idempotency-Key": [_("At most 100 printable characters.")]})
        own = IdempotentAnswer.objects.filter(user=self.member.user, organisation=self.member.organisation)
        own.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
        with transaction.atomic():
            row, is_new = own.get_or_create(
                user=self.member.user,
                organisation=self.member.organisation,
                key=key,
                defaults={"request_hash": fingerprint(self.request)},
            )
            return answered(row, make()) if is_new else again(row, fingerprint(self.request))


def require_small(request: Request) -> None:
    """Refuses a body too large for memory, where it would be read; files go to disk, under a cap of their own."""
    is_multipart = (request.content_type or "").startswith("multipart/")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not is_multipart and length.isdecimal() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise TooLarge


def fingerprint(request: Request) -> str:
    """SHA-256 of what a request asks for: method, address, content; a file counts by its own hash."""
    data: Any = request.data
    if hasattr(data, "lists"):
        data = {
            name: [getattr(value, "sha256", None) or str(value) for value in values] for name, values in data.lists()
        }
    text = json.dumps([request.method, request.path, data], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def answered(row: IdempotentAnswer, response: Response) -> Response:
    row.status, row.body = response.status_code, json.loads(json.dumps(response.data, default=str))
    row.headers = {name: response[name] for name in ANSWERED_WITH if name in response}
    row.save()
    return response


def again(row: IdempotentAnswer, request_hash: str) -> Response:
    if row.request_hash != request_hash:
        raise KeyReused
    return Response(row.body, status=row.status, headers={**row.headers, "Idempotent-Replay": "true"})


def as_object(data: Any) -> dict[str, Any]:
    """What was sent, if it is an object. Raises ValidationError."""
    if not isinstance(data, dict):
        raise ValidationError({GENERAL: [_("Send an object of names and values.")]})
    return data
