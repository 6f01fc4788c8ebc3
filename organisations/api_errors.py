"""One shape for everything that goes wrong: `{"error": {"code", "message", "fields"}}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as Invalid
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

GENERAL = "non_field_errors"
API = "/api/"


class Stale(exceptions.APIException):
    status_code, default_code = 412, "stale"
    default_detail = _("Somebody changed this meanwhile. Read it again, and send the ETag you then get.")

    def __init__(self, etag: str = "", fields: Mapping[str, Sequence[str]] | None = None) -> None:
        """`etag` is the one that now holds; `fields` say of what was sent how it stands now."""
        super().__init__()
        self.etag, self.fields = etag, fields or {}


class IfMatchRequired(exceptions.APIException):
    status_code, default_code = 428, "if_match_required"
    default_detail = _("Send If-Match with the ETag that you read, so that nobody's change is lost.")


class KeyReused(exceptions.APIException):
    status_code, default_code = 422, "idempotency_key_reused"
    default_detail = _("This Idempotency-Key came before with something else.")


class WithFields(exceptions.APIException):
    """One that says at which fields."""

    fields: dict[str, list[str]] | None = None


class TooLarge(WithFields):
    status_code, default_code = 413, "too_large"
    default_detail = _("This is larger than the portal takes.")


class Unavailable(WithFields):
    status_code, default_code = 503, "unavailable"
    default_detail = _("Something the portal needs cannot be reached. Nothing was changed; try again later.")


class Unreadable(exceptions.APIException):
    status_code, default_code = 500, "altered"
    default_detail = _("The file is not what was kept, so it is not sent.")


def answer_to(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turns what an API view raised into an answer of our shape; None where it is a fault of ours."""
    if isinstance(exc, Invalid):
        exc = refusal(exc)
    elif isinstance(exc, RequestDataTooBig):
        exc = TooLarge()
    elif isinstance(exc, UnreadablePostError):
        exc = exceptions.ParseError(_("The request ended before it was complete."))
    elif isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    response = exception_handler(exc, context)
    if response is not None and isinstance(exc, exceptions.APIException):
        response.data = shaped(exc)
        if isinstance(exc, Stale) and exc.etag:
            response["ETag"] = exc.etag
        # Also where something else was asked for, as a PDF.
        response.content_type = "application/json"
    return response


def refusal(error: Invalid, field: str = GENERAL) -> exceptions.APIException:
    """What a form or an action refused, for programs; `status_code` on the error tells of another kind than 400."""
    fields = fields_of(error)
    kinds: dict[int, type[WithFields]] = {413: TooLarge, 503: Unavailable}
    kind = kinds.get(getattr(error, "status_code", 400))
    if field != GENERAL and set(fields) == {GENERAL}:
        fields = {field: fields[GENERAL]}
    if kind is None:
        return exceptions.ValidationError(fields)
    raised = kind()
    raised.fields = fields
    return raised


def fields_of(error: Invalid) -> dict[str, list[str]]:
    """The messages of a Django ValidationError by field."""
    found = error.message_dict if hasattr(error, "error_dict") else {GENERAL: error.messages}
    return {GENERAL if name == "__all__" else name: [str(one) for one in messages] for name, messages in found.items()}


def shaped(exc: exceptions.APIException) -> dict[str, Any]:
    if not isinstance(exc, exceptions.ValidationError):
        fields = getattr(exc, "fields", None)
        return error(str(getattr(exc.detail, "code", exc.default_code)), str(exc.detail), fields)
    detail: Any = exc.detail
    fields = detail if isinstance(detail, dict) else {GENERAL: detail}
    return error("invalid", str(_("Some of it cannot be taken.")), fields)


def error(code: str, message: str, fields: Any = None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "fields": fields or {}}}


def is_of_program(request: HttpRequest) -> bool:
    return request.path.startswith(API)


def as_json(status: int, code: str, message: str) -> JsonResponse:
    """The same shape where no API view was reached."""
    return JsonResponse(error(code, message), status=status)
