"""Recognises who a program works for. Loaded by the framework before there are views."""

from __future__ import annotations

from typing import Any

import pghistory
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from .keys import key_from
from .models import ApiKey, User

BEARER = b"bearer"


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer aims_…`. Anything but a usable key is 401."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != BEARER:
            return None
        text = words[1].decode("latin-1") if len(words) == 2 else ""
        key = key_from(text) if text.isascii() else None
        if key is None:
            raise AuthenticationFailed(_("This key is unknown, expired or revoked."))
        pghistory.context(api_key=key.prefix, api_key_name=key.name)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="AIMS Portal"'


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = KeyAuthentication
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A key made under API keys in the portal."}
