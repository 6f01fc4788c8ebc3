"""Nothing opens without signing in, but what is listed here."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from . import tree

# Answered to anybody, and why.
OPEN = {
    "healthz": "asked by whatever watches the portal",
    "kit": "developers only",
    "account_login": "the way in",
    "account_logout": "redirects to the way in",
    "account_signup": "says that people come by invitation",
    "account_inactive": "says that the account is closed",
    "account_email_verification_sent": "part of the way in",
    "account_confirm_email": "the link in a mail",
    "account_reset_password": "a way in",
    "account_reset_password_done": "a way in",
    "account_reset_password_from_key": "the link in a mail",
    "account_reset_password_from_key_done": "a way in",
    "account_request_login_code": "a way in",
    "account_confirm_login_code": "a way in",
    "account_signup_by_passkey": "says that people come by invitation",
    "mfa_authenticate": "the second step of the way in",
    "mfa_trust": "the second step of the way in",
    "mfa_login_webauthn": "a way in",
    "mfa_signup_webauthn": "says that people come by invitation",
    "account_password_reset_verify_code": "a way in",
}
INVITATION = "invitation"
DUMMIES = {"organisation": "brightwater", "reference": "AIS-01", "number": "6.1.2", "token": "x" * 43, "key": "x" * 20}


def doors(resolver: URLResolver | None = None, route: str = "/") -> Iterator[tuple[str, str]]:
    """Name and address of every page, with made-up arguments in the address."""
    for entry in (resolver or get_resolver()).url_patterns:
        address = route + filled(str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from doors(entry, address)
        elif isinstance(entry, URLPattern):
            yield entry.name or address, address


def filled(pattern: str) -> str:
    """`<slug:organisation>/x/` and its like in regular expressions with a fitting argument in each place."""
    pattern = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: dummy("str", found[1]), pattern)
    pattern = re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: dummy(found[1] or "str", found[2]), pattern)
    return pattern.removeprefix("^").removesuffix("$").removesuffix(r"\Z")


def dummy(converter: str, name: str) -> str:
    by_kind = {"int": "1", "uuid": "00000000-0000-4000-8000-000000000000"}
    return by_kind.get(converter) or DUMMIES.get(name, "x1")


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_asked_to_sign_in(method: str) -> None:
    faults = [fault for name, address in doors() if (fault := opened(name, address, method))]
    assert not faults, tree.listed(f"Anybody may {method} these; mend, or list above with the reason:", faults)


def opened(name: str, address: str, method: str) -> str:
    """What is wrong with the answer a stranger gets at a door; empty when it is shut, or meant to be open."""
    answer = getattr(Client(), method)(address)
    if name.startswith(INVITATION) and answer.status_code == 404:
        return ""
    if name in OPEN:
        return "" if answer.status_code < 500 else f"{name} {address}: {answer.status_code}"
    leads_to = answer.get("Location", "")
    shut = answer.status_code == 302 and leads_to.startswith(reverse(settings.LOGIN_URL))
    return "" if shut else f"{name} {address}: {answer.status_code} {leads_to}"


def test_the_list_of_open_doors_is_not_longer_than_needed() -> None:
    names = {name for name, _address in doors()}
    faults = sorted(name for name in OPEN if name not in names)
    assert not faults, tree.listed("There are no such doors; take them off the list:", faults)
